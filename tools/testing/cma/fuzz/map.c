// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing the map of an area against its oracle. The input is a geometry and a
 * list of operations, four bytes each: what to do, to where, how much of it.
 */

#include <linux/math.h>

#include "../harness.h"
#include "../oracle.h"
#include "fuzz.h"

#define MAX_PAGES	4096

struct operation {
	uint8_t what;
	uint8_t where;
	uint8_t much;
	uint8_t align_order;
};

/* As many pages of @state from @offset on as there are, at most @nr_pages. */
static unsigned long run(const struct oracle *oracle, unsigned long offset,
			 unsigned long nr_pages, enum page_state state)
{
	while (nr_pages && !oracle_all(oracle, offset, nr_pages, state))
		nr_pages--;
	return nr_pages;
}

static void request(struct cma_map *map, struct oracle *oracle,
		    unsigned long nr_pages, unsigned int align_order,
		    enum cma_map_end end, bool settle)
{
	unsigned long found = oracle_check_find(oracle, map, nr_pages,
						align_order, end);

	CHECK_EQ(cma_map_worth_waiting(map, nr_pages, align_order),
		 oracle_worth_waiting(oracle, nr_pages, align_order));
	if (found == CMA_MAP_NONE)
		return;
	cma_map_claim(map, found, nr_pages);
	oracle_set(oracle, found, nr_pages, TRANSIT);
	if (!settle)
		return;
	cma_map_settle(map, found, nr_pages);
	oracle_set(oracle, found, nr_pages, HELD);
}

/* Claim a range of no other merit than that somebody asks for it. */
static void claim_here(struct cma_map *map, struct oracle *oracle,
		       unsigned long offset, unsigned long nr_pages)
{
	bool fits = oracle_fits(oracle, offset, nr_pages, 0, false);

	CHECK_EQ(cma_map_try_claim(map, offset, nr_pages), fits);
	if (fits)
		oracle_set(oracle, offset, nr_pages, TRANSIT);
}

static void operate(struct cma_map *map, struct oracle *oracle,
		    const struct operation *op)
{
	unsigned long offset = op->where * oracle->nr_pages / 256;
	unsigned long nr_pages = op->much;
	bool held;

	switch (op->what % 8) {
	case 0 ... 3:
		request(map, oracle, nr_pages << (op->what >> 6),
			op->align_order % 16,
			op->what & 2 ? CMA_MAP_HIGH : CMA_MAP_LOW, op->what & 1);
		break;
	case 4:
		held = oracle_all(oracle, offset, nr_pages, HELD);
		CHECK_EQ(cma_map_unclaim(map, offset, nr_pages), held);
		if (held)
			oracle_set(oracle, offset, nr_pages, TRANSIT);
		break;
	case 5:
		nr_pages = run(oracle, offset, nr_pages, TRANSIT);
		if (nr_pages)
			cma_map_vacate(map, offset, nr_pages);
		oracle_set(oracle, offset, nr_pages, FREE);
		break;
	case 6:
		nr_pages = run(oracle, offset, nr_pages, TRANSIT);
		if (nr_pages)
			cma_map_settle(map, offset, nr_pages);
		oracle_set(oracle, offset, nr_pages, HELD);
		break;
	default:
		offset = round_down(offset, 1UL << oracle->order_per_bit);
		if (nr_pages && nr_pages <= oracle->nr_pages - offset)
			claim_here(map, oracle, offset, nr_pages);
	}
	oracle_check_counts(oracle, map);
	oracle_check_gap(oracle, map, offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned long nr_pages, base_pfn;
	struct oracle oracle;
	struct cma_map map;
	unsigned int order;
	size_t at;

	if (size < 4)
		return 0;
	order = data[0] % 5;
	nr_pages = (1 + (data[1] | data[2] << 8) % (MAX_PAGES >> order)) << order;
	base_pfn = data[3];

	CHECK_EQ(cma_map_init(&map, base_pfn, nr_pages, order), 0);
	oracle_init(&oracle, base_pfn, nr_pages, order);
	for (at = 4; at + 4 <= size; at += 4)
		operate(&map, &oracle, (const struct operation *)(data + at));
	oracle_check_pages(&oracle, &map);
	oracle_check_views(&oracle, &map);
	oracle_destroy(&oracle);
	cma_map_destroy(&map);
	return 0;
}
