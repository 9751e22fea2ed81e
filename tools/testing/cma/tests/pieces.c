// SPDX-License-Identifier: GPL-2.0
/*
 * Pieces of memory for an area (mm/cma/pieces.c): the corners by hand, and
 * random memory against a list of all its pieces, sorted.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>

#include "../../../../mm/cma/pieces.h"
#include "../harness.h"

#define MiB		((phys_addr_t)1 << 20)
#define MAX_OFFERS	24

/* A board with 8 GiB, half of it above what 32-bit devices depend on. */
static const struct cma_machine board = {
	.min_alignment = 2 * MiB,
	.page_size = 4096,
	.memory_end = 8192 * MiB,
	.highmem_start = 8192 * MiB,
	.dma_end = 4096 * MiB,
	.slots_left = 1,
};

static struct cma_pieces pieces;
static struct cma_piece_list chosen;

static phys_addr_t sum_of(const struct cma_piece_list *list)
{
	phys_addr_t sum = 0;
	unsigned int i;

	for (i = 0; i < list->nr; i++)
		sum += list->pieces[i].size;
	return sum;
}

static void begin(void)
{
	memset(&pieces, 0x5a, sizeof(pieces));
	memset(&chosen, 0x5a, sizeof(chosen));
	cma_pieces_init(&pieces, &board, 2 * MiB);
}

static void offer(phys_addr_t start_mib, phys_addr_t size_mib)
{
	cma_pieces_offer(&pieces, start_mib * MiB,
			 (start_mib + size_mib) * MiB);
}

static void nothing_offered_is_nothing_chosen(void)
{
	begin();
	CHECK_EQ(cma_pieces_choose(&pieces, 2 * MiB, &chosen), -ENOMEM);
	/* Too small to hold a block, or no memory at all. */
	cma_pieces_offer(&pieces, 1 * MiB, 3 * MiB);
	cma_pieces_offer(&pieces, 6 * MiB, 6 * MiB);
	cma_pieces_offer(&pieces, 8 * MiB, 4 * MiB);
	CHECK_EQ(cma_pieces_choose(&pieces, 2 * MiB, &chosen), -ENOMEM);
}

static void ends_are_aligned_inwards(void)
{
	begin();
	cma_pieces_offer(&pieces, 3 * MiB, 9 * MiB);
	CHECK_EQ(cma_pieces_choose(&pieces, 4 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 1);
	CHECK_EQ(chosen.pieces[0].start, 4 * MiB);
	CHECK_EQ(chosen.pieces[0].size, 4 * MiB);
}

static void few_large_pieces_rather_than_many(void)
{
	begin();
	offer(10, 10);
	offer(100, 40);
	offer(200, 20);
	offer(300, 30);
	CHECK_EQ(cma_pieces_choose(&pieces, 60 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 2);
	CHECK_EQ(chosen.pieces[0].start, 100 * MiB);
	CHECK_EQ(chosen.pieces[0].size, 40 * MiB);
	CHECK_EQ(chosen.pieces[1].start, 300 * MiB);
	CHECK_EQ(chosen.pieces[1].size, 20 * MiB);
}

static void memory_for_other_devices_is_spared(void)
{
	begin();
	offer(100, 400);
	offer(4200, 30);
	offer(4300, 30);
	CHECK_EQ(cma_pieces_choose(&pieces, 60 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 2);
	CHECK_EQ(chosen.pieces[0].start, 4200 * MiB);
	/* But not if there is no other. */
	CHECK_EQ(cma_pieces_choose(&pieces, 62 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 1);
	CHECK_EQ(chosen.pieces[0].start, 100 * MiB);
}

/* Where all addresses are short, no memory is above those of other devices. */
static void without_a_border_all_memory_is_alike(void)
{
	static const struct cma_machine small = {
		.min_alignment = 2 * MiB,
		.page_size = 4096,
		.memory_end = 2048 * MiB,
		.highmem_start = 768 * MiB,
		.slots_left = 1,
	};

	cma_pieces_init(&pieces, &small, 2 * MiB);
	offer(1000, 20);
	offer(700, 100);
	CHECK_EQ(cma_pieces_choose(&pieces, 100 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 2);
	CHECK_EQ(chosen.pieces[0].start, 700 * MiB);
	CHECK_EQ(chosen.pieces[0].size, 68 * MiB);
	CHECK_EQ(chosen.pieces[1].start, 768 * MiB);
	CHECK_EQ(chosen.pieces[1].size, 32 * MiB);
}

static void piece_never_crosses_the_border(void)
{
	begin();
	offer(4000, 200);
	CHECK_EQ(cma_pieces_choose(&pieces, 200 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, 2);
	CHECK_EQ(chosen.pieces[0].start, 4000 * MiB);
	CHECK_EQ(chosen.pieces[0].size, 96 * MiB);
	CHECK_EQ(chosen.pieces[1].start, 4096 * MiB);
	CHECK_EQ(chosen.pieces[1].size, 104 * MiB);
}

/* Nine pieces are enough, eight are not: what is not kept must not be counted. */
static void ninth_piece_does_not_count(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < CMA_MAX_RANGES + 1; i++)
		offer(4200 + 100 * i, 10);
	CHECK_EQ(cma_pieces_choose(&pieces, 90 * MiB, &chosen), -ENOMEM);
	CHECK_EQ(cma_pieces_choose(&pieces, 80 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, CMA_MAX_RANGES);
	CHECK_EQ(sum_of(&chosen), 80 * MiB);

	/* A large one that comes late takes the place of a small one. */
	offer(6000, 500);
	CHECK_EQ(cma_pieces_choose(&pieces, 570 * MiB, &chosen), 0);
	CHECK_EQ(chosen.nr, CMA_MAX_RANGES);
	CHECK_EQ(cma_pieces_choose(&pieces, 572 * MiB, &chosen), -ENOMEM);
}

/* All pieces there are, as a naive reader of the contract would list them. */
struct every {
	unsigned int nr;
	struct cma_piece pieces[2 * MAX_OFFERS];
};

/* Offers begin and end on pages. */
static void list_piece(struct every *every, phys_addr_t start, phys_addr_t end)
{
	while (start % (2 * MiB))
		start += 4096;
	while (end % (2 * MiB))
		end -= 4096;
	if (end <= start)
		return;
	every->pieces[every->nr].start = start;
	every->pieces[every->nr++].size = end - start;
}

static int by_size(const void *left, const void *right)
{
	const struct cma_piece *a = left, *b = right;

	return (a->size < b->size) - (a->size > b->size);
}

/* How many of the largest it takes; 0 if eight are not enough. */
static unsigned int needed(const struct every *every, phys_addr_t size,
			   phys_addr_t from)
{
	phys_addr_t sum = 0;
	unsigned int i, nr = 0;

	for (i = 0; i < every->nr && nr < 8; i++) {
		if (every->pieces[i].start < from)
			continue;
		sum += every->pieces[i].size;
		nr++;
		if (sum >= size)
			return nr;
	}
	return 0;
}

static bool is_in(const struct every *every, const struct cma_piece *piece)
{
	unsigned int i;

	for (i = 0; i < every->nr; i++)
		if (piece->start >= every->pieces[i].start &&
		    piece->start + piece->size <=
		    every->pieces[i].start + every->pieces[i].size)
			return true;
	return false;
}

static void random_memory(struct rng *rng)
{
	unsigned int i, nr_offers = rng_between(rng, 0, MAX_OFFERS), nr;
	phys_addr_t at = 0, size = 2 * MiB * rng_skewed(rng, 1, 1500);
	struct every every = { 0 };
	int error;

	begin();
	for (i = 0; i < nr_offers; i++) {
		phys_addr_t start = at + rng_skewed(rng, 0, 400 * MiB / 4096) * 4096;
		phys_addr_t end = start + rng_skewed(rng, 0, 300 * MiB / 4096) * 4096;

		cma_pieces_offer(&pieces, start, end);
		if (start < board.dma_end && end > board.dma_end) {
			list_piece(&every, start, board.dma_end);
			list_piece(&every, board.dma_end, end);
		} else {
			list_piece(&every, start, end);
		}
		at = end;
	}
	qsort(every.pieces, every.nr, sizeof(*every.pieces), by_size);

	error = cma_pieces_choose(&pieces, size, &chosen);
	nr = needed(&every, size, board.dma_end) ?: needed(&every, size, 0);
	CHECK_EQ(error, nr ? 0 : -ENOMEM);
	if (error)
		return;
	CHECK_EQ(chosen.nr, nr);
	CHECK_EQ(sum_of(&chosen), size);
	for (i = 0; i < chosen.nr; i++) {
		CHECK_EQ(chosen.pieces[i].start % (2 * MiB), 0);
		CHECK_EQ(chosen.pieces[i].size % (2 * MiB), 0);
		CHECK(is_in(&every, &chosen.pieces[i]));
		if (i)
			CHECK(chosen.pieces[i].start >= chosen.pieces[i - 1].start +
			      chosen.pieces[i - 1].size);
	}
}

static void random_memory_against_a_sorted_list(void)
{
	struct rng rng = rng_stream(77);
	unsigned long i;

	for (i = 0; i < test_ops / 250 + 1; i++)
		random_memory(&rng);
}

static const struct test tests[] = {
	{ "nothing_offered_is_nothing_chosen", nothing_offered_is_nothing_chosen },
	{ "ends_are_aligned_inwards", ends_are_aligned_inwards },
	{ "few_large_pieces_rather_than_many", few_large_pieces_rather_than_many },
	{ "memory_for_other_devices_is_spared", memory_for_other_devices_is_spared },
	{ "without_a_border_all_memory_is_alike", without_a_border_all_memory_is_alike },
	{ "piece_never_crosses_the_border", piece_never_crosses_the_border },
	{ "ninth_piece_does_not_count", ninth_piece_does_not_count },
	{ "random_memory_against_a_sorted_list", random_memory_against_a_sorted_list },
	{ NULL, NULL }
};

const struct suite pieces_suite = { "pieces", tests };
