/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the map of an area must say, found the slow way: one byte a page, and
 * every question answered by looking at every page. It shares no code and no
 * idea with map.c. KUnit and the host tests (tools/testing/cma) use it.
 */
#ifndef _MM_CMA_TESTS_MAP_ORACLE_H
#define _MM_CMA_TESTS_MAP_ORACLE_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "../map.h"

enum page_state { FREE, TRANSIT, HELD };

/**
 * struct oracle - an area, page by page
 * @pages: an enum page_state for each page
 * @count: number of pages in each state
 * @base_pfn: as in struct cma_map
 * @nr_pages: as in struct cma_map
 * @order_per_bit: as in struct cma_map
 */
struct oracle {
	u8 *pages;
	unsigned long count[3];
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned int order_per_bit;
};

/* Give pages another state, whatever they had. */
static inline void oracle_set(struct oracle *oracle, unsigned long offset,
			      unsigned long nr_pages, enum page_state state)
{
	unsigned long page;

	for (page = offset; page < offset + nr_pages; page++) {
		oracle->count[oracle->pages[page]]--;
		oracle->pages[page] = state;
		oracle->count[state]++;
	}
}

/* Are there such pages, at least one, all inside and all in this state? */
static inline bool oracle_all(const struct oracle *oracle, unsigned long offset,
			      unsigned long nr_pages, enum page_state state)
{
	unsigned long page;

	if (!nr_pages || nr_pages > oracle->nr_pages ||
	    offset > oracle->nr_pages - nr_pages)
		return false;
	for (page = offset; page < offset + nr_pages; page++)
		if (oracle->pages[page] != state)
			return false;
	return true;
}

/* Is @number a multiple of 1 << @order, whatever the order? */
static inline bool oracle_aligned(unsigned long number, unsigned int order)
{
	return !number || __ffs(number) >= order;
}

/* Is it a candidate? With @vacated as if nothing were in transit. */
static inline bool oracle_fits(const struct oracle *oracle, unsigned long start,
			       unsigned long nr_pages, unsigned int align_order,
			       bool vacated)
{
	unsigned long page;

	if (!nr_pages || start >= oracle->nr_pages ||
	    nr_pages > oracle->nr_pages - start)
		return false;
	if (!oracle_aligned(start, oracle->order_per_bit) ||
	    !oracle_aligned(oracle->base_pfn + start, align_order))
		return false;

	/* To the end of the granule of the last page. */
	for (page = start; page < start + nr_pages ||
	     !oracle_aligned(page, oracle->order_per_bit); page++)
		if (oracle->pages[page] == HELD ||
		    (oracle->pages[page] == TRANSIT && !vacated))
			return false;
	return true;
}

/* The lowest candidate. */
static inline unsigned long oracle_find(const struct oracle *oracle,
					unsigned long nr_pages,
					unsigned int align_order, bool vacated)
{
	unsigned long start;

	for (start = 0; start < oracle->nr_pages; start++) {
		if (nr_pages > oracle->nr_pages - start)
			break;
		if (oracle_fits(oracle, start, nr_pages, align_order, vacated))
			return start;
	}
	return CMA_MAP_NONE;
}

static inline bool oracle_worth_waiting(const struct oracle *oracle,
					unsigned long nr_pages,
					unsigned int align_order)
{
	return oracle_find(oracle, nr_pages, align_order, false) ==
	       CMA_MAP_NONE &&
	       oracle_find(oracle, nr_pages, align_order, true) !=
	       CMA_MAP_NONE;
}

/* Has the granule that begins here no busy page? */
static inline bool oracle_granule_free(const struct oracle *oracle,
				       unsigned long offset)
{
	return oracle_all(oracle, offset, 1UL << oracle->order_per_bit, FREE);
}

/* cma_map_next_gap() */
static inline unsigned long oracle_next_gap(const struct oracle *oracle,
					    unsigned long from,
					    unsigned long *end)
{
	unsigned long gap = from;

	while (gap < oracle->nr_pages &&
	       (!oracle_aligned(gap, oracle->order_per_bit) ||
		!oracle_granule_free(oracle, gap)))
		gap++;
	if (gap >= oracle->nr_pages)
		return CMA_MAP_NONE;

	*end = gap;
	while (oracle_granule_free(oracle, *end))
		*end += 1UL << oracle->order_per_bit;
	return gap;
}

/* cma_map_used(), and cma_map_max_free() in @longest. */
static inline unsigned long oracle_used(const struct oracle *oracle,
					unsigned long *longest)
{
	unsigned long granule = 1UL << oracle->order_per_bit;
	unsigned long used = 0, run = 0;
	unsigned long at;

	*longest = 0;
	for (at = 0; at < oracle->nr_pages; at += granule) {
		run += granule;
		if (!oracle_granule_free(oracle, at)) {
			used += granule;
			run = 0;
		}
		if (run > *longest)
			*longest = run;
	}
	return used;
}

#endif /* _MM_CMA_TESTS_MAP_ORACLE_H */
