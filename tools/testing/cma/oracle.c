// SPDX-License-Identifier: GPL-2.0
/* Comparing a map with its naive model. */

#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "oracle.h"

void oracle_init(struct oracle *oracle, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit)
{
	memset(oracle, 0, sizeof(*oracle));
	oracle->base_pfn = base_pfn;
	oracle->nr_pages = nr_pages;
	oracle->order_per_bit = order_per_bit;
	oracle->pages = calloc(nr_pages, 1);
	oracle->count[FREE] = nr_pages;
}

void oracle_destroy(struct oracle *oracle)
{
	free(oracle->pages);
}

static bool bit(const unsigned long *bits, unsigned long number)
{
	return bits[number / BITS_PER_LONG] >> number % BITS_PER_LONG & 1;
}

void oracle_check_counts(const struct oracle *oracle, const struct cma_map *map)
{
	CHECK_EQ(map->nr_pages, oracle->nr_pages);
	CHECK_EQ(map->base_pfn, oracle->base_pfn);
	CHECK_EQ(map->order_per_bit, oracle->order_per_bit);
	CHECK_EQ(map->busy.nr_pages, oracle->count[TRANSIT] + oracle->count[HELD]);
	CHECK_EQ(map->held.nr_pages, oracle->count[HELD]);
}

unsigned long oracle_check_find(const struct oracle *oracle, struct cma_map *map,
				unsigned long nr_pages,
				unsigned int align_order, enum cma_map_end end)
{
	unsigned long found = cma_map_find(map, nr_pages, align_order, end);
	unsigned long lowest = oracle_find(oracle, nr_pages, align_order, false);

	if (end == CMA_MAP_LOW || lowest == CMA_MAP_NONE)
		CHECK_EQ(found, lowest);
	else
		CHECK(oracle_fits(oracle, found, nr_pages, align_order, false));
	return found;
}

void oracle_check_gap(const struct oracle *oracle, const struct cma_map *map,
		      unsigned long from)
{
	unsigned long expected, expected_end = 0, end = 0;

	expected = oracle_next_gap(oracle, from, &expected_end);
	CHECK_EQ(cma_map_next_gap(map, from, ULONG_MAX, &end), expected);
	CHECK_EQ(end, expected_end);
}

void oracle_check_pages(const struct oracle *oracle, const struct cma_map *map)
{
	unsigned long page;

	for (page = 0; page < oracle->nr_pages; page++) {
		CHECK_EQ(bit(map->busy.pages, page), oracle->pages[page] != FREE);
		CHECK_EQ(bit(map->held.pages, page), oracle->pages[page] == HELD);
	}
}

void oracle_check_views(const struct oracle *oracle, struct cma_map *map)
{
	unsigned long granule = 1UL << oracle->order_per_bit;
	unsigned long nr_bits = oracle->nr_pages / granule;
	unsigned long words = (nr_bits + 31) / 32;
	unsigned long number, longest;
	bool busy, shown;
	u32 *bits;

	CHECK_EQ(cma_map_nr_bits(map), nr_bits);
	CHECK_EQ(cma_map_used(map), oracle_used(oracle, &longest));
	CHECK_EQ(cma_map_max_free(map), longest);

	/* Exactly as long as promised, and dirty. */
	bits = malloc(words * sizeof(*bits));
	memset(bits, 0xa5, words * sizeof(*bits));
	cma_map_fill_bits(map, bits);
	for (number = 0; number < words * 32; number++) {
		shown = bits[number / 32] >> number % 32 & 1;
		busy = number < nr_bits &&
		       !oracle_all(oracle, number * granule, granule, FREE);
		CHECK_EQ(shown, busy);
	}
	free(bits);
}
