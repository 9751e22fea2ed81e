// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of areas that zero what they hand out: reserved-memory nodes that are
 * linux,cma-zeroed, private or not, that nobody uses. Every case leaves them as
 * it found them.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "../area.h"

static int zeroed_init(struct kunit *test)
{
	struct cma *cma;

	for_each_active_cma(cma)
		if (cma->is_zeroed && !cma_area_used(cma))
			return 0;
	kunit_skip(test, "no area that is to be zeroed and that nobody uses");
}

#define for_each_zeroed_cma(cma)					\
	for_each_active_cma(cma)					\
		if ((cma)->is_zeroed && !cma_area_used(cma))

/* What an owner leaves behind. */
static void scribble(struct page *page, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		void *at = kmap_local_page(page + i);

		memset(at, 0xa5, PAGE_SIZE);
		kunmap_local(at);
	}
}

static unsigned long nr_not_zeroed(struct page *page, unsigned long nr_pages)
{
	unsigned long i, nr = 0;

	for (i = 0; i < nr_pages; i++) {
		void *at = kmap_local_page(page + i);

		nr += !!memchr_inv(at, 0, PAGE_SIZE);
		kunmap_local(at);
	}
	return nr;
}

static void pages_are_zeroed(struct kunit *test)
{
	struct cma *cma;

	for_each_zeroed_cma(cma) {
		struct page *pages = cma_alloc(cma, cma->nr_pages, 0, false);

		KUNIT_ASSERT_NOT_NULL(test, pages);
		scribble(pages, cma->nr_pages);
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
		/* Of all pages, so these are the same. */
		pages = cma_alloc(cma, cma->nr_pages, 0, false);
		KUNIT_ASSERT_NOT_NULL(test, pages);
		KUNIT_EXPECT_EQ_MSG(test, nr_not_zeroed(pages, cma->nr_pages),
				    0UL, "area %s", cma->name);
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
	}
}

static void frozen_pages_are_zeroed(struct kunit *test)
{
	struct cma *cma;

	for_each_zeroed_cma(cma) {
		unsigned long nr_pages = cma->nr_pages;
		struct page *pages = cma_alloc_frozen(cma, nr_pages, 0, false);

		KUNIT_ASSERT_NOT_NULL(test, pages);
		scribble(pages, nr_pages);
		KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages, nr_pages));
		pages = cma_alloc_frozen(cma, nr_pages, 0, false);
		KUNIT_ASSERT_NOT_NULL(test, pages);
		KUNIT_EXPECT_EQ_MSG(test, nr_not_zeroed(pages, nr_pages), 0UL,
				    "area %s", cma->name);
		KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, pages, nr_pages));
	}
}

static void folio_is_zeroed(struct kunit *test)
{
	struct cma *cma;

	for_each_zeroed_cma(cma) {
		unsigned int order = min_t(unsigned int, pageblock_order,
					   ilog2(cma->nr_pages));
		struct folio *folio;
		struct page *pages;

		if (cma->is_private)	/* has none */
			continue;
		pages = cma_alloc(cma, cma->nr_pages, 0, false);
		KUNIT_ASSERT_NOT_NULL(test, pages);
		scribble(pages, cma->nr_pages);
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
		folio = cma_alloc_folio(cma, order, GFP_KERNEL | __GFP_COMP);
		KUNIT_ASSERT_NOT_NULL(test, folio);
		KUNIT_EXPECT_EQ(test, nr_not_zeroed(&folio->page, 1UL << order),
				0UL);
		KUNIT_EXPECT_TRUE(test, cma_free_folio(cma, folio));
	}
}

#ifdef CONFIG_DMA_CMA
/* The DMA layer, which zeroes all other buffers of drivers, leaves these alone. */
static void buffer_without_a_mapping_is_zeroed(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "cma-zeroed");
	struct cma *cma;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	for_each_zeroed_cma(cma) {
		size_t size = cma->nr_pages * PAGE_SIZE;
		struct page *pages = cma_alloc(cma, cma->nr_pages, 0, false);
		dma_addr_t at;

		KUNIT_ASSERT_NOT_NULL(test, pages);
		scribble(pages, cma->nr_pages);
		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages, cma->nr_pages));
		dev->cma_area = cma;
		/* What it returns without a mapping is the page. */
		pages = dma_alloc_attrs(dev, size, &at, GFP_KERNEL,
					DMA_ATTR_NO_KERNEL_MAPPING);
		KUNIT_ASSERT_NOT_NULL(test, pages);
		KUNIT_EXPECT_EQ(test, page_to_phys(pages), cma_get_base(cma));
		KUNIT_EXPECT_EQ_MSG(test, nr_not_zeroed(pages, cma->nr_pages),
				    0UL, "area %s", cma->name);
		dma_free_attrs(dev, size, pages, at, DMA_ATTR_NO_KERNEL_MAPPING);
		dev->cma_area = NULL;
	}
}
#endif

static struct kunit_case zeroed_cases[] = {
	KUNIT_CASE(pages_are_zeroed),
	KUNIT_CASE(frozen_pages_are_zeroed),
	KUNIT_CASE(folio_is_zeroed),
#ifdef CONFIG_DMA_CMA
	KUNIT_CASE(buffer_without_a_mapping_is_zeroed),
#endif
	{}
};

static struct kunit_suite zeroed_suite = {
	.name = "cma_zeroed",
	.init = zeroed_init,
	.test_cases = zeroed_cases,
};

kunit_test_suite(zeroed_suite);
