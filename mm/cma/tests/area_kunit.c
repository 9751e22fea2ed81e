// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of requests to an area and their release, on an area of 16 MiB or more
 * that nobody else uses, as each case checks first: a reserved-memory node, for
 * instance (kernel/dma/pool.c takes pages of the default area). Every case
 * leaves the area as it found it.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/swap.h>
#include "../../contig/fault.h"
#include "../../internal.h"
#include "../area.h"

#define MIN_PAGES	(16UL << (20 - PAGE_SHIFT))

struct before {
	struct cma *cma;
	unsigned long used;
};

static int area_init(struct kunit *test)
{
	struct before *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	struct cma *cma;

	KUNIT_ASSERT_NOT_NULL(test, before);
	for_each_active_cma(cma)
		if (cma->nr_pages >= MIN_PAGES && cma->nr_ranges == 1 &&
		    !cma->is_private && !cma->order_per_bit &&
		    !cma_area_used(cma))
			before->cma = cma;
	KUNIT_ASSERT_NOT_NULL_MSG(test, before->cma,
				  "no area of 16 MiB that nobody uses");
	test->priv = before;
	return 0;
}

static void area_exit(struct kunit *test)
{
	struct before *before = test->priv;

	if (before && before->cma)
		KUNIT_EXPECT_EQ(test, cma_area_used(before->cma), 0UL);
}

static struct cma *area(struct kunit *test)
{
	return ((struct before *)test->priv)->cma;
}

static void pages_are_aligned_inside_and_single(struct kunit *test)
{
	struct cma *cma = area(test);
	unsigned int align_order;

	for (align_order = 0; align_order <= 11; align_order++) {
		struct page *pages = cma_alloc(cma, 3, align_order, false);
		unsigned long i;

		KUNIT_ASSERT_NOT_NULL(test, pages);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(pages),
						   1UL << align_order));
		KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, pages, 3));
		KUNIT_EXPECT_EQ(test, cma_area_used(cma), 3UL);
		for (i = 0; i < 3; i++) {
			KUNIT_EXPECT_EQ(test, page_ref_count(pages + i), 1);
			KUNIT_EXPECT_FALSE(test, PageCompound(pages + i));
		}
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 3));
	}
}

static void whole_area_can_be_taken(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages = cma_alloc(cma, cma->nr_pages, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_EQ(test, page_to_pfn(pages), cma->ranges[0].base_pfn);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
}

static void senseless_requests_get_nothing(struct kunit *test)
{
	struct cma *cma = area(test);

	KUNIT_EXPECT_NULL(test, cma_alloc(NULL, 1, 0, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 0, 0, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, cma->nr_pages + 1, 0, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, ~0UL, 0, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 63, true));
}

static void foreign_pages_are_not_mine(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *foreign = alloc_page(GFP_KERNEL);
	struct page *mine = cma_alloc(cma, 1, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, foreign);
	KUNIT_ASSERT_NOT_NULL(test, mine);
	KUNIT_EXPECT_FALSE(test, cma_release(cma, foreign, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, NULL, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(NULL, mine, 1));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(cma, foreign, 1));
	KUNIT_EXPECT_EQ(test, page_ref_count(foreign), 1);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, mine, 1));
	__free_page(foreign);
}

static void wrong_release_changes_nothing(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages = cma_alloc(cma, 16, 4, false);
	u64 released = atomic64_read(&cma->stats.release_success);
	struct page *next;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	next = cma_pages_valid(cma, pages + 16, 1) ? pages + 16 : pages - 1;
	/* Mine, so the answer is true; but nothing may happen. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 17));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 0));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages + 1));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, ~0UL));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, next, 1));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 16UL);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages), 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 15), 1);
	KUNIT_EXPECT_EQ(test, released,
			(u64)atomic64_read(&cma->stats.release_success));

	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 16));
	/* And a second time. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 16));
	KUNIT_EXPECT_EQ(test, released + 16,
			(u64)atomic64_read(&cma->stats.release_success));
}

struct releaser {
	struct cma *cma;
	struct page *pages;
	struct completion done;
};

static int release_64(void *data)
{
	struct releaser *releaser = data;

	cma_release(releaser->cma, releaser->pages, 64);
	complete(&releaser->done);
	return 0;
}

/* With FAIL_CMA, the second surely comes while the first is in the middle. */
static void second_of_two_releases_changes_nothing(struct kunit *test)
{
	struct cma *cma = area(test);
	u64 released = atomic64_read(&cma->stats.release_success);
	struct releaser first = {
		.cma = cma,
		.pages = cma_alloc(cma, 64, 0, false),
	};
	unsigned int poll;

	KUNIT_ASSERT_NOT_NULL(test, first.pages);
	init_completion(&first.done);
	fail_cma_set_delay(FAIL_CMA_RELEASE, 30 * MSEC_PER_SEC);
	if (IS_ERR(kthread_run(release_64, &first, "cma_release"))) {
		fail_cma_set_delay(FAIL_CMA_RELEASE, 0);
		cma_release(cma, first.pages, 64);
		KUNIT_FAIL_AND_ABORT(test, "no thread");
	}
	for (poll = 0; poll < 10000 && READ_ONCE(cma->nr_held); poll++)
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(cma->nr_held), 0UL);

	KUNIT_EXPECT_TRUE(test, cma_release(cma, first.pages, 64));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, first.pages + 63, 1));
	if (IS_ENABLED(CONFIG_FAIL_CMA)) {
		KUNIT_EXPECT_FALSE(test, completion_done(&first.done));
		KUNIT_EXPECT_EQ(test, cma_area_used(cma), 64UL);
		KUNIT_EXPECT_EQ(test, page_ref_count(first.pages), 1);
		KUNIT_EXPECT_EQ(test, page_ref_count(first.pages + 63), 1);
	}
	fail_cma_set_delay(FAIL_CMA_RELEASE, 0);
	wait_for_completion(&first.done);
	KUNIT_EXPECT_EQ(test, released + 64,
			(u64)atomic64_read(&cma->stats.release_success));
}

static void release_in_parts(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages = cma_alloc(cma, 1000, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages + 100, 300));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 700UL);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 99), 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages + 400), 1);
	/* A part that has been released already spoils the whole. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 1000));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 700UL);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 100));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages + 400, 600));
}

static void folio_is_one_piece(struct kunit *test)
{
	struct cma *cma = area(test);
	struct folio *folio = cma_alloc_folio(cma, 9, GFP_KERNEL | __GFP_COMP);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 9U);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(folio_pfn(folio), 512));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 512UL);
	KUNIT_EXPECT_TRUE(test, cma_free_folio(cma, folio));
	KUNIT_EXPECT_FALSE(test, cma_free_folio(cma, NULL));
	KUNIT_EXPECT_NULL(test, cma_alloc_folio(NULL, 9,
						GFP_KERNEL | __GFP_COMP));
}

static void part_of_a_folio_is_not_released(struct kunit *test)
{
	struct cma *cma = area(test);
	struct folio *folio = cma_alloc_folio(cma, 4, GFP_KERNEL | __GFP_COMP);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, folio);
	page = &folio->page;
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 15));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page + 1, 15));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page + 3, 1));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 16UL);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_TRUE(test, cma_free_folio(cma, folio));
}

static void frozen_pages_have_no_reference(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages = cma_alloc_frozen(cma, 700, 3, false);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(pages), 8));
	for (i = 0; i < 700; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(pages + i), 0);
		KUNIT_EXPECT_FALSE(test, PageBuddy(pages + i));
	}
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 700UL);
	/* Something that has to be cleaned up, and only in one part. */
	set_page_private(pages + 600, 1);
	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages, 300));
	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages + 300, 400));
	KUNIT_EXPECT_EQ(test, page_private(pages + 600), 0UL);

	/* And they are whole again: the area can be had in one piece. */
	pages = cma_alloc_frozen(cma, cma->nr_pages, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages, cma->nr_pages));
}

static void frozen_pages_become_ordinary_ones(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages = cma_alloc_frozen(cma, 4, 0, false);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (i = 0; i < 4; i++)
		set_page_refcounted(pages + i);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 4));
}

static void frozen_compound_is_one_page(struct kunit *test)
{
	struct cma *cma = area(test);
	unsigned int order;

	/* Smaller than a pageblock, and larger than the buddy's largest. */
	for (order = 3; order <= MAX_PAGE_ORDER + 1; order += 4) {
		struct page *page = cma_alloc_frozen_compound(cma, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, compound_order(page), order);
		KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(page),
						   1UL << order));
		KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, page,
							   1UL << order));
		KUNIT_EXPECT_FALSE(test, PageCompound(page));
	}
	KUNIT_EXPECT_NULL(test, cma_alloc_frozen_compound(NULL, 3));
}

static void peak_is_remembered(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *pages, *more;

	cma->peak_held = 0;
	pages = cma_alloc(cma, 30, 0, false);
	more = cma_alloc(cma, 12, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, more);
	KUNIT_EXPECT_EQ(test, cma_area_available(cma), cma->nr_pages - 42);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 30));
	KUNIT_EXPECT_EQ(test, cma->peak_held, 42UL);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, more, 12));
	KUNIT_EXPECT_EQ(test, cma->peak_held, 42UL);
	KUNIT_EXPECT_EQ(test, cma->nr_held, 0UL);
	KUNIT_EXPECT_EQ(test, cma_area_available(cma), cma->nr_pages);
}

static void counters_add_up(struct kunit *test)
{
	struct cma *cma = area(test);
	u64 success = atomic64_read(&cma->stats.alloc_success);
	u64 fail = atomic64_read(&cma->stats.alloc_fail);
	struct page *pages = cma_alloc(cma, 40, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, cma->nr_pages, 0, true));
	KUNIT_EXPECT_EQ(test, success + 40,
			(u64)atomic64_read(&cma->stats.alloc_success));
	KUNIT_EXPECT_EQ(test, fail + cma->nr_pages,
			(u64)atomic64_read(&cma->stats.alloc_fail));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 40));
}

/* Pages in the free lists of all areas, and what the counter says. */
static void count_free_cma(struct zone *zone, long *listed, long *counted)
{
	unsigned long flags;
	unsigned int order;

	*listed = 0;
	spin_lock_irqsave(&zone->lock, flags);
	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		struct free_area *area = &zone->free_area[order];

		*listed += list_count_nodes(&area->free_list[MIGRATE_CMA]) << order;
	}
	*counted = zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
	spin_unlock_irqrestore(&zone->lock, flags);
}

static void free_counter_equals_free_lists(struct kunit *test)
{
	struct cma *cma = area(test);
	struct zone *zone = page_zone(pfn_to_page(cma->ranges[0].base_pfn));
	struct page *pages;
	long listed, counted;

	count_free_cma(zone, &listed, &counted);
	KUNIT_EXPECT_EQ(test, listed, counted);
	pages = cma_alloc(cma, 1234, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	count_free_cma(zone, &listed, &counted);
	KUNIT_EXPECT_EQ(test, listed, counted);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, 1234));
	count_free_cma(zone, &listed, &counted);
	KUNIT_EXPECT_EQ(test, listed, counted);
}

/* A page of the area that a kernel user got as a movable one, and keeps. */
static struct page *squat(struct cma *cma, struct list_head *others)
{
	unsigned long tries;

	for (tries = 0; tries < totalram_pages(); tries++) {
		struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE |
					       __GFP_NORETRY | __GFP_NOWARN);

		if (!page)
			break;
		if (cma_pages_valid(cma, page, 1))
			return page;
		list_add(&page->lru, others);
	}
	return NULL;
}

/* hugetlb offers every folio that it frees; this one was not handed out. */
static void folio_of_a_tenant_is_not_mine(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *squatter, *page, *next;
	LIST_HEAD(others);

	squatter = squat(cma, &others);
	list_for_each_entry_safe(page, next, &others, lru)
		__free_page(page);
	KUNIT_ASSERT_NOT_NULL(test, squatter);
	KUNIT_EXPECT_FALSE(test, cma_free_folio(cma, page_folio(squatter)));
	KUNIT_EXPECT_EQ(test, page_ref_count(squatter), 1);
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 0UL);
	__free_page(squatter);
}

static void blocker_fails_its_range_only(struct kunit *test)
{
	struct cma *cma = area(test);
	struct page *squatter, *page, *next, *pages;
	LIST_HEAD(others);

	squatter = squat(cma, &others);
	list_for_each_entry_safe(page, next, &others, lru)
		__free_page(page);
	KUNIT_ASSERT_NOT_NULL(test, squatter);

	KUNIT_EXPECT_NULL(test, cma_alloc(cma, cma->nr_pages, 0, true));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), 0UL);
	pages = cma_alloc(cma, cma->nr_pages / 4, 0, true);
	KUNIT_EXPECT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages / 4));

	__free_page(squatter);
	pages = cma_alloc(cma, cma->nr_pages, 0, false);
	KUNIT_EXPECT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
}

static void unmovable_pages_stay_out(struct kunit *test)
{
	struct page *page, *next;
	unsigned long i, nr_inside = 0;
	LIST_HEAD(pages);
	struct cma *cma;

	/* As many as there are pages in the areas, and leave the rest alone. */
	for (i = 0; i < totalcma_pages; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
		if (!page)
			break;
		list_add(&page->lru, &pages);
		for_each_active_cma(cma)
			nr_inside += cma_pages_valid(cma, page, 1);
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
	KUNIT_EXPECT_GT(test, i, 1000UL);
	KUNIT_EXPECT_EQ(test, nr_inside, 0UL);
}

#ifdef CONFIG_COMPACTION
/* Free a block of the order that a direct compactor of this type waits for. */
static struct page *capture(struct cma *cma, struct page *block,
			    unsigned int order)
{
	struct compact_control cc = {
		.order = order,
		.zone = page_zone(block),
		.migratetype = MIGRATE_UNMOVABLE,
	};
	struct capture_control capc = { .cc = &cc };
	unsigned int kthread = current->flags & PF_KTHREAD;

	/* Only user tasks capture; this one is a user task for a moment. */
	preempt_disable();
	current->flags &= ~PF_KTHREAD;
	current->capture_control = &capc;
	barrier();
	if (cma)
		cma_release(cma, block, 1UL << order);
	else
		__free_pages(block, order);
	barrier();
	current->capture_control = NULL;
	current->flags |= kthread;
	preempt_enable();
	return capc.page;
}

/* What was captured, ours or what an interrupt freed meanwhile, goes back. */
static void uncapture(struct page *captured, unsigned int order)
{
	if (!captured)
		return;
	set_page_refcounted(captured);
	__free_pages(captured, order);
}

static void capture_never_gets_a_block_of_an_area(struct kunit *test)
{
	struct cma *cma = area(test);
	/* No per-CPU list keeps blocks of this order: freeing meets the buddy. */
	unsigned int order = pageblock_order - 1;
	struct page *block, *captured;
	unsigned int tries = 5;

	/* First that capture works at all, or the rest would prove nothing. */
	do {
		block = alloc_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NOT_NULL(test, block);
		captured = capture(NULL, block, order);
		uncapture(captured, order);
	} while (captured != block && --tries);
	KUNIT_ASSERT_PTR_EQ(test, captured, block);

	for (; order <= pageblock_order; order++) {
		block = cma_alloc(cma, 1UL << order, order, false);
		KUNIT_ASSERT_NOT_NULL(test, block);
		captured = capture(cma, block, order);
		KUNIT_EXPECT_FALSE(test, captured &&
				   cma_pages_valid(cma, captured, 1));
		uncapture(captured, order);
	}
}
#endif /* CONFIG_COMPACTION */

#define NR_WORKERS	8
#define NR_LOOPS	300

struct worker {
	struct cma *cma;
	u32 id;
	unsigned long nr_failed;
	unsigned long nr_overlaps;
	struct completion done;
};

/* Each worker writes its number into what it gets, and finds it again. */
static int work(void *data)
{
	struct worker *worker = data;
	struct rnd_state random;
	unsigned int loop;

	prandom_seed_state(&random, worker->id);
	for (loop = 0; loop < NR_LOOPS; loop++) {
		unsigned long i, nr_pages = 1 + prandom_u32_state(&random) % 64;
		struct page *pages = cma_alloc(worker->cma, nr_pages, 0, true);

		if (!pages) {
			worker->nr_failed++;
			continue;
		}
		for (i = 0; i < nr_pages; i++)
			set_page_private(pages + i, worker->id);
		cond_resched();
		for (i = 0; i < nr_pages; i++) {
			worker->nr_overlaps +=
				page_private(pages + i) != worker->id;
			set_page_private(pages + i, 0);
		}
		cma_release(worker->cma, pages, nr_pages);
	}
	complete(&worker->done);
	return 0;
}

static void concurrent_requests_never_share_a_page(struct kunit *test)
{
	struct worker *workers = kunit_kcalloc(test, NR_WORKERS,
					       sizeof(*workers), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, workers);
	for (i = 0; i < NR_WORKERS; i++) {
		workers[i].cma = area(test);
		workers[i].id = i + 1;
		init_completion(&workers[i].done);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(work, &workers[i],
							    "cma-test/%u", i)));
	}
	for (i = 0; i < NR_WORKERS; i++) {
		wait_for_completion(&workers[i].done);
		KUNIT_EXPECT_EQ(test, workers[i].nr_failed, 0UL);
		KUNIT_EXPECT_EQ(test, workers[i].nr_overlaps, 0UL);
	}
}

static struct kunit_case area_cases[] = {
	KUNIT_CASE(pages_are_aligned_inside_and_single),
	KUNIT_CASE(whole_area_can_be_taken),
	KUNIT_CASE(senseless_requests_get_nothing),
	KUNIT_CASE(foreign_pages_are_not_mine),
	KUNIT_CASE(wrong_release_changes_nothing),
	KUNIT_CASE(second_of_two_releases_changes_nothing),
	KUNIT_CASE(release_in_parts),
	KUNIT_CASE(folio_is_one_piece),
	KUNIT_CASE(part_of_a_folio_is_not_released),
	KUNIT_CASE(frozen_pages_have_no_reference),
	KUNIT_CASE(frozen_pages_become_ordinary_ones),
	KUNIT_CASE(frozen_compound_is_one_page),
	KUNIT_CASE(peak_is_remembered),
	KUNIT_CASE(counters_add_up),
	KUNIT_CASE(free_counter_equals_free_lists),
	KUNIT_CASE(folio_of_a_tenant_is_not_mine),
	KUNIT_CASE(blocker_fails_its_range_only),
	KUNIT_CASE(unmovable_pages_stay_out),
#ifdef CONFIG_COMPACTION
	KUNIT_CASE(capture_never_gets_a_block_of_an_area),
#endif
	KUNIT_CASE(concurrent_requests_never_share_a_page),
	{}
};

static struct kunit_suite area_suite = {
	.name = "cma_area",
	.init = area_init,
	.exit = area_exit,
	.test_cases = area_cases,
};

kunit_test_suite(area_suite);
