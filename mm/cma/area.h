/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An area: one struct cma, its life cycle and its locks. Private to mm/cma.
 *
 *	DECLARED --activate--> ACTIVE	its pages are in the buddy allocator
 *	         --activate--> FAILED	size 0, never shown to anybody
 *
 * cma->lock is taken last: it nests inside nothing of ours, nothing is called
 * under it but the map, and it is held for one map operation at a time. It may
 * be taken in any context, hence irqsave. No two areas share a lock.
 */
#ifndef _MM_CMA_AREA_H
#define _MM_CMA_AREA_H

#include <linux/atomic.h>
#include <linux/cma.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "map.h"
#include "pieces.h"
#include "place.h"

enum cma_state {
	CMA_DECLARED,
	CMA_ACTIVE,
	CMA_FAILED,
};

/**
 * struct cma_stats - how an area has served; all in pages
 * @alloc_success: handed out
 * @alloc_fail: asked for and not given
 * @release_success: given back
 *
 * For each area, pages asked for by valid requests = success + fail.
 */
struct cma_stats {
	atomic64_t alloc_success;
	atomic64_t alloc_fail;
	atomic64_t release_success;
};

/**
 * struct cma_range - a piece of an area: its pages, and their struct pages, lie
 *		      one behind the other, in one zone
 * @base_pfn: first page
 * @nr_pages: size
 * @map: which of its pages are held or in transit; NULL before activation
 */
struct cma_range {
	unsigned long base_pfn;
	unsigned long nr_pages;
	struct cma_map *map;
};

/**
 * struct cma - a region of memory that lends its free pages to movable users
 * @nr_ranges: how many pieces it consists of; nearly always one
 * @ranges: the pieces, by address
 * @nr_pages: size of all of them; 0 once activation has failed
 * @order_per_bit: as declared
 * @state: see above; written at boot only
 * @is_scattered: ranges may be cut where a zone ends
 * @is_private: it lends its pages to nobody, see private.c
 * @is_zeroed: what it hands out is zeroed
 * @keep_on_error: if activation fails, its pages stay reserved
 * @name: unique among areas
 * @lock: protects the maps and everything below, unless stated otherwise
 * @settled: woken whenever pages leave transit; its waiters wait for a peer;
 *	     has a lock of its own
 * @nr_held: pages handed out
 * @peak_held: the most that @nr_held has ever been
 * @lingering: pages of a private area that came back while somebody looked at
 *	       them
 * @blockers: pages that were in the way lately; hints, read without the lock
 * @stats: counters, atomic, changed by nobody but mm/cma.c
 * @insight: what is remembered of its requests; NULL if there was no memory for
 *	     it. Has a lock of its own.
 */
struct cma {
	unsigned int nr_ranges;
	struct cma_range ranges[CMA_MAX_RANGES];
	unsigned long nr_pages;
	unsigned int order_per_bit;
	enum cma_state state;
	bool is_scattered;
	bool is_private;
	bool is_zeroed;
	bool keep_on_error;
	char name[CMA_MAX_NAME];

	spinlock_t lock;	/* protects the maps and what follows */
	wait_queue_head_t settled;
	unsigned long nr_held;
	unsigned long peak_held;
	struct list_head lingering;
	struct cma_blockers blockers;

	struct cma_stats stats;
#ifdef CONFIG_CMA_INSIGHT
	struct cma_insight *insight;
#endif
};

/**
 * struct cma_claim - where the pages of a request lie
 * @range: the piece of the area; NULL for nowhere
 * @offset: first page, from the start of the piece
 */
struct cma_claim {
	struct cma_range *range;
	unsigned long offset;
};

static inline unsigned long cma_claim_pfn(const struct cma_claim *claim)
{
	return claim->range->base_pfn + claim->offset;
}

/* The pieces of an area, in the order of their addresses. */
#define for_each_cma_range(range, cma)					\
	for (range = (cma)->ranges;					\
	     range < (cma)->ranges + (cma)->nr_ranges; range++)

/* The piece that a page lies in, NULL if it is not the area's. */
static inline struct cma_range *cma_range_of(struct cma *cma, unsigned long pfn)
{
	struct cma_range *range;

	for_each_cma_range(range, cma)
		if (pfn - range->base_pfn < range->nr_pages)
			return range;
	return NULL;
}

struct cma *cma_area_register(unsigned int order_per_bit, const char *name);
void cma_area_add_range(struct cma *cma, unsigned long base_pfn,
			unsigned long nr_pages);
unsigned int cma_area_slots_left(void);
struct cma *cma_area_at(unsigned long start_pfn, unsigned long end_pfn);
struct cma *cma_area_next(const struct cma *prev);

unsigned long cma_area_used(struct cma *cma);
unsigned long cma_area_max_free(struct cma *cma);
unsigned long cma_area_available(struct cma *cma);
void cma_area_finish_transit(struct cma *cma, const struct cma_claim *claim,
			     unsigned long nr_pages, bool taken);

static inline struct cma *cma_area_next_active(const struct cma *prev)
{
	struct cma *cma = cma_area_next(prev);

	while (cma && cma->state != CMA_ACTIVE)
		cma = cma_area_next(cma);
	return cma;
}

/* Every area that is in service, in the order of declaration. */
#define for_each_active_cma(cma)					\
	for (cma = cma_area_next_active(NULL); cma;			\
	     cma = cma_area_next_active(cma))

#endif /* _MM_CMA_AREA_H */
