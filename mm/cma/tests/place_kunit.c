// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of where in an area requests go, and what they are told when they
 * cannot go anywhere. On an area that nobody else uses; every case leaves it as
 * it found it.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "../alloc.h"
#include "../area.h"
#include "../place.h"

/* Several windows of what the cases ask for: 16 MiB with pages of 4 KiB. */
#define MIN_PAGES	(4 * MAX_ORDER_NR_PAGES)
#define NR_SMALL	64

/* Whoever lives in the area has left it afterwards. */
static void empty(struct kunit *test, struct cma *cma)
{
	struct page *pages = cma_alloc(cma, cma->nr_pages, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
}

static int place_init(struct kunit *test)
{
	struct cma *cma;

	for_each_active_cma(cma)
		if (cma->nr_pages >= MIN_PAGES && cma->nr_ranges == 1 &&
		    !cma->is_private && !cma->order_per_bit &&
		    !cma_area_used(cma))
			test->priv = cma;
	if (!test->priv)
		kunit_skip(test, "no area of four largest blocks that nobody uses");
	empty(test, test->priv);
	return 0;
}

static void place_exit(struct kunit *test)
{
	if (test->priv)
		KUNIT_EXPECT_EQ(test, cma_area_used(test->priv), 0UL);
}

/* A page of the area that will not leave: a kernel user got it as movable. */
static struct page *squat(struct cma *cma)
{
	struct page *page, *next, *found = NULL;
	LIST_HEAD(others);
	unsigned long tries;

	for (tries = 0; tries < totalram_pages() && !found; tries++) {
		page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY |
				  __GFP_NOWARN);
		if (!page)
			break;
		if (cma_pages_valid(cma, page, 1))
			found = page;
		else
			list_add(&page->lru, &others);
	}
	list_for_each_entry_safe(page, next, &others, lru)
		__free_page(page);
	return found;
}

static void small_requests_keep_together(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *pages[NR_SMALL];
	unsigned long lowest = ULONG_MAX, highest = 0;
	unsigned int i;

	for (i = 0; i < NR_SMALL; i++) {
		pages[i] = cma_alloc(cma, 1 + i % 4, 0, false);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		lowest = min(lowest, page_to_pfn(pages[i]));
		highest = max(highest, page_to_pfn(pages[i]));
	}
	KUNIT_EXPECT_LT(test, highest - lowest, MAX_ORDER_NR_PAGES);
	KUNIT_EXPECT_GE(test, lowest, cma->ranges[0].base_pfn + cma->nr_pages / 2);
	for (i = 0; i < NR_SMALL; i++)
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages[i], 1 + i % 4));
}

static void large_requests_start_at_the_bottom(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *small = cma_alloc(cma, 1, 0, false);
	struct page *large = cma_alloc(cma, MAX_ORDER_NR_PAGES + 1, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_EQ(test, page_to_pfn(large), cma->ranges[0].base_pfn);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, small, 1));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, large, MAX_ORDER_NR_PAGES + 1));
}

static void window_that_just_fits_is_found(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *squatter = squat(cma), *pages;
	unsigned long below, above, nr_pages;

	KUNIT_ASSERT_NOT_NULL(test, squatter);
	below = page_to_pfn(squatter) - cma->ranges[0].base_pfn;
	above = cma->nr_pages - below - 1;
	nr_pages = max(below, above);

	KUNIT_EXPECT_NULL(test, cma_alloc(cma, nr_pages + 1, 0, true));
	pages = cma_alloc(cma, nr_pages, 0, false);
	KUNIT_EXPECT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, nr_pages));
	__free_page(squatter);
}

static void failure_names_the_blocker(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct cma_alloc_request req = {
		.nr_pages = cma->nr_pages,
		.gfp = GFP_KERNEL | __GFP_NOWARN,
	};
	struct page *squatter = squat(cma), *pages;

	KUNIT_ASSERT_NOT_NULL(test, squatter);
	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &pages), -EBUSY);
	KUNIT_EXPECT_NULL(test, pages);
	KUNIT_EXPECT_EQ(test, req.blocker_pfn, page_to_pfn(squatter));
	KUNIT_EXPECT_EQ(test, req.reason, CONTIG_REASON_UNMOVABLE);
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 0UL);
	__free_page(squatter);
}

static void limited_time_ends_a_request(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct cma_alloc_request req = {
		.nr_pages = cma->nr_pages,
		.gfp = GFP_KERNEL | __GFP_NOWARN,
		.timeout = 1,
	};
	struct page *squatter = squat(cma), *pages;

	KUNIT_ASSERT_NOT_NULL(test, squatter);
	/* Without a limit it would pause several times before it gives up. */
	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &pages), -ETIMEDOUT);
	KUNIT_EXPECT_GT(test, req.nr_pauses, 0U);
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 0UL);
	__free_page(squatter);

	/* Time that suffices changes nothing. */
	req.timeout = 60 * HZ;
	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &pages), 0);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, req.nr_pages));
}

static void noretry_waits_for_nobody(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct cma_alloc_request req = {
		.nr_pages = cma->nr_pages,
		.gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY,
	};
	struct page *squatter = squat(cma), *pages;
	unsigned int nr_pauses;

	KUNIT_ASSERT_NOT_NULL(test, squatter);
	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &pages), -EBUSY);
	nr_pauses = req.nr_pauses;
	req.gfp &= ~__GFP_NORETRY;
	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &pages), -EBUSY);
	KUNIT_EXPECT_LT(test, req.nr_pauses, nr_pauses);
	__free_page(squatter);
}

static void scope_of_the_caller_is_honoured(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct cma_alloc_request req = {
		.nr_pages = 1,
		.gfp = GFP_KERNEL,
	};
	unsigned int scope = memalloc_noio_save();
	struct page *page;

	KUNIT_EXPECT_EQ(test, cma_alloc_request(cma, &req, &page), 0);
	memalloc_noio_restore(scope);
	KUNIT_EXPECT_FALSE(test, req.gfp & (__GFP_IO | __GFP_FS));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 1));
}

/* Where the cheapest range of this size is; it is not kept. */
static unsigned long look(struct cma *cma, unsigned long nr_pages,
			  unsigned int own, bool doubt, struct cma_look *look)
{
	struct cma_alloc_request req = {
		.nr_pages = nr_pages,
		.gfp = GFP_KERNEL,
	};
	struct cma_claim claim = cma_place_cheapest(cma, &req, own, doubt, look);

	if (!claim.range)
		return CMA_MAP_NONE;
	cma_area_finish_transit(cma, &claim, nr_pages, false);
	return claim.offset;
}

static void blockers_are_remembered_and_forgotten(struct kunit *test)
{
	const unsigned long nr_pages = MAX_ORDER_NR_PAGES;
	struct cma *cma = test->priv;
	unsigned int noted = cma->blockers.nr_noted;
	struct cma_look seen;

	KUNIT_ASSERT_EQ(test, look(cma, nr_pages, noted, false, &seen), 0UL);
	KUNIT_EXPECT_EQ(test, seen.cost, 0UL);

	/* Another request's: avoided, but not by who doubts it. */
	cma_place_note(cma, cma->ranges[0].base_pfn + 7);
	KUNIT_EXPECT_EQ(test, look(cma, nr_pages, noted + 1, false, &seen), 8UL);
	KUNIT_EXPECT_EQ(test, seen.nr_avoided, 1UL);
	KUNIT_EXPECT_EQ(test, look(cma, nr_pages, noted + 1, true, &seen), 0UL);
	/* The request's own. */
	KUNIT_EXPECT_EQ(test, look(cma, nr_pages, noted, true, &seen), 8UL);

	/* After a while only the own one counts. */
	cma->blockers.when[noted % CMA_NR_BLOCKERS] -= CMA_BLOCKER_TIME;
	KUNIT_EXPECT_EQ(test, look(cma, nr_pages, noted + 1, false, &seen), 0UL);
	KUNIT_EXPECT_EQ(test, seen.nr_avoided, 0UL);
	KUNIT_EXPECT_EQ(test, look(cma, nr_pages, noted, false, &seen), 8UL);
}

static void free_windows_are_preferred(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *squatter = squat(cma);
	unsigned long offset;
	struct cma_look seen;

	/* The one window that is not free is passed over for one that is. */
	KUNIT_ASSERT_NOT_NULL(test, squatter);
	offset = look(cma, MAX_ORDER_NR_PAGES, cma->blockers.nr_noted, false,
		      &seen);
	KUNIT_EXPECT_NE(test, offset, CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, seen.cost, 0UL);
	__free_page(squatter);

	/* No window is longer than the area; nothing is wrong with its pages. */
	offset = look(cma, cma->nr_pages + 1, cma->blockers.nr_noted, false,
		      &seen);
	KUNIT_EXPECT_EQ(test, offset, CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, seen.reason, CONTIG_REASON_NONE);
}

static struct kunit_case place_cases[] = {
	KUNIT_CASE(small_requests_keep_together),
	KUNIT_CASE(large_requests_start_at_the_bottom),
	KUNIT_CASE(window_that_just_fits_is_found),
	KUNIT_CASE(failure_names_the_blocker),
	KUNIT_CASE(limited_time_ends_a_request),
	KUNIT_CASE(noretry_waits_for_nobody),
	KUNIT_CASE(scope_of_the_caller_is_honoured),
	KUNIT_CASE(blockers_are_remembered_and_forgotten),
	KUNIT_CASE(free_windows_are_preferred),
	{}
};

static struct kunit_suite place_suite = {
	.name = "cma_place",
	.init = place_init,
	.exit = place_exit,
	.test_cases = place_cases,
};

kunit_test_suite(place_suite);
