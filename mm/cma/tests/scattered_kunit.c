// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of an area that consists of several ranges.
 *
 * No driver of this kernel declares one. So this file does, at boot, for a node
 * of the device tree: its property says how many bytes. The tests' device tree
 * reserves some memory here and there besides, so that it takes several ranges.
 * Every case leaves the area as it found it.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>
#include "../alloc.h"
#include "../area.h"

#ifdef CONFIG_OF_RESERVED_MEM
static int __init declare_scattered(struct reserved_mem *rmem)
{
	const __be32 *mib = of_get_flat_dt_prop(rmem->fdt_node, "size-mib", NULL);
	struct cma *cma;

	if (!mib)
		return -EINVAL;
	return cma_declare_contiguous_multi((phys_addr_t)be32_to_cpup(mib) * SZ_1M,
					    0, 0, rmem->name, &cma, NUMA_NO_NODE);
}

RESERVEDMEM_OF_DECLARE(scattered, "linux,cma-test-scattered", declare_scattered);
#endif

static int scattered_init(struct kunit *test)
{
	struct cma *cma;

	for_each_active_cma(cma)
		if (cma->nr_ranges > 1 && !cma_area_used(cma))
			test->priv = cma;
	if (!test->priv)
		kunit_skip(test, "no area of several ranges that nobody uses");
	return 0;
}

static void scattered_exit(struct kunit *test)
{
	if (test->priv)
		KUNIT_EXPECT_EQ(test, cma_area_used(test->priv), 0UL);
}

static unsigned long largest(struct cma *cma)
{
	unsigned long nr_pages = 0;
	struct cma_range *range;

	for_each_cma_range(range, cma)
		nr_pages = max(nr_pages, range->nr_pages);
	return nr_pages;
}

static void ranges_add_up_and_keep_apart(struct kunit *test)
{
	struct cma *cma = test->priv;
	unsigned long nr_pages = 0, behind = 0;
	struct cma_range *range;

	for_each_cma_range(range, cma) {
		KUNIT_EXPECT_GE(test, range->base_pfn, behind);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(range->base_pfn |
						   range->nr_pages,
						   CMA_MIN_ALIGNMENT_PAGES));
		KUNIT_EXPECT_GT(test, range->nr_pages, 0UL);
		behind = range->base_pfn + range->nr_pages;
		nr_pages += range->nr_pages;
	}
	KUNIT_EXPECT_EQ(test, nr_pages, cma->nr_pages);
	KUNIT_EXPECT_EQ(test, cma_get_size(cma), nr_pages << PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma),
			PFN_PHYS(cma->ranges[0].base_pfn));
}

static void request_lies_in_one_range(struct kunit *test)
{
	struct cma *cma = test->priv;
	unsigned long nr_pages = largest(cma);
	struct page *pages;

	KUNIT_EXPECT_EQ(test, cma_area_max_free(cma), nr_pages);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, nr_pages + 1, 0, true));
	pages = cma_alloc(cma, nr_pages, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, pages, nr_pages));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(cma, pages, nr_pages + 1));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, nr_pages));
}

static void all_ranges_serve(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct page *pages[CMA_MAX_RANGES];
	struct cma_range *range;
	unsigned int i, nr = 0;

	/* The largest first, as only its range has room for it. */
	while (nr < cma->nr_ranges && cma_area_max_free(cma)) {
		unsigned long nr_pages = cma_area_max_free(cma);

		pages[nr] = cma_alloc(cma, nr_pages, 0, false);
		KUNIT_ASSERT_NOT_NULL(test, pages[nr]);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, cma->nr_ranges);
	KUNIT_EXPECT_EQ(test, cma_area_available(cma), 0UL);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));

	for (i = 0; i < nr; i++) {
		range = cma_range_of(cma, page_to_pfn(pages[i]));
		KUNIT_ASSERT_NOT_NULL(test, range);
		KUNIT_EXPECT_EQ(test, page_to_pfn(pages[i]), range->base_pfn);
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages[i],
						    range->nr_pages));
	}
}

static void release_ends_with_its_range(struct kunit *test)
{
	struct cma *cma = test->priv;
	unsigned long nr_pages = largest(cma);
	struct page *pages = cma_alloc(cma, nr_pages, 0, false);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	/* One message, and nothing changes. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, nr_pages + 1));
	KUNIT_EXPECT_EQ(test, cma_area_used(cma), nr_pages);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, nr_pages));
}

static void addresses_are_told_by_range(struct kunit *test)
{
	struct cma *cma = test->priv;
	struct cma_range *range = &cma->ranges[0];
	unsigned long start = PFN_PHYS(range->base_pfn);
	unsigned long end = start + (range->nr_pages << PAGE_SHIFT);

	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, start, start + 1));
	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, end - 1, end));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, start - 1, start));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, start, start));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, end, start));
	/* Between the first range and the next there is something else. */
	KUNIT_ASSERT_LT(test, end, PFN_PHYS(range[1].base_pfn));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, end,
						PFN_PHYS(range[1].base_pfn)));
	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, end,
					       PFN_PHYS(range[1].base_pfn) + 1));
}

static struct kunit_case scattered_cases[] = {
	KUNIT_CASE(ranges_add_up_and_keep_apart),
	KUNIT_CASE(request_lies_in_one_range),
	KUNIT_CASE(all_ranges_serve),
	KUNIT_CASE(release_ends_with_its_range),
	KUNIT_CASE(addresses_are_told_by_range),
	{}
};

static struct kunit_suite scattered_suite = {
	.name = "cma_scattered",
	.init = scattered_init,
	.exit = scattered_exit,
	.test_cases = scattered_cases,
};

kunit_test_suite(scattered_suite);
