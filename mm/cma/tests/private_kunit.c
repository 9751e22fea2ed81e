// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of an area that lends its memory to nobody: a reserved-memory node that
 * is linux,cma-private, of 4 MiB or more, that nobody uses. Every case leaves it
 * as it found it.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include "../alloc.h"
#include "../area.h"

static int private_init(struct kunit *test)
{
	struct cma *cma;

	for_each_active_cma(cma)
		if (cma->is_private && !cma_area_used(cma))
			test->priv = cma;
	if (!test->priv)
		kunit_skip(test, "no private area that nobody uses");
	return 0;
}

static void private_exit(struct kunit *test)
{
	if (test->priv)
		KUNIT_EXPECT_EQ(test, cma_area_used(test->priv), 0UL);
}

static struct page *first_page(const struct cma *cma)
{
	return pfn_to_page(cma->ranges[0].base_pfn);
}

/* Ask for the whole area, for a moment only. */
static int ask_for_all(struct cma *cma, struct page **page)
{
	struct cma_alloc_request req = {
		.nr_pages = cma->nr_pages,
		.gfp = GFP_KERNEL | __GFP_NOWARN,
		.timeout = HZ / 10 ?: 1,
	};

	return cma_alloc_request(cma, &req, page);
}

static void pages_wait_as_reserved_ones(struct kunit *test)
{
	struct cma *cma = test->priv;
	unsigned long i;

	for (i = 0; i < cma->nr_pages; i++) {
		struct page *page = first_page(cma) + i;

		KUNIT_ASSERT_TRUE(test, PageReserved(page));
		KUNIT_ASSERT_FALSE(test, PageBuddy(page));
		KUNIT_ASSERT_EQ(test, page_ref_count(page), 0);
	}
}

static void owner_gets_one_reference_each(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *pages = cma_alloc(cma, 5, 2, false);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(pages), 4));
	KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, pages, 5));
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, page_ref_count(pages + i), 1);
	KUNIT_EXPECT_EQ(test, cma_area_available(cma), cma->nr_pages - 5);

	/* In parts, too. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages + 3, 2));
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 3), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages), 1);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 3));
	KUNIT_EXPECT_EQ(test, cma_area_available(cma), cma->nr_pages);
}

static void whole_area_moves_nobody(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct zone *zone = page_zone(first_page(cma));
	unsigned long before, managed = zone_managed_pages(zone);
	struct page *pages;

	before = zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
	pages = cma_alloc(cma, cma->nr_pages, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_PTR_EQ(test, pages, first_page(cma));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_EXPECT_EQ(test, cma->peak_held, cma->nr_pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
	KUNIT_EXPECT_EQ(test, zone_managed_pages(zone), managed);
	/* Other CPUs go on meanwhile, so only what would be a whole area. */
	KUNIT_EXPECT_LT(test, zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES),
			before + cma->nr_pages / 2);
}

static void traces_of_the_owner_are_removed(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *page = cma_alloc(cma, 1, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, page);
	set_page_private(page, 1234);
	SetPageChecked(page);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 1));
	KUNIT_EXPECT_EQ(test, page_private(page), 0UL);
	KUNIT_EXPECT_FALSE(test, PageChecked(page));
	KUNIT_EXPECT_TRUE(test, PageReserved(page));
}

static void page_that_others_hold_lingers(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *page, *pages = cma_alloc(cma, 3, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	get_page(pages + 1);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 3));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 1UL);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 1), 2);
	KUNIT_EXPECT_EQ(test, ask_for_all(cma, &page), -ETIMEDOUT);
	/* Released is released, though it lingers: this is misuse. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages + 1, 1));
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 1), 2);

	put_page(pages + 1);
	KUNIT_ASSERT_EQ(test, ask_for_all(cma, &page), 0);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, cma->nr_pages));
}

/* @index: which page is broken; the larger part beside it can still be had. */
static void check_broken(struct kunit *test, unsigned long index)
{
	struct cma *cma = test->priv;
	struct page *broken = first_page(cma) + index, *pages;
	unsigned long behind = cma->nr_pages - index - 1;
	unsigned long nr_pages = max(index, behind);

	SetPageHWPoison(broken);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, cma->nr_pages, 0, true));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 1UL);
	pages = cma_alloc(cma, nr_pages, 0, true);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_PTR_EQ(test, pages,
			    index > behind ? first_page(cma) : broken + 1);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, nr_pages));

	/* It is kept like any page that is handed out. */
	ClearPageHWPoison(broken);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, broken, 1));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 0UL);
}

static void broken_page_is_left_out(struct kunit *test)
{
	struct cma *cma = test->priv;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "no page is ever broken without MEMORY_FAILURE");
	check_broken(test, 7);
	check_broken(test, 0);
	check_broken(test, cma->nr_pages - 1);
}

static void frozen_pages_and_no_compound_ones(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *pages = cma_alloc_frozen(cma, 6, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 5), 0);
	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages, 6));
	KUNIT_EXPECT_NULL(test, cma_alloc_frozen_compound(cma, 2));
	KUNIT_EXPECT_NULL(test, cma_alloc_folio(cma, 2, GFP_KERNEL | __GFP_COMP |
						__GFP_NOWARN));
}

static struct kunit_case private_cases[] = {
	KUNIT_CASE(pages_wait_as_reserved_ones),
	KUNIT_CASE(owner_gets_one_reference_each),
	KUNIT_CASE(whole_area_moves_nobody),
	KUNIT_CASE(traces_of_the_owner_are_removed),
	KUNIT_CASE(page_that_others_hold_lingers),
	KUNIT_CASE(broken_page_is_left_out),
	KUNIT_CASE(frozen_pages_and_no_compound_ones),
	{}
};

static struct kunit_suite private_suite = {
	.name = "cma_private",
	.init = private_init,
	.exit = private_exit,
	.test_cases = private_cases,
};

kunit_test_suite(private_suite);
