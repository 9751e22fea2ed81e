/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few things that only mm/page_alloc.c can do, named for their contract.
 * They hold no policy: what to take and where it goes is decided in mm/contig.
 */
#ifndef _MM_CONTIG_BUDDY_H
#define _MM_CONTIG_BUDDY_H

#include <linux/gfp.h>

struct page;
struct zone;

/*
 * Take a free block off its list. The caller holds zone->lock, has seen
 * PageBuddy() and buddy_order() == @order, and @migratetype is what its first
 * pageblock says now. Free-page counters are right afterwards; the pages have
 * no reference and belong to the caller.
 */
void buddy_unlink(struct zone *zone, struct page *page, unsigned int order,
		  int migratetype);

/*
 * Free a block that free_pages_prepare() has accepted: split at pageblock
 * borders, each part under the type that its pageblock has now. The caller
 * holds zone->lock and counts PGFREE. @page is aligned to @order, which may
 * exceed MAX_PAGE_ORDER.
 */
void buddy_free_prepared(struct zone *zone, struct page *page,
			 unsigned int order);

/* Report unlinked pages that are not in the state a new owner may expect. */
void buddy_check_new(struct page *page, unsigned int order);

/* Make unlinked pages one compound page with one reference. */
void buddy_prep_compound(struct page *page, unsigned int order, gfp_t gfp);

#endif /* _MM_CONTIG_BUDDY_H */
