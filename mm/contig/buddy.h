/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few things that only mm/page_alloc.c can do, named for their contract.
 * They hold no policy: what to take and where it goes is decided in mm/contig.
 */
#ifndef _MM_CONTIG_BUDDY_H
#define _MM_CONTIG_BUDDY_H

#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/minmax.h>

struct page;
struct zone;

/* Order of the largest aligned block that starts at @pfn and ends by @end_pfn. */
static inline unsigned int contig_block_order(unsigned long pfn,
					      unsigned long end_pfn,
					      unsigned int max_order)
{
	unsigned int order = ilog2(end_pfn - pfn);

	if (pfn)
		order = min_t(unsigned int, order, __ffs(pfn));
	return min(order, max_order);
}

/*
 * Take the pages [start_pfn, end_pfn) out of the free block that begins at
 * @head; the rest of the block stays free, in blocks as large as can be. The
 * caller holds zone->lock and has seen that @head is PageBuddy() and of @order.
 * Free-page counters are right afterwards; the pages taken have no reference
 * and belong to the caller.
 */
void buddy_carve(struct zone *zone, struct page *head, unsigned int order,
		 unsigned long start_pfn, unsigned long end_pfn);

/*
 * Free a block that free_pages_prepare() has accepted: split at pageblock
 * borders, each part under the type that its pageblock has now. The caller
 * holds zone->lock and counts PGFREE. @page is aligned to @order, which may
 * exceed MAX_PAGE_ORDER.
 */
void buddy_free_prepared(struct zone *zone, struct page *page,
			 unsigned int order);

/* Is each page checked as it is freed? */
bool buddy_checks_pages(void);

/* Report unlinked pages that are not in the state a new owner may expect. */
void buddy_check_new(struct page *page, unsigned int order);

#endif /* _MM_CONTIG_BUDDY_H */
