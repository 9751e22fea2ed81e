// SPDX-License-Identifier: GPL-2.0
/*
 * How do pages that were taken as a range return?
 *
 * In the largest blocks, one hold of zone->lock a pageblock, and past the
 * per-CPU lists: a page in such a list would keep the next request from taking
 * its range at once. Each page's reference is dropped atomically, because
 * others (GUP-fast, compaction, memory failure) may hold one for a moment; a
 * page that they still hold is left out, and its last holder frees it.
 *
 * Freeing a block in one go looks closely at its first page only. Whatever has
 * something unusual about any of its pages goes back page by page.
 */
#include "port.h"
#include "contig.h"

/* A run of prepared pages within one pageblock, not yet in the buddy. */
struct free_run {
	struct zone *zone;
	unsigned long start_pfn;
	unsigned long end_pfn;
};

static void run_flush(struct free_run *run)
{
	unsigned long pfn = run->start_pfn;
	unsigned long flags;

	if (run->start_pfn == run->end_pfn)
		return;

	spin_lock_irqsave(&run->zone->lock, flags);
	while (pfn < run->end_pfn) {
		unsigned int order = contig_block_order(pfn, run->end_pfn,
							pageblock_order);

		buddy_free_prepared(run->zone, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
	spin_unlock_irqrestore(&run->zone->lock, flags);

	count_vm_events(PGFREE, run->end_pfn - run->start_pfn);
	run->start_pfn = run->end_pfn;
}

/* Add the block at @pfn if its pages may be freed, else leave a gap. */
static void run_add(struct free_run *run, unsigned long pfn, unsigned int order)
{
	if (pfn != run->end_pfn) {
		run_flush(run);
		run->start_pfn = pfn;
		run->end_pfn = pfn;
	}
	if (free_pages_prepare(pfn_to_page(pfn), order))
		run->end_pfn += 1UL << order;
}

/* Is there anything about these pages that only order 0 takes care of? */
static bool block_is_plain(unsigned long pfn, unsigned int order)
{
	unsigned long odd_flags = 1UL << PG_mlocked;
	unsigned long end_pfn = pfn + (1UL << order);
	unsigned long odd = 0;

	/* Each page carries its own tag once it has been split. */
	if (mem_alloc_profiling_enabled())
		return false;
#ifdef CONFIG_MEMORY_FAILURE
	odd_flags |= 1UL << PG_hwpoison;
#endif
	for (; pfn < end_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);

		odd |= page->flags & odd_flags;
		odd |= (unsigned long)page->mapping;
		odd |= page->private;
#ifdef CONFIG_MEMCG
		odd |= page->memcg_data;
#endif
	}
	return !odd;
}

/* Pages without references, in one pageblock. */
static void free_unreferenced(struct free_run *run, unsigned long start_pfn,
			      unsigned long end_pfn)
{
	unsigned long pfn = start_pfn;

	while (pfn < end_pfn) {
		unsigned int order = contig_block_order(pfn, end_pfn,
							pageblock_order);
		unsigned long next = pfn + (1UL << order);

		if (!order || block_is_plain(pfn, order))
			run_add(run, pfn, order);
		else
			for (; pfn < next; pfn++)
				run_add(run, pfn, 0);
		pfn = next;
	}
}

/* Order-0 pages from @pfn on, up to a pageblock's end or a compound page. */
static unsigned long free_pages_of_block(unsigned long pfn,
					 unsigned long end_pfn)
{
	struct free_run run = {
		.zone = page_zone(pfn_to_page(pfn)),
		.start_pfn = pfn,
		.end_pfn = pfn,
	};
	unsigned long first_pfn = pfn;

	for (; pfn < end_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (PageHead(page))
			break;
		if (put_page_testzero(page))
			continue;
		free_unreferenced(&run, first_pfn, pfn);
		first_pfn = pfn + 1;
	}
	free_unreferenced(&run, first_pfn, pfn);
	run_flush(&run);
	return pfn;
}

/**
 * contig_free() - drop the owner's reference to each page of a range
 * @pfn: first page frame
 * @nr_pages: number of pages, compound pages counted whole
 *
 * Context: Any context that may take zone->lock; does not sleep.
 */
void contig_free(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end_pfn = pfn + nr_pages;

	while (pfn < end_pfn) {
		unsigned long stop = min(end_pfn, pageblock_end_pfn(pfn));
		struct page *page = pfn_to_page(pfn);

		if (!PageCompound(page)) {
			pfn = free_pages_of_block(pfn, stop);
			continue;
		}
		/* Part of a compound page cannot be freed: keep it whole. */
		if (WARN_ON_ONCE(PageTail(page) ||
				 pfn + compound_nr(page) > end_pfn))
			return;
		pfn += compound_nr(page);
		folio_put(page_folio(page));
	}
}

/**
 * free_contig_range() - free what alloc_contig_range() gave
 * @pfn: first page frame
 * @nr_pages: number of pages; may be a part of what was allocated
 *
 * Context: Any context that may take zone->lock; does not sleep.
 */
void free_contig_range(unsigned long pfn, unsigned long nr_pages)
{
	contig_free(pfn, nr_pages);
}
EXPORT_SYMBOL(free_contig_range);
