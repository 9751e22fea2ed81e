// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing the map of an area against its oracle. The input is a geometry and a
 * list of operations, four bytes each: what to do, to where, how much of it.
 */

#include "../harness.h"
#include "../oracle.h"
#include "fuzz.h"

#define MAX_PAGES	600

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
		    unsigned long from, unsigned long nr_pages,
		    unsigned int align_order, bool settle)
{
	unsigned long found = cma_map_find(map, from, nr_pages, align_order);

	CHECK_EQ(found, oracle_find(oracle, from, nr_pages, align_order, false));
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

static void operate(struct cma_map *map, struct oracle *oracle,
		    const struct operation *op)
{
	unsigned long offset = op->where * oracle->nr_pages / 256;
	unsigned long nr_pages = op->much;
	bool held;

	switch (op->what % 8) {
	case 0 ... 3:
		request(map, oracle, op->what & 4 ? offset : 0,
			nr_pages << (op->what >> 6), op->align_order % 16,
			op->what & 1);
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
		nr_pages = run(oracle, offset, nr_pages, FREE);
		if (nr_pages)
			cma_map_claim(map, offset, nr_pages);
		oracle_set(oracle, offset, nr_pages, TRANSIT);
	}
	oracle_check_counts(oracle, map);
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
