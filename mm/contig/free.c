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
 * Freeing a block in one go looks closely at its first page only. So a block
 * goes back in one go if nothing is unusual about any of its pages, else page
 * by page. Pages that are as they were handed out need no preparation either,
 * which would look at each of them once more.
 */
#include "port.h"
#include "contig.h"
#include <trace/events/kmem.h>

/* Blocks that are put back in one hold of zone->lock. */
#define CONTIG_BLOCKS_PER_HOLD	32

/* A run of prepared pages within one pageblock, not yet in the buddy. */
struct free_run {
	struct zone *zone;
	unsigned long start_pfn;
	unsigned long end_pfn;
};

static void run_flush(struct free_run *run)
{
	unsigned long pfn = run->start_pfn;
	unsigned int nr_blocks;
	unsigned long flags;

	while (pfn < run->end_pfn) {
		spin_lock_irqsave(&run->zone->lock, flags);
		for (nr_blocks = 0; nr_blocks < CONTIG_BLOCKS_PER_HOLD &&
		     pfn < run->end_pfn; nr_blocks++) {
			unsigned int order = contig_block_order(pfn,
								run->end_pfn,
								pageblock_order);

			buddy_free_prepared(run->zone, pfn_to_page(pfn), order);
			pfn += 1UL << order;
		}
		spin_unlock_irqrestore(&run->zone->lock, flags);
	}

	count_vm_events(PGFREE, run->end_pfn - run->start_pfn);
	run->start_pfn = run->end_pfn;
}

/*
 * Does anybody want to see each page that is freed, or do something to it? Then
 * free_pages_prepare() has work; for pages without any state it has none else.
 */
static bool free_is_watched(void)
{
	return IS_ENABLED(CONFIG_KMSAN) ||
	       IS_ENABLED(CONFIG_LOCKDEP) ||
	       IS_ENABLED(CONFIG_DEBUG_OBJECTS_FREE) ||
	       IS_ENABLED(CONFIG_PAGE_TABLE_CHECK) ||
	       IS_ENABLED(CONFIG_PAGE_OWNER) ||
	       buddy_checks_pages() || kasan_enabled() ||
	       want_init_on_free() || page_poisoning_enabled_static() ||
	       debug_pagealloc_enabled_static() ||
	       mem_alloc_profiling_enabled() || trace_mm_page_free_enabled();
}

/*
 * Is each page a matter of its own? One release may span several allocations,
 * and who has taken a page is noted with it; and of a block in which one page
 * is found to be bad, all are lost.
 */
static bool pages_are_accounted(void)
{
#ifdef CONFIG_PAGE_OWNER
	if (static_branch_unlikely(&page_owner_inited))
		return true;
#endif
	return mem_alloc_profiling_enabled() || buddy_checks_pages();
}

/* What free_pages_prepare() comes to, for pages without state, unwatched. */
static bool prepare_plain(struct page *page, unsigned int order)
{
	page_cpupid_reset_last(page);
	arch_free_page(page, order);
	return true;
}

/* Add the block at @pfn if its pages may be freed, else leave a gap. */
static void run_add(struct free_run *run, unsigned long pfn, unsigned int order,
		    bool plain)
{
	struct page *page = pfn_to_page(pfn);

	if (pfn != run->end_pfn) {
		run_flush(run);
		run->start_pfn = pfn;
		run->end_pfn = pfn;
	}
	if (plain ? prepare_plain(page, order) : free_pages_prepare(page, order))
		run->end_pfn += 1UL << order;
}

/**
 * struct page_state - what pages have besides a reference, or-ed together
 * @flags: all flags; those that only say where the page is do not count
 * @rest: anything else
 */
struct page_state {
	unsigned long flags;
	unsigned long rest;
};

/* Are the pages as they were handed out? */
static bool is_plain(const struct page_state *state)
{
	return !(state->flags & (PAGE_FLAGS_CHECK_AT_PREP | __PG_HWPOISON)) &&
	       !state->rest;
}

enum drop {
	DROP_LAST,		/* nobody holds the page any more */
	DROP_SHARED,		/* somebody does, and will free it */
	DROP_COMPOUND,		/* not dropped: this is more than a page */
};

static inline bool is_compound(const struct page *page)
{
	return READ_ONCE(page->flags) & BIT(PG_head);
}

/* Final: the page has no reference, so nobody can get hold of it. */
static inline void add_state(const struct page *page, struct page_state *state)
{
	state->flags |= page->flags;
	state->rest |= (unsigned long)page->mapping | page->private;
#ifdef CONFIG_MEMCG
	state->rest |= page->memcg_data;
#endif
}

/* Drop the owner's reference. True if it was the last one. */
static inline bool drop_reference(struct page *page, struct page_state *state)
{
	if (unlikely(!put_page_testzero(page)))
		return false;
	add_state(page, state);
	return true;
}

static unsigned long drop_one_by_one(unsigned long pfn, unsigned long end_pfn,
				     struct page_state *state, enum drop *how)
{
	for (; pfn < end_pfn && *how == DROP_LAST; pfn++) {
		if (is_compound(pfn_to_page(pfn)))
			*how = DROP_COMPOUND;
		else if (!drop_reference(pfn_to_page(pfn), state))
			*how = DROP_SHARED;
		else
			continue;
		break;
	}
	return pfn;
}

/*
 * The same, for a multiple of four pages, aligned. Large releases spend their
 * time here. Compound pages are aligned too, so every other page tells.
 */
static unsigned long drop_by_fours(unsigned long pfn, unsigned long end_pfn,
				   struct page_state *state, enum drop *how)
{
	struct page *page = pfn_to_page(pfn);
	struct page_state sum = *state;

	*how = DROP_SHARED;
	for (; pfn < end_pfn; pfn += 4, page += 4) {
		if (is_compound(page))
			goto compound;
		if (!drop_reference(page, &sum))
			goto out;
		if (!drop_reference(page + 1, &sum))
			goto second;
		if (is_compound(page + 2))
			goto compound_third;
		if (!drop_reference(page + 2, &sum))
			goto third;
		if (!drop_reference(page + 3, &sum))
			goto fourth;
	}
	*how = DROP_LAST;
	goto out;

fourth:
	pfn++;
third:
	pfn++;
second:
	pfn++;
	goto out;

compound_third:
	pfn += 2;
compound:
	*how = DROP_COMPOUND;
out:
	*state = sum;
	return pfn;
}

/*
 * Drop a reference to each page from @pfn on, as long as it is the last one.
 *
 * Return: the page frame that ended it, with the reason in @how; else @end_pfn.
 */
static unsigned long drop_references(unsigned long pfn, unsigned long end_pfn,
				     struct page_state *state, enum drop *how)
{
	unsigned long fours_end = ALIGN_DOWN(end_pfn, 4);

	*how = DROP_LAST;
	pfn = drop_one_by_one(pfn, min(ALIGN(pfn, 4), end_pfn), state, how);
	if (*how == DROP_LAST && pfn < fours_end)
		pfn = drop_by_fours(pfn, fours_end, state, how);
	return drop_one_by_one(pfn, end_pfn, state, how);
}

/* Pages without references, in one pageblock; @plain if none has any state. */
static void free_unreferenced(struct free_run *run, unsigned long start_pfn,
			      unsigned long end_pfn, bool plain)
{
	bool by_page = !plain || pages_are_accounted();
	bool watched = free_is_watched();
	unsigned long pfn = start_pfn;

	while (pfn < end_pfn) {
		unsigned int order = by_page ? 0 :
			contig_block_order(pfn, end_pfn, pageblock_order);

		run_add(run, pfn, order, plain && !watched);
		pfn += 1UL << order;
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

	while (pfn < end_pfn) {
		struct page_state state = { };
		unsigned long stop_pfn;
		enum drop how;

		stop_pfn = drop_references(pfn, end_pfn, &state, &how);
		free_unreferenced(&run, pfn, stop_pfn, is_plain(&state));
		pfn = stop_pfn;
		if (how == DROP_COMPOUND)
			break;
		if (how == DROP_SHARED)
			pfn++;
	}
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

/* As free_pages_of_block(), for pages that have no reference. */
static unsigned long free_frozen_pages_of_block(unsigned long pfn,
						unsigned long end_pfn)
{
	struct free_run run = {
		.zone = page_zone(pfn_to_page(pfn)),
		.start_pfn = pfn,
		.end_pfn = pfn,
	};
	struct page_state state = { };
	unsigned long stop_pfn;

	for (stop_pfn = pfn; stop_pfn < end_pfn; stop_pfn++) {
		const struct page *page = pfn_to_page(stop_pfn);

		if (is_compound(page))
			break;
		VM_WARN_ON_ONCE(page_ref_count(page));
		add_state(page, &state);
	}
	if (stop_pfn > pfn)
		free_unreferenced(&run, pfn, stop_pfn, is_plain(&state));
	run_flush(&run);
	return stop_pfn;
}

static unsigned long free_frozen_compound(unsigned long pfn)
{
	struct page *head = pfn_to_page(pfn);
	unsigned int order = compound_order(head);
	struct free_run run = {
		.zone = page_zone(head),
		.start_pfn = pfn,
		.end_pfn = pfn,
	};

	VM_WARN_ON_ONCE(page_ref_count(head));
	run_add(&run, pfn, order, false);
	run_flush(&run);
	return pfn + (1UL << order);
}

/**
 * contig_free_frozen() - free pages that have no reference
 * @pfn: first page frame
 * @nr_pages: number of pages; compound pages are whole
 *
 * Context: Any context that may take zone->lock; does not sleep.
 */
void contig_free_frozen(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end_pfn = pfn + nr_pages;

	while (pfn < end_pfn) {
		if (PageCompound(pfn_to_page(pfn)))
			pfn = free_frozen_compound(pfn);
		else
			pfn = free_frozen_pages_of_block(pfn,
							 min(end_pfn, pageblock_end_pfn(pfn)));
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
