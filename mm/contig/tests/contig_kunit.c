// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the range engine on real memory. Each case gets a range of its own
 * from alloc_contig_pages(), so that nobody else claims it.
 *
 * What is free may be given to somebody else between two lines of a test, so
 * the cases that need a free range try for a while, on a machine that is idle.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include "../port.h"
#include "../contig.h"

#define NR_PAGES	1024UL
#define TRIES		50

struct test_range {
	struct page *pages;
	unsigned long pfn;
	bool held[NR_PAGES];
};

static int range_init(struct kunit *test)
{
	struct test_range *range = kunit_kzalloc(test, sizeof(*range), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, range);
	range->pages = alloc_contig_pages(NR_PAGES, GFP_KERNEL, numa_node_id(),
					  NULL);
	KUNIT_ASSERT_NOT_NULL(test, range->pages);
	range->pfn = page_to_pfn(range->pages);
	memset(range->held, 1, sizeof(range->held));
	test->priv = range;
	return 0;
}

static void release(struct test_range *range, unsigned long first,
		    unsigned long nr_pages)
{
	contig_free(range->pfn + first, nr_pages);
	memset(range->held + first, 0, nr_pages);
}

static void range_exit(struct kunit *test)
{
	struct test_range *range = test->priv;
	unsigned long i;

	for (i = 0; range && i < NR_PAGES; i++)
		if (range->held[i])
			release(range, i, 1);
}

static struct contig_request request(const struct test_range *range,
				     unsigned long first, unsigned long nr_pages,
				     enum contig_effort effort)
{
	return (struct contig_request) {
		.start_pfn = range->pfn + first,
		.end_pfn = range->pfn + first + nr_pages,
		.migratetype = MIGRATE_MOVABLE,
		.gfp = GFP_KERNEL,
		.effort = effort,
	};
}

/* Take pages that were released; somebody may hold one for a moment. */
static int take_soon(struct test_range *range, struct contig_request *req)
{
	int tries, err;

	for (tries = 0; tries < TRIES; tries++) {
		err = contig_take(req);
		if (err != -EBUSY)
			break;
		msleep(20);
	}
	if (!err)
		memset(range->held + (req->start_pfn - range->pfn), 1,
		       req->end_pfn - req->start_pfn);
	return err;
}

static bool is_free(const struct test_range *range, unsigned long first,
		    unsigned long nr_pages)
{
	unsigned long end_pfn = range->pfn + first + nr_pages;

	return contig_first_used(range->pfn + first, end_pfn) == end_pfn;
}

static void take_gives_each_page_one_reference(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 0, NR_PAGES, CONTIG_IF_FREE);
	unsigned long i;

	release(range, 0, NR_PAGES);
	KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
	KUNIT_EXPECT_EQ(test, req.reason, CONTIG_REASON_NONE);
	for (i = 0; i < NR_PAGES; i++) {
		struct page *page = range->pages + i;

		KUNIT_ASSERT_EQ(test, page_ref_count(page), 1);
		KUNIT_ASSERT_FALSE(test, PageBuddy(page) || PageCompound(page));
		KUNIT_ASSERT_EQ(test, page_private(page), 0UL);
	}
}

static void take_counts_what_it_takes(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct zone *zone = page_zone(range->pages);
	struct contig_request req = request(range, 0, NR_PAGES, CONTIG_IF_FREE);
	long before, after, slack = 256;

	release(range, 0, NR_PAGES);
	before = zone_page_state_snapshot(zone, NR_FREE_PAGES);
	KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
	after = zone_page_state_snapshot(zone, NR_FREE_PAGES);
	/* Others allocate too, but not hundreds of pages. */
	KUNIT_EXPECT_GE(test, before - after, (long)NR_PAGES - slack);
	KUNIT_EXPECT_LE(test, before - after, (long)NR_PAGES + slack);
}

static void take_gives_back_what_sticks_out(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req;
	bool edges_free = false;
	int tries;

	for (tries = 0; tries < TRIES && !edges_free; tries++) {
		/* Somebody uses a page of the edges, and may for long. */
		if (tries) {
			range_exit(test);
			range_init(test);
			range = test->priv;
		}
		req = request(range, 101, 203, CONTIG_IF_FREE);
		release(range, 0, NR_PAGES);
		KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
		edges_free = is_free(range, 0, 101) &&
			     is_free(range, 304, NR_PAGES - 304);
	}
	KUNIT_EXPECT_TRUE(test, edges_free);
	KUNIT_EXPECT_EQ(test, page_ref_count(range->pages + 101), 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(range->pages + 303), 1);
}

static void if_free_names_the_page_in_use(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 256, 512, CONTIG_IF_FREE);
	unsigned long wrong = 0;
	int tries;

	/* Page 300 stays ours. */
	release(range, 0, 300);
	release(range, 301, NR_PAGES - 301);
	for (tries = 0; tries < TRIES; tries++) {
		KUNIT_ASSERT_EQ(test, contig_take(&req), -EBUSY);
		KUNIT_EXPECT_EQ(test, req.reason, CONTIG_REASON_IN_USE);
		wrong = req.blocker_pfn - (range->pfn + 300);
		if (!wrong)
			break;
		msleep(20);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	KUNIT_EXPECT_EQ(test, page_ref_count(range->pages + 300), 1);
}

static void evacuation_names_the_unmovable_page(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 0, NR_PAGES, CONTIG_INSIST);
	int type = get_pageblock_migratetype(range->pages + 512);

	release(range, 0, 700);
	release(range, 701, NR_PAGES - 701);
	KUNIT_ASSERT_EQ(test, contig_take(&req), -EBUSY);
	KUNIT_EXPECT_EQ(test, req.blocker_pfn, range->pfn + 700);
	KUNIT_EXPECT_EQ(test, req.reason, CONTIG_REASON_UNMOVABLE);
	KUNIT_EXPECT_EQ(test, type,
			get_pageblock_migratetype(range->pages + 512));
}

static void failure_restores_every_pageblock(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct zone *zone = page_zone(range->pages);
	struct contig_request req = request(range, 0, NR_PAGES, CONTIG_EVACUATE);
	unsigned long nr_isolated = zone->nr_isolate_pageblock;
	unsigned long i;

	/* In the last pageblock, so that the others were isolated before. */
	release(range, 0, NR_PAGES - 1);
	KUNIT_ASSERT_EQ(test, contig_take(&req), -EBUSY);
	for (i = 0; i < NR_PAGES; i += pageblock_nr_pages)
		KUNIT_EXPECT_FALSE(test,
				   is_migrate_isolate_page(range->pages + i));
	KUNIT_EXPECT_EQ(test, zone->nr_isolate_pageblock, nr_isolated);
}

static void compound_request_gives_one_folio(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 64, 64, CONTIG_EVACUATE);
	struct folio *folio;

	req.gfp |= __GFP_COMP;
	release(range, 64, 64);
	KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
	folio = page_folio(range->pages + 64);
	KUNIT_EXPECT_EQ(test, folio_pfn(folio), req.start_pfn);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 6U);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	release(range, 64, 64);
}

static void bad_requests_are_refused(struct kunit *test)
{
	struct test_range *range = test->priv;
	unsigned long pfn = range->pfn;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			alloc_contig_range(pfn, pfn, MIGRATE_MOVABLE,
					   GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			alloc_contig_range(pfn + 8, pfn, MIGRATE_MOVABLE,
					   GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			alloc_contig_range(pfn, pfn + 8, MIGRATE_MOVABLE,
					   GFP_KERNEL | __GFP_NOFAIL));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			alloc_contig_range(pfn, pfn + 24, MIGRATE_MOVABLE,
					   GFP_KERNEL | __GFP_COMP));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			alloc_contig_range(pfn + 4, pfn + 12, MIGRATE_MOVABLE,
					   GFP_KERNEL | __GFP_COMP));
	KUNIT_EXPECT_EQ(test, -EBUSY,
			alloc_contig_range(0, 16, MIGRATE_MOVABLE, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, alloc_contig_pages(0, GFP_KERNEL,
						   numa_node_id(), NULL));
	KUNIT_EXPECT_NULL(test, alloc_contig_pages(ULONG_MAX >> PAGE_SHIFT,
						   GFP_KERNEL, numa_node_id(),
						   NULL));
}

static void zero_request_gives_zeroes(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 0, 16, CONTIG_EVACUATE);
	unsigned long i;

	for (i = 0; i < 16; i++)
		memset(page_address(range->pages + i), 0x5a, PAGE_SIZE);
	req.gfp |= __GFP_ZERO;
	release(range, 0, 16);
	KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
	for (i = 0; i < 16; i++)
		KUNIT_EXPECT_NULL(test,
				  memchr_inv(page_address(range->pages + i), 0,
					     PAGE_SIZE));
}

static void pages_are_naturally_aligned(struct kunit *test)
{
	unsigned long nr_pages;

	for (nr_pages = 1; nr_pages <= 2 * pageblock_nr_pages; nr_pages *= 2) {
		struct page *page = alloc_contig_pages(nr_pages, GFP_KERNEL,
						       numa_node_id(), NULL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_TRUE(test,
				  IS_ALIGNED(page_to_pfn(page), nr_pages));
		contig_free(page_to_pfn(page), nr_pages);
	}
}

static void free_spares_a_page_that_somebody_holds(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct page *held = range->pages + 513;

	get_page(held);
	release(range, 512, 512);
	KUNIT_EXPECT_EQ(test, page_ref_count(held), 1);
	KUNIT_EXPECT_FALSE(test, PageBuddy(held));
	/* Its last holder frees it. */
	range->held[513] = true;
}

static void free_cleans_what_only_order_0_looks_at(struct kunit *test)
{
	struct test_range *range = test->priv;
	struct contig_request req = request(range, 0, 512, CONTIG_EVACUATE);

	/* A tail of the block as it goes back: its head would not tell. */
	set_page_private(range->pages + 77, 0xbad);
	release(range, 0, 512);
	KUNIT_ASSERT_EQ(test, take_soon(range, &req), 0);
	KUNIT_EXPECT_EQ(test, page_private(range->pages + 77), 0UL);
}

static void reasons_have_names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, contig_reason_name(CONTIG_REASON_NONE), "none");
	KUNIT_EXPECT_STREQ(test, contig_reason_name(CONTIG_REASON_UNMOVABLE),
			   "unmovable");
	KUNIT_EXPECT_STREQ(test, contig_reason_name(-1), "?");
}

static struct kunit_case contig_cases[] = {
	KUNIT_CASE(take_gives_each_page_one_reference),
	KUNIT_CASE(take_counts_what_it_takes),
	KUNIT_CASE(take_gives_back_what_sticks_out),
	KUNIT_CASE(if_free_names_the_page_in_use),
	KUNIT_CASE(evacuation_names_the_unmovable_page),
	KUNIT_CASE(failure_restores_every_pageblock),
	KUNIT_CASE(compound_request_gives_one_folio),
	KUNIT_CASE(bad_requests_are_refused),
	KUNIT_CASE(zero_request_gives_zeroes),
	KUNIT_CASE(pages_are_naturally_aligned),
	KUNIT_CASE(free_spares_a_page_that_somebody_holds),
	KUNIT_CASE(free_cleans_what_only_order_0_looks_at),
	KUNIT_CASE(reasons_have_names),
	{}
};

static struct kunit_suite contig_suite = {
	.name = "contig",
	.init = range_init,
	.exit = range_exit,
	.test_cases = contig_cases,
};

kunit_test_suite(contig_suite);
