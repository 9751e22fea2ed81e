/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of an area are handed out, and which are on their way.
 *
 * The map is pure: it takes no lock, looks at no struct page and prints
 * nothing, so that the same file is compiled and tested on the host. Its owner
 * (struct cma) serialises every call with cma->lock, but for cma_map_next_gap().
 *
 * Two bits a page give three states:
 *
 *	busy  held
 *	  0     0	free: in the buddy allocator, with or without a tenant
 *	  1     0	in transit: being taken, or being released
 *	  1     1	held: handed out by cma_alloc(), not yet released
 *
 *	free --claim--> transit --settle--> held --unclaim--> transit --vacate--> free
 *	                transit --vacate--> free	(the pages could not be taken)
 *
 * All offsets and counts are in pages from the start of the area, ranges are
 * half open. Only candidates know about order_per_bit: they start and end on a
 * multiple of it. The pages of the rounding are never claimed.
 */
#ifndef _MM_CMA_MAP_H
#define _MM_CMA_MAP_H

#include <linux/limits.h>
#include <linux/types.h>

/* Enough to sum up the largest area, see map.c. */
#define CMA_MAP_LEVELS	8

/**
 * struct cma_map_runs - the runs of clear bits in a stretch of a bitmap
 * @head: length of the one that begins where the stretch begins
 * @tail: length of the one that ends where the stretch ends
 * @longest: length of the longest
 * @block: size of the largest aligned block: a power of two, as its start's
 */
struct cma_map_runs {
	u32 head;
	u32 tail;
	u32 longest;
	u32 block;
};

/**
 * struct cma_map_set - some pages of an area, and the runs of granules between
 * @pages: a bit for each page: it is one of them
 * @granules: a bit for each granule: a page of it is; @pages if that is the same
 * @sums: what is between the granules, see map.c
 * @top: the level of @sums that is the whole area
 * @stale: the leaf of @sums that @granules is ahead of
 * @nr_pages: number of bits set in @pages
 */
struct cma_map_set {
	unsigned long *pages;
	unsigned long *granules;
	struct cma_map_runs *sums[CMA_MAP_LEVELS];
	unsigned int top;
	unsigned long stale;
	unsigned long nr_pages;
};

/**
 * struct cma_map - the pages of one area
 * @busy: pages in transit or held
 * @held: pages handed out; always a part of @busy
 * @base_pfn: page frame number of the area's first page
 * @nr_pages: size of the area, a multiple of 1 << @order_per_bit
 * @cursor: the word of granules near which short requests look for room first
 * @order_per_bit: candidates start and end on a multiple of 1 << @order_per_bit
 */
struct cma_map {
	struct cma_map_set busy;
	struct cma_map_set held;
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned long cursor;
	unsigned int order_per_bit;
};

/* The end of the area that a candidate should be near to. */
enum cma_map_end {
	CMA_MAP_LOW,
	CMA_MAP_HIGH,
};

/* No candidate: returned in place of an offset. */
#define CMA_MAP_NONE	(~0UL)

/* The largest area, in pages: the kernel's bitmaps count bits in an int. */
#define CMA_MAP_MAX_PAGES	((unsigned long)INT_MAX)

int cma_map_init(struct cma_map *map, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit);
void cma_map_destroy(struct cma_map *map);

unsigned long cma_map_find(struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order, enum cma_map_end end);
bool cma_map_worth_waiting(struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order);
unsigned long cma_map_next_gap(const struct cma_map *map, unsigned long from,
			       unsigned long limit, unsigned long *end);

bool cma_map_try_claim(struct cma_map *map, unsigned long offset,
		       unsigned long nr_pages);
void cma_map_claim(struct cma_map *map, unsigned long offset,
		   unsigned long nr_pages);
void cma_map_settle(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages);
bool cma_map_unclaim(struct cma_map *map, unsigned long offset,
		     unsigned long nr_pages);
void cma_map_vacate(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages);
bool cma_map_is_held(const struct cma_map *map, unsigned long offset);

unsigned long cma_map_used(const struct cma_map *map);
unsigned long cma_map_max_free(struct cma_map *map);
unsigned long cma_map_nr_bits(const struct cma_map *map);
void cma_map_fill_bits(const struct cma_map *map, u32 *bits);

#endif /* _MM_CMA_MAP_H */
