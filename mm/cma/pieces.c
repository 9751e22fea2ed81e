// SPDX-License-Identifier: GPL-2.0
/*
 * Of which free memory can an area be made that need not be one piece?
 *
 * Of the largest pieces, as few as it takes: what a request can get is bounded
 * by the largest, and each further one is a further place to look. Whatever is
 * free is offered, in any order and any number; the largest few are kept, and
 * nothing else is counted. So what is chosen adds up to the size that was asked
 * for, or there is not enough.
 *
 * Memory above that which devices with 32-bit addresses depend on is preferred,
 * as for an area in one piece. What is offered is cut at that border and where
 * high memory begins, for an area's piece belongs to one zone.
 */

#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "pieces.h"

/**
 * cma_pieces_init() - begin to collect pieces
 * @pieces: the collection
 * @machine: where; outlives @pieces
 * @alignment: of start and end of each piece in bytes, a power of two
 *
 * Context: Any.
 */
void cma_pieces_init(struct cma_pieces *pieces,
		     const struct cma_machine *machine, phys_addr_t alignment)
{
	memset(pieces, 0, sizeof(*pieces));
	pieces->machine = machine;
	pieces->alignment = alignment;
}

/* Keep the piece if it is larger than one of those in the list, or there is room. */
static void keep(struct cma_piece_list *list, struct cma_piece piece)
{
	unsigned int at = list->nr;

	while (at && list->pieces[at - 1].size < piece.size)
		at--;
	if (at == CMA_MAX_RANGES)
		return;
	list->nr = min(list->nr + 1, CMA_MAX_RANGES);
	memmove(&list->pieces[at + 1], &list->pieces[at],
		(list->nr - 1 - at) * sizeof(piece));
	list->pieces[at] = piece;
}

static void offer_one_zone(struct cma_pieces *pieces, phys_addr_t start,
			   phys_addr_t end)
{
	phys_addr_t dma_end = pieces->machine->dma_end;
	struct cma_piece piece;

	/* Below an aligned end, rounding up does not wrap. */
	end = round_down(end, pieces->alignment);
	if (start >= end)
		return;
	start = round_up(start, pieces->alignment);
	if (start == end)
		return;

	piece.start = start;
	piece.size = end - start;
	keep(&pieces->anywhere, piece);
	if (dma_end && start >= dma_end)
		keep(&pieces->above, piece);
}

/**
 * cma_pieces_offer() - here is free memory
 * @pieces: the collection
 * @start: physical address in bytes
 * @end: first byte behind; nothing is offered if it is not above @start
 *
 * Context: Any.
 */
void cma_pieces_offer(struct cma_pieces *pieces, phys_addr_t start,
		      phys_addr_t end)
{
	const struct cma_machine *machine = pieces->machine;
	phys_addr_t borders[] = {
		min(machine->dma_end, machine->highmem_start),
		max(machine->dma_end, machine->highmem_start),
	};
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (start < borders[i] && borders[i] < end) {
			offer_one_zone(pieces, start, borders[i]);
			start = borders[i];
		}
	offer_one_zone(pieces, start, end);
}

static void insert_by_address(struct cma_piece_list *list,
			      struct cma_piece piece)
{
	unsigned int at = list->nr++;

	for (; at && list->pieces[at - 1].start > piece.start; at--)
		list->pieces[at] = list->pieces[at - 1];
	list->pieces[at] = piece;
}

/* Return: whether the pieces of a list are enough; @chosen if they are. */
static bool choose_of(const struct cma_piece_list *list, phys_addr_t size,
		      struct cma_piece_list *chosen)
{
	unsigned int i;

	memset(chosen, 0, sizeof(*chosen));
	for (i = 0; i < list->nr && size; i++) {
		struct cma_piece piece = list->pieces[i];

		piece.size = min(piece.size, size);
		size -= piece.size;
		insert_by_address(chosen, piece);
	}
	return !size;
}

/**
 * cma_pieces_choose() - choose pieces that add up to a size
 * @pieces: the collection
 * @size: in bytes, a multiple of the alignment, not 0
 * @chosen: the pieces, by address
 *
 * Context: Any.
 * Return: 0; -ENOMEM if the CMA_MAX_RANGES largest pieces are not enough.
 */
int cma_pieces_choose(const struct cma_pieces *pieces, phys_addr_t size,
		      struct cma_piece_list *chosen)
{
	if (choose_of(&pieces->above, size, chosen) ||
	    choose_of(&pieces->anywhere, size, chosen))
		return 0;
	return -ENOMEM;
}
