// SPDX-License-Identifier: GPL-2.0
/*
 * What lives in a range, and which page is in the way?
 *
 * Two ways of looking, both without a lock and therefore hints. A glance takes
 * no reference and believes nothing but the buddy marks: a wrong answer costs
 * time. A look takes a reference for the moment in which it compares what the
 * page's references are with what they should be: its answer may be outdated,
 * but it never reads a folio that is somebody else's by now.
 */
#include "port.h"
#include "contig.h"

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

/* Judge a folio that the caller holds one reference to. */
static enum contig_reason judge_folio(struct folio *folio)
{
	if (folio_test_hugetlb(folio))
		return CONTIG_REASON_HUGETLB;
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
	if (folio_test_writeback(folio))
		return CONTIG_REASON_WRITEBACK;
	if (folio_ref_count(folio) > folio_expected_ref_count(folio) + 1)
		return CONTIG_REASON_PINNED;
	return CONTIG_REASON_MIGRATE_FAILED;
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
		return PageHuge(page) ? CONTIG_REASON_HUGETLB : CONTIG_REASON_IN_FLIGHT;

	*nr_pages = folio_nr_pages(folio) - folio_page_idx(folio, page);
	reason = judge_folio(folio);
	folio_put(folio);
	return reason;
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
	unsigned long pfn = start_pfn;

	*survey = (struct contig_survey) {
		.blocker_pfn = end_pfn,
		.unmovable_pfn = end_pfn,
	};

	while (pfn < end_pfn) {
		struct page *page = pfn_to_page(pfn);
		unsigned long nr_pages = free_until(pfn) - pfn;
		enum contig_reason reason;

		if (nr_pages) {
			nr_pages = min(nr_pages, end_pfn - pfn);
			survey->nr_free += nr_pages;
			pfn += nr_pages;
			continue;
		}

		reason = judge_page(page, &nr_pages);
		nr_pages = min(nr_pages, end_pfn - pfn);
		switch (reason) {
		case CONTIG_REASON_IN_FLIGHT:
			if (page_ref_count(page))
				survey->nr_extra += nr_pages;
			else
				survey->nr_unsettled += nr_pages;
			break;
		case CONTIG_REASON_UNMOVABLE:
		case CONTIG_REASON_HWPOISON:
			survey->unmovable_pfn = min(survey->unmovable_pfn, pfn);
			fallthrough;
		case CONTIG_REASON_PINNED:
			survey->nr_extra += nr_pages;
			break;
		default:
			break;	/* a tenant, as far as one can tell */
		}
		if (survey->reason == CONTIG_REASON_NONE) {
			survey->blocker_pfn = pfn;
			survey->reason = reason;
		}
		pfn += nr_pages;
		cond_resched();
	}
}
