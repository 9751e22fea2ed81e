// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the records of who holds which pages, where debugfs cannot get at
 * them: parts out of the middle, more of them than there are spare records. On
 * an area that nobody uses. Every case leaves it as it found it, not recording
 * where it was not.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include "../alloc.h"
#include "../area.h"
#include "../insight.h"

#define NR_PAGES	256

struct before {
	struct cma *cma;
	struct page *pages;
	bool was_recording;
};

static int insight_init(struct kunit *test)
{
	struct before *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, before);
	for_each_active_cma(cma)
		if (cma->nr_pages >= NR_PAGES && !cma->is_private &&
		    !cma->order_per_bit && !cma_area_used(cma))
			before->cma = cma;
	KUNIT_ASSERT_NOT_NULL_MSG(test, before->cma, "no area that nobody uses");
	test->priv = before;
	before->was_recording = before->cma->insight->is_recording;
	KUNIT_ASSERT_EQ(test, cma_holders_record(before->cma, true), 0);
	before->pages = cma_alloc_for(before->cma, "some device", NR_PAGES, 0,
				      false);
	KUNIT_ASSERT_NOT_NULL(test, before->pages);
	return 0;
}

static void insight_exit(struct kunit *test)
{
	struct before *before = test->priv;

	if (before && !before->was_recording)
		cma_holders_record(before->cma, false);
	if (before)
		KUNIT_EXPECT_EQ(test, cma_area_used(before->cma), 0UL);
}

static void give(struct kunit *test, unsigned long first, unsigned long nr)
{
	struct before *before = test->priv;

	KUNIT_EXPECT_TRUE(test, cma_release(before->cma, before->pages + first,
					    nr));
}

/* The record at or behind the page must be of these. */
static void expect_record(struct kunit *test, unsigned long from,
			  unsigned long first, unsigned long nr)
{
	struct before *before = test->priv;
	unsigned long pfn = page_to_pfn(before->pages);
	struct cma_holder holder;

	KUNIT_ASSERT_TRUE(test, cma_holders_next(before->cma, pfn + from,
						 &holder));
	KUNIT_EXPECT_EQ(test, holder.pfn, pfn + first);
	KUNIT_EXPECT_EQ(test, holder.nr_pages, nr);
	KUNIT_EXPECT_STREQ(test, holder.device, "some device");
	KUNIT_EXPECT_EQ(test, holder.pid, current->pid);
}

static void expect_no_record(struct kunit *test)
{
	struct before *before = test->priv;
	struct cma_holder holder;

	KUNIT_EXPECT_FALSE(test, cma_holders_next(before->cma, 0, &holder));
	KUNIT_EXPECT_EQ(test, before->cma->insight->nr_recorded, 0UL);
}

static void a_gap_makes_two_of_one(struct kunit *test)
{
	struct before *before = test->priv;

	expect_record(test, 0, 0, NR_PAGES);
	give(test, 100, 20);
	expect_record(test, 0, 0, 100);
	expect_record(test, 100, 120, NR_PAGES - 120);
	KUNIT_EXPECT_EQ(test, before->cma->insight->nr_recorded,
			(unsigned long)NR_PAGES - 20);
	give(test, 0, 100);
	expect_record(test, 0, 120, NR_PAGES - 120);
	give(test, 120, NR_PAGES - 120);
	expect_no_record(test);
}

static void from_both_ends_to_nothing(struct kunit *test)
{
	give(test, 0, 10);
	expect_record(test, 0, 10, NR_PAGES - 10);
	give(test, NR_PAGES - 6, 6);
	expect_record(test, 0, 10, NR_PAGES - 16);
	give(test, 10, NR_PAGES - 16);
	expect_no_record(test);
}

/* What has no record is counted, and what has one is right. */
static void more_gaps_than_spares(struct kunit *test)
{
	struct before *before = test->priv;
	struct cma_insight *insight = before->cma->insight;
	unsigned long pfn = page_to_pfn(before->pages);
	unsigned int nr_spares = insight->nr_spares;
	u64 nr_lost = insight->nr_lost;
	struct cma_holder holder;
	unsigned long i, sum = 0;

	KUNIT_ASSERT_GT(test, nr_spares, 0U);
	KUNIT_ASSERT_LT(test, nr_spares, NR_PAGES / 2U - 1);
	for (i = 1; i < NR_PAGES - 1; i += 2)
		give(test, i, 1);
	KUNIT_EXPECT_EQ(test, insight->nr_spares, 0U);
	KUNIT_EXPECT_EQ(test, insight->nr_lost, nr_lost + 1);
	for (i = pfn; cma_holders_next(before->cma, i, &holder); i = holder.pfn + holder.nr_pages)
		sum += holder.nr_pages;
	KUNIT_EXPECT_EQ(test, sum, insight->nr_recorded);
	KUNIT_EXPECT_EQ(test, sum, 1UL + nr_spares);

	for (i = 0; i < NR_PAGES; i += 2)
		give(test, i, 1);
	give(test, NR_PAGES - 1, 1);
	expect_no_record(test);
}

static void a_new_holder_replaces_what_is_left_of_others(struct kunit *test)
{
	struct before *before = test->priv;
	struct cma_alloc_request req = {
		.nr_pages = 10,
		.gfp = GFP_KERNEL,
		.device = "other device",
	};
	unsigned long pfn = page_to_pfn(before->pages);
	struct cma_holder holder;

	cma_holders_add(before->cma, &req, pfn + 50);
	expect_record(test, 0, 0, 50);
	expect_record(test, 60, 60, NR_PAGES - 60);
	KUNIT_ASSERT_TRUE(test, cma_holders_next(before->cma, pfn + 50, &holder));
	KUNIT_EXPECT_STREQ(test, holder.device, "other device");
	KUNIT_EXPECT_EQ(test, before->cma->insight->nr_recorded,
			(unsigned long)NR_PAGES);
	give(test, 0, NR_PAGES);
	expect_no_record(test);
}

static struct kunit_case insight_cases[] = {
	KUNIT_CASE(a_gap_makes_two_of_one),
	KUNIT_CASE(from_both_ends_to_nothing),
	KUNIT_CASE(more_gaps_than_spares),
	KUNIT_CASE(a_new_holder_replaces_what_is_left_of_others),
	{ }
};

static struct kunit_suite insight_suite = {
	.name = "cma_insight",
	.init = insight_init,
	.exit = insight_exit,
	.test_cases = insight_cases,
};

kunit_test_suite(insight_suite);
