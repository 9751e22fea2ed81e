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
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "map.h"
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
 * struct cma - a region of memory that lends its free pages to movable users
 * @base_pfn: first page
 * @nr_pages: size; 0 once activation has failed
 * @order_per_bit: as declared
 * @state: see above; written at boot only
 * @keep_on_error: if activation fails, its pages stay reserved
 * @name: unique among areas
 * @lock: protects @map; taken to change @blockers, which are read without
 * @map: which pages are held or in transit
 * @settled: woken whenever pages leave transit; its waiters wait for a peer
 * @blockers: pages that were in the way lately; hints
 * @stats: counters, changed by nobody but mm/cma.c
 */
struct cma {
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned int order_per_bit;
	enum cma_state state;
	bool keep_on_error;
	char name[CMA_MAX_NAME];

	spinlock_t lock;	/* protects map; to write blockers */
	struct cma_map map;
	wait_queue_head_t settled;
	struct cma_blockers blockers;

	struct cma_stats stats;
};

struct cma *cma_area_register(unsigned long base_pfn, unsigned long nr_pages,
			      unsigned int order_per_bit, const char *name);
unsigned int cma_area_slots_left(void);
struct cma *cma_area_at(unsigned long start_pfn, unsigned long end_pfn);
struct cma *cma_area_next(const struct cma *prev);

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
