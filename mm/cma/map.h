/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of an area are handed out, and which are on their way.
 *
 * The map is pure: it takes no lock, looks at no struct page and prints
 * nothing, so that the same file is compiled and tested on the host. Its owner
 * (struct cma) serialises every call with cma->lock.
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

/**
 * struct cma_map - the pages of one area
 * @busy: a page is in transit or held
 * @held: a page is handed out; always a subset of @busy
 * @base_pfn: page frame number of the area's first page
 * @nr_pages: size of the area, a multiple of 1 << @order_per_bit
 * @nr_busy: number of bits set in @busy
 * @nr_held: number of bits set in @held
 * @order_per_bit: candidates start and end on a multiple of 1 << @order_per_bit
 */
struct cma_map {
	unsigned long *busy;
	unsigned long *held;
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned long nr_busy;
	unsigned long nr_held;
	unsigned int order_per_bit;
};

/* No candidate: returned in place of an offset. */
#define CMA_MAP_NONE	(~0UL)

/* The largest area, in pages: the kernel's bitmaps count bits in an int. */
#define CMA_MAP_MAX_PAGES	((unsigned long)INT_MAX)

int cma_map_init(struct cma_map *map, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit);
void cma_map_destroy(struct cma_map *map);

unsigned long cma_map_find(const struct cma_map *map, unsigned long from,
			   unsigned long nr_pages, unsigned int align_order);
bool cma_map_worth_waiting(const struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order);

void cma_map_claim(struct cma_map *map, unsigned long offset,
		   unsigned long nr_pages);
void cma_map_settle(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages);
bool cma_map_unclaim(struct cma_map *map, unsigned long offset,
		     unsigned long nr_pages);
void cma_map_vacate(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages);

unsigned long cma_map_used(const struct cma_map *map);
unsigned long cma_map_max_free(const struct cma_map *map);
unsigned long cma_map_nr_bits(const struct cma_map *map);
void cma_map_fill_bits(const struct cma_map *map, u32 *bits);

#endif /* _MM_CMA_MAP_H */
