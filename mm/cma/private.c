// SPDX-License-Identifier: GPL-2.0
/*
 * How does an area serve requests that lends its memory to nobody?
 *
 * Its pages never meet the buddy allocator: they stay what memblock made them,
 * reserved pages. One that waits has no reference, so nobody can get hold of
 * it. One that is handed out has the owner's, and gives it back here:
 *
 *	waiting (0) --take--> handed out (1) --drop--> waiting (0)
 *	                      handed out (1 + others) --linger--> ... --> waiting
 *
 * The owner may have lent it further, to user space for instance, so that the
 * reference dropped need not be the last one. But whoever drops the last one
 * frees the page into the buddy allocator, where it must not go. So the area
 * keeps the owner's reference as long as there are others: such a page lingers
 * in transit, and requests that find no room see whether it has been left.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "area.h"
#include "private.h"

/**
 * cma_private_take() - make waiting pages the requester's
 * @pfn: first page frame
 * @nr_pages: number of pages, in transit
 * @gfp: how they are to be prepared; compound pages are not to be had
 * @frozen: leave them without a reference
 *
 * Context: Process context; may clear the pages.
 * Return: @nr_pages; if a page among them is broken, its index: none is taken.
 */
unsigned long cma_private_take(unsigned long pfn, unsigned long nr_pages,
			       gfp_t gfp, bool frozen)
{
	struct page *page = pfn_to_page(pfn);
	unsigned long i;

	for (i = 0; i < nr_pages; i++)
		if (PageHWPoison(page + i))
			return i;

	for (i = 0; i < nr_pages; i++) {
		if (want_init_on_alloc(gfp)) {
			clear_highpage(page + i);
			cond_resched();
		}
		if (!frozen)
			set_page_count(page + i, 1);
	}
	return nr_pages;
}

/* Take the owner's reference if it is the only one, and the owner's traces. */
static bool drop(struct page *page)
{
	if (page_ref_count(page) && !page_ref_freeze(page, 1))
		return false;

	/* As the buddy allocator does it, but that it stays a reserved page. */
	page->flags &= ~(PAGE_FLAGS_CHECK_AT_PREP & ~BIT(PG_reserved));
	page->mapping = NULL;
	set_page_private(page, 0);
	if (want_init_on_free())
		clear_highpage(page);
	return true;
}

static void linger(struct cma *cma, struct page *page)
{
	unsigned long flags;

	/* The owner's reference is ours now, and so is the list head. */
	spin_lock_irqsave(&cma->lock, flags);
	list_add_tail(&page->lru, &cma->lingering);
	spin_unlock_irqrestore(&cma->lock, flags);
}

/**
 * cma_private_free() - pages come back from their owner
 * @cma: the area
 * @claim: where they are
 * @nr_pages: number of pages, in transit
 *
 * Context: Any.
 */
void cma_private_free(struct cma *cma, const struct cma_claim *claim,
		      unsigned long nr_pages)
{
	struct page *page = pfn_to_page(cma_claim_pfn(claim));
	unsigned long i = 0;

	while (i < nr_pages) {
		struct cma_claim run = { claim->range, claim->offset + i };
		unsigned long start = i;

		while (i < nr_pages && drop(page + i))
			i++;
		if (i > start)
			cma_area_finish_transit(cma, &run, i - start, false);
		if (i < nr_pages)
			linger(cma, page + i++);
	}
}

/**
 * cma_private_collect() - see which lingering pages have been left
 * @cma: the area
 *
 * Context: Any.
 */
void cma_private_collect(struct cma *cma)
{
	struct page *page, *next;
	unsigned long flags;
	LIST_HEAD(pages);

	if (list_empty(&cma->lingering))
		return;

	spin_lock_irqsave(&cma->lock, flags);
	list_splice_init(&cma->lingering, &pages);
	spin_unlock_irqrestore(&cma->lock, flags);

	list_for_each_entry_safe(page, next, &pages, lru) {
		struct cma_claim claim = {
			.range = cma_range_of(cma, page_to_pfn(page)),
		};

		claim.offset = page_to_pfn(page) - claim.range->base_pfn;
		list_del(&page->lru);
		if (drop(page))
			cma_area_finish_transit(cma, &claim, 1, false);
		else
			linger(cma, page);
	}
}
