/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rest of mm asks about contiguous memory areas.
 *
 * Existing files call these inlines and nothing else of ours; without
 * CONFIG_CMA they cost nothing. The policy in one sentence: pages of an area
 * serve what ZONE_MOVABLE would serve, and for everybody else they do not exist.
 */
#ifndef _MM_CMA_HOOKS_H
#define _MM_CMA_HOOKS_H

#include <linux/gfp.h>
#include <linux/mmzone.h>
#include <linux/vmstat.h>
#include "../internal.h"

#ifdef CONFIG_CMA

/* The free lists that hold the areas' pages. */
#define CMA_HOOK_LIST	MIGRATE_CMA

/*
 * Which requests may be served from an area: those that ZONE_MOVABLE serves.
 *
 * A movable request without __GFP_HIGHMEM is the buffer cache's. Its pages are
 * movable in name only: a file system, its journal above all, holds on to the
 * buffers of its metadata, and with them to the pages.
 */
static inline unsigned int cma_hook_alloc_flags(gfp_t gfp,
						unsigned int alloc_flags)
{
	if (gfp_migratetype(gfp) == MIGRATE_MOVABLE && (gfp & __GFP_HIGHMEM))
		alloc_flags |= ALLOC_CMA;
	return alloc_flags;
}

/*
 * May a request have what the per-CPU lists hold? The list of movable pages has
 * those of the areas among it.
 */
static inline bool cma_hook_pcp_serves(struct zone *zone, int migratetype,
				       unsigned int alloc_flags)
{
	return migratetype != MIGRATE_MOVABLE || (alloc_flags & ALLOC_CMA) ||
	       !zone_cma_pages(zone);
}

/*
 * Take from the areas before the request's own lists?
 *
 * An area is left alone as long as there is plenty outside: an empty area is
 * the fastest one to allocate from. When what is free outside, less the low
 * watermark, has come down to what is free inside, both go down together. So
 * the areas are full when the rest reaches the low watermark, not later: no
 * reclaim starts while an area is empty, and what can only live outside
 * (kernel memory, page tables) has the watermark to itself.
 *
 * The counters may lag behind by a few pages a CPU; it is a balance, and the
 * next request corrects it.
 */
static inline bool cma_hook_first(struct zone *zone, unsigned int alloc_flags)
{
	unsigned long inside, total;

	if (!(alloc_flags & ALLOC_CMA))
		return false;
	inside = zone_page_state(zone, NR_FREE_CMA_PAGES);
	total = zone_page_state(zone, NR_FREE_PAGES);
	return inside && 2 * inside + low_wmark_pages(zone) > total;
}

/* Free pages come (@nr_pages > 0) or go; the caller holds zone->lock. */
static inline void cma_hook_account(struct zone *zone, int nr_pages,
				    int migratetype)
{
	if (is_migrate_cma(migratetype))
		__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, nr_pages);
}

/* Free pages that a request with @alloc_flags cannot use. */
static inline unsigned long cma_hook_unusable(struct zone *zone,
					      unsigned int alloc_flags)
{
	return alloc_flags & ALLOC_CMA ?
		0 : zone_page_state(zone, NR_FREE_CMA_PAGES);
}

/* Is there a block of this order that a request with @alloc_flags can use? */
static inline bool cma_hook_has_free(struct free_area *area,
				     unsigned int alloc_flags)
{
	return (alloc_flags & ALLOC_CMA) && !free_area_empty(area, MIGRATE_CMA);
}

/* Likewise for a compaction that was started for @migratetype. */
static inline bool cma_hook_serves(struct free_area *area, int migratetype)
{
	return migratetype == MIGRATE_MOVABLE &&
	       !free_area_empty(area, MIGRATE_CMA);
}

/*
 * May a block of an area be isolated on behalf of @migratetype? Only by our own
 * engine: it alone knows that MIGRATE_CMA is what has to be restored.
 */
static inline bool cma_hook_refuse_isolation(int migratetype)
{
	return !is_migrate_cma(migratetype);
}

#else /* !CONFIG_CMA */

#define CMA_HOOK_LIST	MIGRATE_MOVABLE

static inline unsigned int cma_hook_alloc_flags(gfp_t gfp,
						unsigned int alloc_flags)
{
	return alloc_flags;
}

static inline bool cma_hook_pcp_serves(struct zone *zone, int migratetype,
				       unsigned int alloc_flags)
{
	return true;
}

static inline bool cma_hook_first(struct zone *zone, unsigned int alloc_flags)
{
	return false;
}

static inline void cma_hook_account(struct zone *zone, int nr_pages,
				    int migratetype)
{
}

static inline unsigned long cma_hook_unusable(struct zone *zone,
					      unsigned int alloc_flags)
{
	return 0;
}

static inline bool cma_hook_has_free(struct free_area *area,
				     unsigned int alloc_flags)
{
	return false;
}

static inline bool cma_hook_serves(struct free_area *area, int migratetype)
{
	return false;
}

static inline bool cma_hook_refuse_isolation(int migratetype)
{
	return false;
}

#endif /* CONFIG_CMA */

#endif /* _MM_CMA_HOOKS_H */
