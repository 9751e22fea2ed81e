// SPDX-License-Identifier: GPL-2.0
/*
 * What lives in a range, and which page is in the way?
 *
 * Two ways of looking, both without a lock and therefore hints. A glance takes
 * no reference and compares what stands in the page itself: a wrong answer
 * costs time, never correctness. It suffices for what there is most of, free
 * blocks and ordinary pages of processes and files. A look takes a reference
 * for the moment in which it compares what the folio's references are with
 * what they should be: its answer may be outdated, but it never reads a folio
 * that is somebody else's by now. Nothing is called a blocker at a glance.
 */
#include "port.h"
#include "contig.h"

/* What it takes to have a page out of the way, in instructions, by measure. */
#define CONTIG_COST_BASE	4000	/* migrate a page of its own */
#define CONTIG_COST_LARGE	800	/* migrate a page of a large folio */
#define CONTIG_COST_PCP		250	/* drain a page from a per-CPU list */
#define CONTIG_COST_WRITEBACK	1000000	/* wait for a disk */
#define CONTIG_COST_HUGETLB	1000000	/* find another huge page, if there is */

/* A look at a range takes as long as one at so many pages, and theirs. */
#define CONTIG_LOOK_CALL	8

/*
 * First page frame behind the free block that covers @pfn; @pfn if none does.
 * The order read here may be garbage, so nothing beyond a block of the largest
 * order is ever believed.
 */
static unsigned long free_until(unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long head_pfn = ALIGN_DOWN(pfn, 1UL << order);
		struct page *head = pfn_to_page(head_pfn);
		unsigned int found;

		if (!PageBuddy(head))
			continue;
		found = buddy_order_unsafe(head);
		if (found > MAX_PAGE_ORDER)
			break;
		return max(pfn, head_pfn + (1UL << found));
	}
	return pfn;
}

/**
 * contig_first_used() - glance for the first page that is not free
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range; all in one zone and online
 *
 * Return: its page frame number, @end_pfn if all seem free.
 */
unsigned long contig_first_used(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn = start_pfn;

	while (pfn < end_pfn) {
		unsigned long next = free_until(pfn);

		if (next == pfn)
			return pfn;
		pfn = next;
	}
	return end_pfn;
}

/* A reference to the folio that @page belongs to, NULL if it has no user. */
static struct folio *look_at(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio))
		return NULL;
	if (unlikely(page_folio(page) != folio)) {
		folio_put(folio);
		return NULL;
	}
	return folio;
}

/**
 * contig_folio_start() - where does the folio begin that a page is part of?
 * @pfn: its page frame
 *
 * Context: Process context; drops a reference, so it may free a folio.
 * Return: page frame of the folio's first page; @pfn if the page has no user.
 */
unsigned long contig_folio_start(unsigned long pfn)
{
	struct folio *folio;

	if (!PageTail(pfn_to_page(pfn)))
		return pfn;
	folio = look_at(pfn_to_page(pfn));
	if (folio) {
		pfn = folio_pfn(folio);
		folio_put(folio);
	}
	return pfn;
}

/* Judge a folio that the caller holds one reference to. */
static enum contig_reason judge_folio(struct folio *folio)
{
	if (folio_test_hugetlb(folio))
		return folio_order(folio) > MAX_PAGE_ORDER ?
			CONTIG_REASON_UNMOVABLE : CONTIG_REASON_HUGETLB;
	/* A driver's page may have a type and be movable all the same. */
	if (__folio_test_movable(folio))
		return CONTIG_REASON_MIGRATE_FAILED;
	if (page_has_type(&folio->page))
		return CONTIG_REASON_UNMOVABLE;
	if (!folio_test_lru(folio)) {
		/* In a per-CPU batch, isolated by a peer, or a kernel page. */
		if (folio_mapping(folio) || folio_test_anon(folio))
			return CONTIG_REASON_IN_FLIGHT;
		return CONTIG_REASON_UNMOVABLE;
	}
	/* Locked, it may wait to be read; then its reader has a reference. */
	if (folio_test_writeback(folio) || folio_test_locked(folio))
		return CONTIG_REASON_WRITEBACK;
	if (folio_ref_count(folio) > folio_expected_ref_count(folio) + 1)
		return CONTIG_REASON_PINNED;
	return CONTIG_REASON_MIGRATE_FAILED;
}

/*
 * Judge a huge page that is in hugetlb's pool. Nobody holds it, so it may be
 * dissolved meanwhile: what is read of it is a guess, but within bounds.
 */
static enum contig_reason judge_pool_page(struct page *page,
					  unsigned long *nr_pages)
{
	struct folio *folio = page_folio(page);
	unsigned int order = folio_order(folio);
	unsigned long index = folio_page_idx(folio, page);

	if (order > MAX_PAGE_ORDER)
		return CONTIG_REASON_UNMOVABLE;
	if (index < 1UL << order)
		*nr_pages = (1UL << order) - index;
	return CONTIG_REASON_HUGETLB;
}

/* Judge one page that is not free; @nr_pages is how far to step on. */
static enum contig_reason judge_page(struct page *page, unsigned long *nr_pages)
{
	enum contig_reason reason;
	struct folio *folio;

	*nr_pages = 1;
	if (PageReserved(page))
		return CONTIG_REASON_UNMOVABLE;
	if (PageHWPoison(page))
		return CONTIG_REASON_HWPOISON;

	folio = look_at(page);
	if (!folio)
		return PageHuge(page) ? judge_pool_page(page, nr_pages) :
					CONTIG_REASON_IN_FLIGHT;

	*nr_pages = folio_nr_pages(folio) - folio_page_idx(folio, page);
	reason = judge_folio(folio);
	folio_put(folio);
	return reason;
}

/*
 * At a glance: is this a page of its own on an LRU list, in no special state,
 * of which every reference is explained?
 */
static inline bool is_plain_tenant(const struct page *page)
{
	unsigned long mapping = (unsigned long)READ_ONCE(page->mapping);
	unsigned long flags = READ_ONCE(page->flags);
	unsigned long odd_flags = BIT(PG_head) | BIT(PG_writeback) |
				  BIT(PG_locked) | BIT(PG_reserved);
	int nr_explained = atomic_read(&page->_mapcount) + 1;

#ifdef CONFIG_MEMORY_FAILURE
	odd_flags |= BIT(PG_hwpoison);
#endif
	if ((flags & (odd_flags | BIT(PG_lru))) != BIT(PG_lru) || !mapping)
		return false;
	if (mapping & PAGE_MAPPING_ANON)
		nr_explained += !!(flags & BIT(PG_swapcache));
	else
		nr_explained += 1 + !!(flags & BIT(PG_private));
	return page_ref_count(page) == nr_explained;
}

/* How many plain tenants are there in a row? Most of what is seen is this. */
static unsigned long nr_plain_tenants(unsigned long pfn, unsigned long end_pfn)
{
	const struct page *page = pfn_to_page(pfn), *first = page;
	const struct page *end;

	end_pfn = min(end_pfn, pageblock_end_pfn(pfn));
	for (end = first + (end_pfn - pfn); page < end; page++)
		if (!is_plain_tenant(page))
			break;
	return page - first;
}

/*
 * What is at @pfn? CONTIG_REASON_NONE for free pages, _MIGRATE_FAILED for
 * tenants that should be able to leave, else why they are not.
 */
static enum contig_reason look_on(unsigned long pfn, unsigned long *nr_pages)
{
	struct page *page = pfn_to_page(pfn);

	if (!page_ref_count(page)) {
		*nr_pages = free_until(pfn) - pfn;
		if (*nr_pages)
			return CONTIG_REASON_NONE;
	}
	return judge_page(page, nr_pages);
}

/**
 * contig_survey() - look at every page of a range
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range; all in one zone and online
 * @survey: what was found
 *
 * Context: Process context; drops references, so it may free a folio.
 */
void contig_survey(unsigned long start_pfn, unsigned long end_pfn,
		   struct contig_survey *survey)
{
	unsigned long pfn = start_pfn, nr_pages;

	*survey = (struct contig_survey) {
		.blocker_pfn = end_pfn,
		.unmovable_pfn = end_pfn,
	};

	for (; pfn < end_pfn; pfn += nr_pages) {
		enum contig_reason reason = CONTIG_REASON_MIGRATE_FAILED;
		struct page *page = pfn_to_page(pfn);

		nr_pages = nr_plain_tenants(pfn, end_pfn);
		if (!nr_pages)
			reason = look_on(pfn, &nr_pages);

		nr_pages = min(nr_pages, end_pfn - pfn);
		switch (reason) {
		case CONTIG_REASON_NONE:
			survey->nr_free += nr_pages;
			continue;
		case CONTIG_REASON_IN_FLIGHT:
			if (page_ref_count(page))
				survey->nr_extra += nr_pages;
			else
				survey->nr_unsettled += nr_pages;
			break;
		case CONTIG_REASON_UNMOVABLE:
		case CONTIG_REASON_HWPOISON:
			survey->unmovable_pfn = min(survey->unmovable_pfn, pfn);
			/* A page without a type may be in a batch all the same. */
			if (!page_has_type(page) && !PageReserved(page) &&
			    !PageHWPoison(page))
				survey->nr_extra += nr_pages;
			break;
		case CONTIG_REASON_PINNED:
			survey->nr_extra += nr_pages;
			break;
		case CONTIG_REASON_WRITEBACK:
			survey->nr_writeback += nr_pages;
			break;
		default:
			break;	/* a tenant, as far as one can tell */
		}
		if (survey->reason == CONTIG_REASON_NONE) {
			survey->blocker_pfn = pfn;
			survey->reason = reason;
		}
		cond_resched();
	}
}

/* Can the page not be moved without a file system? As compaction has it. */
static bool needs_files(struct page *page)
{
	struct folio *folio = look_at(page);
	bool ret;

	if (!folio)
		return false;
	if (folio_test_anon(folio))
		ret = folio_test_swapcache(folio);
	else
		ret = !__folio_test_movable(folio);
	folio_put(folio);
	return ret;
}

/**
 * contig_look() - what would it take to empty this range?
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range; all in one zone and online
 * @look: its @gfp says what the request may do; the rest is added to
 *
 * Stops at the first page that will not leave, or not before the per-CPU
 * caches are drained.
 *
 * Context: Process context; drops references, so it may free a folio.
 * Return: the blocker's page frame with @look->reason, @end_pfn if none is.
 */
unsigned long contig_look(unsigned long start_pfn, unsigned long end_pfn,
			  struct contig_look *look)
{
	bool files_stay = !(look->gfp & __GFP_FS);
	unsigned long wait_cost = CONTIG_COST_WRITEBACK;
	unsigned long pfn = start_pfn, nr_pages;

	look->nr_looks += CONTIG_LOOK_CALL;
	for (; pfn < end_pfn; pfn += nr_pages) {
		struct page *page = pfn_to_page(pfn);
		enum contig_reason reason;

		nr_pages = files_stay ? 0 : nr_plain_tenants(pfn, end_pfn);
		if (nr_pages) {
			look->nr_looks += nr_pages;
			look->cost += nr_pages * CONTIG_COST_BASE;
			continue;
		}

		look->nr_looks++;
		reason = look_on(pfn, &nr_pages);
		switch (reason) {
		case CONTIG_REASON_NONE:
			continue;
		case CONTIG_REASON_WRITEBACK:
		case CONTIG_REASON_HUGETLB:
		case CONTIG_REASON_MIGRATE_FAILED:
			if (files_stay && needs_files(page)) {
				reason = CONTIG_REASON_NO_FS;
				break;
			}
			/* One wait for the disk is as bad as several. */
			if (reason == CONTIG_REASON_WRITEBACK) {
				look->cost += wait_cost;
				wait_cost = 0;
			}
			if (reason == CONTIG_REASON_HUGETLB)
				look->cost += CONTIG_COST_HUGETLB;
			look->cost += nr_pages == 1 ? CONTIG_COST_BASE :
				      min(nr_pages, end_pfn - pfn) *
				      CONTIG_COST_LARGE;
			continue;
		case CONTIG_REASON_IN_FLIGHT:
			if (!page_ref_count(page)) {
				look->cost += CONTIG_COST_PCP;
				continue;
			}
			look->nr_extra++;
			break;
		case CONTIG_REASON_PINNED:
			look->nr_extra++;
			break;
		default:
			break;
		}
		look->reason = reason;
		look->behind_pfn = pfn + nr_pages;
		return pfn;
	}
	return end_pfn;
}

/* How much of the folio at @pfn lies before it, or from it on; 0 for its head. */
static unsigned long overhang(unsigned long pfn, bool before)
{
	unsigned long nr_pages = 0;
	struct folio *folio;

	if (!PageTail(pfn_to_page(pfn)))
		return 0;
	folio = look_at(pfn_to_page(pfn));
	if (!folio)
		return 0;
	if (before)
		nr_pages = pfn - folio_pfn(folio);
	else
		nr_pages = folio_pfn(folio) + folio_nr_pages(folio) - pfn;
	folio_put(folio);
	return nr_pages;
}

/**
 * contig_edge_cost() - what moves although it is outside of a range
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range; it and @start_pfn are online
 *
 * A folio at an edge moves as a whole.
 *
 * Context: Process context; drops references, so it may free a folio.
 * Return: instructions, about, beyond what contig_look() tells of the range.
 */
unsigned long contig_edge_cost(unsigned long start_pfn, unsigned long end_pfn)
{
	return CONTIG_COST_LARGE * (overhang(start_pfn, true) +
				    overhang(end_pfn, false));
}

static int wait_for_io(struct folio *folio)
{
	if (folio_test_locked(folio)) {
		if (folio_lock_killable(folio))
			return -EINTR;
		folio_unlock(folio);
	}
	return folio_wait_writeback_killable(folio);
}

/**
 * contig_wait_for_io() - wait until nothing in a range is being read or written
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range; all in one zone and online
 *
 * migrate_pages() would wait as well, but could not be interrupted.
 *
 * Context: Process context; waits for I/O, as long as that takes.
 * Return: 0, -EINTR on a fatal signal.
 */
int contig_wait_for_io(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn, nr_pages;
	int err = 0;

	for (pfn = start_pfn; pfn < end_pfn && !err; pfn += nr_pages) {
		struct folio *folio;

		if (look_on(pfn, &nr_pages) != CONTIG_REASON_WRITEBACK)
			continue;
		folio = look_at(pfn_to_page(pfn));
		if (!folio)
			continue;
		err = wait_for_io(folio);
		folio_put(folio);
	}
	return err;
}

/**
 * contig_may_leave() - has a page that was in the way become free or movable?
 * @pfn: its page frame
 *
 * Context: Process context; drops a reference, so it may free a folio.
 * Return: true if it is not in the way any more.
 */
bool contig_may_leave(unsigned long pfn)
{
	unsigned long nr_pages;

	if (is_plain_tenant(pfn_to_page(pfn)))
		return true;
	switch (look_on(pfn, &nr_pages)) {
	case CONTIG_REASON_NONE:
	case CONTIG_REASON_MIGRATE_FAILED:
		return true;
	default:
		return false;
	}
}

/**
 * contig_least_cost() - what emptying a range costs at least, wherever it is
 * @zone: the zone
 * @migratetype: whose pages it has
 * @nr_pages: size of the range
 *
 * A guess from the largest free block, and from whether there are any large
 * folios, that tells a search for a cheap range when it has found one.
 *
 * Context: Any.
 * Return: instructions, about.
 */
unsigned long contig_least_cost(const struct zone *zone, int migratetype,
				unsigned long nr_pages)
{
	unsigned long nr_free = 0, cost = CONTIG_COST_BASE;
	unsigned int order;

	for (order = NR_PAGE_ORDERS; order-- && !nr_free; )
		if (!list_empty(&zone->free_area[order].free_list[migratetype]))
			nr_free = 1UL << order;

	/* Several of the largest blocks there can be may lie side by side. */
	if (nr_free >= MAX_ORDER_NR_PAGES)
		return 0;
	if (global_node_page_state(NR_ANON_THPS) ||
	    global_node_page_state(NR_FILE_THPS))
		cost = CONTIG_COST_LARGE;
	return nr_pages > nr_free ? (nr_pages - nr_free) * cost : 0;
}
