// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of contiguous DMA memory.
 *
 * dma_cma_parse	the boot parameters; pure
 * dma_cma_node		reserved-memory nodes and default sizes; pure
 * dma_cma_buffer	buffers from the default area, as drivers get them. Skipped
 *			on a kernel that has booted without one.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/cma.h>
#include <linux/dma-contiguous.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include "../contiguous-parse.h"

#define LAST_32	((u64)U32_MAX)
#define LAST_64	U64_MAX

/* cma= */

struct spec_case {
	const char *text;
	u64 last_addr;
	struct dma_cma_spec spec;	/* if it is right */
	const char *problem;		/* if it is wrong */
};

#define GOOD(_text, _size, _start, _end, _fixed)			\
	{ .text = _text, .last_addr = LAST_64,				\
	  .spec = { _size, _start, _end, _fixed } }
#define BAD(_text, _problem)						\
	{ .text = _text, .last_addr = LAST_64, .problem = _problem }
#define BAD_32(_text, _problem)						\
	{ .text = _text, .last_addr = LAST_32, .problem = _problem }

static const struct spec_case spec_cases[] = {
	GOOD("0", 0, 0, 0, false),
	GOOD("4096", SZ_4K, 0, 0, false),
	GOOD("64M", SZ_64M, 0, 0, false),
	GOOD("64m", SZ_64M, 0, 0, false),
	GOOD("64MB", SZ_64M, 0, 0, false),
	GOOD("64MiB", SZ_64M, 0, 0, false),
	GOOD("64Mb", SZ_64M, 0, 0, false),
	GOOD("0x4000000", SZ_64M, 0, 0, false),
	GOOD("0X40k", SZ_64K, 0, 0, false),
	GOOD("010M", SZ_8M, 0, 0, false),
	GOOD("1g", SZ_1G, 0, 0, false),
	GOOD("1T", SZ_1G * 1024ULL, 0, 0, false),
	GOOD("1P", SZ_1G * 1048576ULL, 0, 0, false),
	GOOD("8E", 1ULL << 63, 0, 0, false),
	GOOD("18446744073709551615", U64_MAX, 0, 0, false),
	GOOD("64M@1G", SZ_64M, SZ_1G, 0, true),
	GOOD("64M@0x40000000", SZ_64M, SZ_1G, 0, true),
	GOOD("64M@0", SZ_64M, 0, SZ_64M, true),
	GOOD("64M@1G-2G", SZ_64M, SZ_1G, SZ_2G, false),
	GOOD("64M@0-4G", SZ_64M, 0, SZ_4G, false),
	GOOD("64M@1G-1088M", SZ_64M, SZ_1G, SZ_1G + SZ_64M, true),
	GOOD("0@1G", 0, SZ_1G, 0, true),
	{ .text = "64M@0-4G", .last_addr = LAST_32,
	  .spec = { SZ_64M, 0, 0, false } },
	{ .text = "1M@4095M", .last_addr = LAST_32,
	  .spec = { SZ_1M, SZ_4G - SZ_1M, 0, true } },

	BAD(NULL, "no size given"),
	BAD("", "no size given"),
	BAD("lots", "the size is not a number"),
	BAD("-1", "the size is not a number"),
	BAD(" 64M", "the size is not a number"),
	BAD("M", "the size is not a number"),
	BAD("@1G", "the size is not a number"),
	BAD("18446744073709551616", "the size is too large"),
	BAD("0x10000000000000000", "the size is too large"),
	BAD("16E", "the size is too large"),
	BAD("0x", "unexpected text after the size"),
	BAD("08", "unexpected text after the size"),
	BAD("64Q", "unexpected text after the size"),
	BAD("64M,", "unexpected text after the size"),
	BAD("64M-2G", "unexpected text after the size"),
	BAD("64 M", "unexpected text after the size"),
	BAD("64Mi", "unexpected text after the size"),
	BAD("64M@", "the start address is not a number"),
	BAD("64M@here", "the start address is not a number"),
	BAD("64M@99999999999999999999", "the start address is too large"),
	BAD("64M@1G+", "unexpected text after the start address"),
	BAD("64M@1G@2G", "unexpected text after the start address"),
	BAD("64M@1G-", "the end address is not a number"),
	BAD("64M@1G-99999999999999999999", "the end address is too large"),
	BAD("64M@1G-2Gx", "unexpected text after the end address"),
	BAD("64M@2G-1G", "the end address is not above the start address"),
	BAD("64M@1G-1G", "the end address is not above the start address"),
	BAD("64M@1G-1056M", "the range is smaller than the size"),
	BAD("64M@0xfffffffffff00000",
	    "the area would end above the largest address"),
	BAD_32("4G", "the size is too large"),
	BAD_32("1M@4G", "the start address is too large"),
	BAD_32("2M@4095M", "the area would end above the largest address"),
};

static void spec_case_name(const struct spec_case *c, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "cma=%s", c->text ?: "(null)");
}

KUNIT_ARRAY_PARAM(spec, spec_cases, spec_case_name);

static void spec_is_understood(struct kunit *test)
{
	static const struct dma_cma_spec before = { 1, 2, 3, true };
	const struct spec_case *c = test->param_value;
	const struct dma_cma_spec *want = c->problem ? &before : &c->spec;
	struct dma_cma_spec spec = before;
	const char *problem;

	problem = dma_cma_parse_spec(c->text, c->last_addr, &spec);
	if (c->problem)
		KUNIT_EXPECT_STREQ(test, problem ?: "(nothing)", c->problem);
	else
		KUNIT_EXPECT_NULL(test, problem);
	KUNIT_EXPECT_EQ(test, spec.size_bytes, want->size_bytes);
	KUNIT_EXPECT_EQ(test, spec.start, want->start);
	KUNIT_EXPECT_EQ(test, spec.end, want->end);
	KUNIT_EXPECT_EQ(test, spec.fixed, want->fixed);
}

/* cma_pernuma= */

static void size_is_understood(struct kunit *test)
{
	u64 bytes = 7;

	KUNIT_EXPECT_NULL(test, dma_cma_parse_size("16M", LAST_64, &bytes));
	KUNIT_EXPECT_EQ(test, bytes, SZ_16M);
	KUNIT_EXPECT_NULL(test, dma_cma_parse_size("0", LAST_64, &bytes));
	KUNIT_EXPECT_EQ(test, bytes, 0);
}

static void bad_size_changes_nothing(struct kunit *test)
{
	static const char *const texts[] = { NULL, "", "x", "16M@1G", "16Q" };
	u64 bytes = 7;
	int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		KUNIT_EXPECT_NOT_NULL(test, dma_cma_parse_size(texts[i], LAST_64,
							       &bytes));
	KUNIT_EXPECT_EQ(test, bytes, 7);
}

/* numa_cma= */

#define NR_TEST_NODES	4

struct numa_case {
	const char *text;
	u64 bytes[NR_TEST_NODES];
	const char *problem;
};

#define KEEP	7ULL	/* what the nodes have before */

static const struct numa_case numa_cases[] = {
	{ "0:16M", { SZ_16M, KEEP, KEEP, KEEP } },
	{ "3:16M", { KEEP, KEEP, KEEP, SZ_16M } },
	{ "1:16M,0:1G", { SZ_1G, SZ_16M, KEEP, KEEP } },
	{ "0x2:0", { KEEP, KEEP, 0, KEEP } },
	{ "0:16M,0:32M", { SZ_32M, KEEP, KEEP, KEEP } },
	{ "", .problem = "no node given" },
	{ NULL, .problem = "no node given" },
	{ "x:16M", .problem = "the node is not a number" },
	{ "0:16M,", .problem = "the node is not a number" },
	{ "0:16M,,1:16M", .problem = "the node is not a number" },
	{ "4:16M", .problem = "there is no such node" },
	{ "0:16M,99999999999999999999:16M", .problem = "there is no such node" },
	{ "-1:16M", .problem = "the node is not a number" },
	{ "0", .problem = "no ':' and size after the node" },
	{ "16M", .problem = "there is no such node" },
	{ "0=16M", .problem = "no ':' and size after the node" },
	{ "0:", .problem = "the size is not a number" },
	{ "0:16M,1:y", .problem = "the size is not a number" },
	{ "0:16M,1:16E", .problem = "the size is too large" },
	{ "0:16M;1:16M", .problem = "unexpected text after the size" },
};

static void numa_case_name(const struct numa_case *c, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "numa_cma=%s", c->text ?: "(null)");
}

KUNIT_ARRAY_PARAM(numa, numa_cases, numa_case_name);

static void numa_is_understood(struct kunit *test)
{
	const struct numa_case *c = test->param_value;
	u64 bytes[NR_TEST_NODES] = { KEEP, KEEP, KEEP, KEEP };
	const char *problem;
	int i;

	problem = dma_cma_parse_numa(c->text, LAST_64, bytes, NR_TEST_NODES);
	if (c->problem)
		KUNIT_EXPECT_STREQ(test, problem ?: "(nothing)", c->problem);
	else
		KUNIT_EXPECT_NULL(test, problem);
	for (i = 0; i < NR_TEST_NODES; i++)
		KUNIT_EXPECT_EQ(test, bytes[i], c->problem ? KEEP : c->bytes[i]);
}

static struct kunit_case parse_cases[] = {
	KUNIT_CASE_PARAM(spec_is_understood, spec_gen_params),
	KUNIT_CASE(size_is_understood),
	KUNIT_CASE(bad_size_changes_nothing),
	KUNIT_CASE_PARAM(numa_is_understood, numa_gen_params),
	{ }
};

static struct kunit_suite parse_suite = {
	.name = "dma_cma_parse",
	.test_cases = parse_cases,
};

/* Nodes and sizes */

static const char *check(u64 base, u64 size_bytes, bool no_map)
{
	struct dma_cma_node node = {
		.base = base,
		.size_bytes = size_bytes,
		.reusable = true,
		.no_map = no_map,
	};

	return dma_cma_check_node(&node, LAST_64, SZ_2M);
}

static void good_node_is_accepted(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, check(SZ_1G, SZ_32M, false));
	KUNIT_EXPECT_NULL(test, check(0, SZ_2M, false));
	KUNIT_EXPECT_NULL(test, check(-(u64)SZ_2M, SZ_2M, false));
}

static void bad_node_is_refused(struct kunit *test)
{
	const char *odd = "base and size must be multiples of the least alignment";

	KUNIT_EXPECT_STREQ(test, check(SZ_1G, SZ_32M, true),
			   "no-map and reusable exclude each other");
	KUNIT_EXPECT_STREQ(test, check(SZ_1G, 0, false), "its size is 0");
	KUNIT_EXPECT_STREQ(test, check(SZ_1G, SZ_64K, false), odd);
	KUNIT_EXPECT_STREQ(test, check(SZ_1G, SZ_2M + SZ_4K, false), odd);
	KUNIT_EXPECT_STREQ(test, check(SZ_1G + SZ_64K, SZ_2M, false), odd);
	KUNIT_EXPECT_STREQ(test, check(-(u64)SZ_2M, SZ_4M, false),
			   "it ends above the largest address");
}

static void claims_are_found(struct kunit *test)
{
	static const struct dma_cma_claim claims[] = {
		{ SZ_1G, SZ_1G, "nobody" },
		{ SZ_1G, SZ_1G + SZ_2M, "kernel" },
		{ SZ_2G, SZ_2G + SZ_32M, "bank" },
	};
	const int nr = ARRAY_SIZE(claims);

	KUNIT_EXPECT_PTR_EQ(test, &claims[1],
			    dma_cma_find_claim(claims, nr, SZ_1G, SZ_2M));
	KUNIT_EXPECT_PTR_EQ(test, &claims[1],
			    dma_cma_find_claim(claims, nr, 0, U64_MAX));
	KUNIT_EXPECT_PTR_EQ(test, &claims[2],
			    dma_cma_find_claim(claims, nr, SZ_2G - SZ_2M, SZ_4M));
	KUNIT_EXPECT_PTR_EQ(test, &claims[2],
			    dma_cma_find_claim(claims, nr, SZ_2G + SZ_16M, SZ_2M));
	KUNIT_EXPECT_PTR_EQ(test, &claims[2],
			    dma_cma_find_claim(claims, nr,
					       SZ_2G + SZ_32M - 1, SZ_2M));
	KUNIT_EXPECT_NULL(test, dma_cma_find_claim(claims, nr,
						   SZ_2G + SZ_32M, SZ_2M));
	KUNIT_EXPECT_NULL(test, dma_cma_find_claim(claims, nr,
						   SZ_2G - SZ_2M, SZ_2M));
	KUNIT_EXPECT_NULL(test, dma_cma_find_claim(claims, 1, SZ_1G, SZ_2M));
	KUNIT_EXPECT_NULL(test, dma_cma_find_claim(claims, nr, SZ_1G, 0));
	KUNIT_EXPECT_PTR_EQ(test, &claims[2],
			    dma_cma_find_claim(claims, nr, SZ_2G, U64_MAX));
}

static void configured_size_is_chosen(struct kunit *test)
{
	/* 10 percent of 100 050 pages is 10 005 */
	KUNIT_EXPECT_EQ(test, 4096, dma_cma_choose_size(DMA_CMA_FIXED_SIZE,
							4096, 100050, 10));
	KUNIT_EXPECT_EQ(test, 10005, dma_cma_choose_size(DMA_CMA_SHARE,
							 4096, 100050, 10));
	KUNIT_EXPECT_EQ(test, 4096, dma_cma_choose_size(DMA_CMA_SMALLER,
							4096, 100050, 10));
	KUNIT_EXPECT_EQ(test, 10005, dma_cma_choose_size(DMA_CMA_LARGER,
							 4096, 100050, 10));
	KUNIT_EXPECT_EQ(test, 0, dma_cma_choose_size(DMA_CMA_SHARE,
						     4096, 100050, 0));
	KUNIT_EXPECT_EQ(test, ULONG_MAX, dma_cma_choose_size(DMA_CMA_SHARE, 0,
							     ULONG_MAX, 100));
}

static struct kunit_case node_cases[] = {
	KUNIT_CASE(good_node_is_accepted),
	KUNIT_CASE(bad_node_is_refused),
	KUNIT_CASE(claims_are_found),
	KUNIT_CASE(configured_size_is_chosen),
	{ }
};

static struct kunit_suite node_suite = {
	.name = "dma_cma_node",
	.test_cases = node_cases,
};

/* Buffers */

/**
 * struct fixture - what each test of buffers has
 * @dev: a device without an area of its own
 * @area: the default area
 * @spare: an area that nobody uses at this time, or NULL
 */
struct fixture {
	struct device *dev;
	struct cma *area;
	struct cma *spare;
};

static int pick_spare(struct cma *cma, void *data)
{
	struct fixture *f = data;

	if (cma == f->area || !cma_get_size(cma))
		return 0;
	f->spare = cma;
	return 1;
}

static int buffer_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->area = dev_get_cma_area(NULL);
	if (!f->area || !cma_get_size(f->area))
		kunit_skip(test, "no default area");
	cma_for_each_area(pick_spare, f);

	f->dev = kunit_device_register(test, "dma-cma");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->dev);
	test->priv = f;
	return 0;
}

static bool is_inside(struct cma *area, struct page *page, size_t size)
{
	phys_addr_t offset = page_to_phys(page) - cma_get_base(area);

	return page_to_phys(page) >= cma_get_base(area) &&
	       offset + size <= cma_get_size(area);
}

static bool is_held(struct cma *area, struct page *page)
{
	return cma_pages_valid(area, page, 1) && page_count(page) == 1;
}

static void buffer_is_from_the_default_area(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *page = dma_alloc_contiguous(f->dev, SZ_64K, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, is_inside(f->area, page, SZ_64K));
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_phys(page), SZ_64K));
	dma_free_contiguous(f->dev, page, SZ_64K);
}

static void single_page_is_not_from_the_default_area(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, 0, GFP_KERNEL));
}

static void single_page_is_from_the_devices_own_area(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *page;

	f->dev->cma_area = f->area;
	page = dma_alloc_contiguous(f->dev, 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, is_inside(f->area, page, PAGE_SIZE));
	dma_free_contiguous(f->dev, page, 1);
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, 0, GFP_KERNEL));
}

static void no_blocking_no_buffer(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SZ_64K,
						     GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SZ_64K,
						     GFP_NOWAIT));
	f->dev->cma_area = f->area;
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SZ_64K,
						     GFP_ATOMIC));
}

static void restricted_gfp_leaves_no_scope_behind(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int flags = current->flags;
	struct page *page = dma_alloc_contiguous(f->dev, SZ_64K, GFP_NOIO);

	KUNIT_EXPECT_EQ(test, current->flags & (PF_MEMALLOC_NOIO |
						PF_MEMALLOC_NOFS),
			flags & (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS));
	KUNIT_ASSERT_NOT_NULL(test, page);
	dma_free_contiguous(f->dev, page, SZ_64K);
}

static void odd_size_is_rounded_up_both_ways(struct kunit *test)
{
	struct fixture *f = test->priv;
	const size_t size = 2 * PAGE_SIZE + 1;
	struct page *page;

	if (!f->spare)
		kunit_skip(test, "no area but the default one");
	f->dev->cma_area = f->spare;

	page = dma_alloc_contiguous(f->dev, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, is_held(f->spare, page));
	KUNIT_EXPECT_TRUE(test, is_held(f->spare, page + 2));
	dma_free_contiguous(f->dev, page, size);

	/* All of it went back: the whole area can be had in one piece. */
	page = dma_alloc_contiguous(f->dev, cma_get_size(f->spare), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	dma_free_contiguous(f->dev, page, cma_get_size(f->spare));
}

static void exhausted_own_area_is_not_replaced(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *all;

	if (!f->spare)
		kunit_skip(test, "no area but the default one");
	f->dev->cma_area = f->spare;

	all = dma_alloc_contiguous(f->dev, cma_get_size(f->spare), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, all);
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SZ_64K,
						     GFP_KERNEL | __GFP_NOWARN));
	dma_free_contiguous(f->dev, all, cma_get_size(f->spare));
}

static void too_large_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev,
						     cma_get_size(f->area) + 1,
						     gfp));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SIZE_MAX, gfp));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(f->dev, SIZE_MAX - PAGE_SIZE,
						     gfp));
}

static void buffer_finds_its_owner_when_the_device_has_moved(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *page;

	if (!f->spare)
		kunit_skip(test, "no area but the default one");

	f->dev->cma_area = f->spare;
	page = dma_alloc_contiguous(f->dev, SZ_64K, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	f->dev->cma_area = NULL;
	dma_free_contiguous(f->dev, page, SZ_64K);

	f->dev->cma_area = f->spare;
	page = dma_alloc_contiguous(f->dev, cma_get_size(f->spare), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	dma_free_contiguous(f->dev, page, cma_get_size(f->spare));
}

static void ordinary_pages_are_freed(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	KUNIT_EXPECT_FALSE(test, dma_release_from_contiguous(f->dev, page, 4));
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	dma_free_contiguous(f->dev, page, 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
}

static void alignment_is_cut(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct page *page;

	/* Nothing is aligned to all of memory, but the limit takes care. */
	page = dma_alloc_from_contiguous(f->dev, 1, BITS_PER_LONG - 1, false);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(page),
					   1UL << CONFIG_CMA_ALIGNMENT));
	KUNIT_EXPECT_TRUE(test, dma_release_from_contiguous(f->dev, page, 1));
}

struct walk {
	unsigned int nr_areas;
	int err;	/* what each of them gets */
};

static int walk_one(struct cma *cma, void *data)
{
	struct walk *walk = data;

	walk->nr_areas++;
	return walk->err;
}

static void area_that_fails_does_not_end_the_walk(struct kunit *test)
{
	struct walk good = { }, bad = { .err = -EEXIST };

	KUNIT_EXPECT_EQ(test, dma_contiguous_for_each_node_area(walk_one, &good),
			0);
	if (good.nr_areas < 2)
		kunit_skip(test, "fewer than two areas of device tree nodes");
	KUNIT_EXPECT_EQ(test, dma_contiguous_for_each_node_area(walk_one, &bad),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, good.nr_areas, bad.nr_areas);
}

static struct kunit_case buffer_cases[] = {
	KUNIT_CASE(buffer_is_from_the_default_area),
	KUNIT_CASE(single_page_is_not_from_the_default_area),
	KUNIT_CASE(single_page_is_from_the_devices_own_area),
	KUNIT_CASE(no_blocking_no_buffer),
	KUNIT_CASE(restricted_gfp_leaves_no_scope_behind),
	KUNIT_CASE(odd_size_is_rounded_up_both_ways),
	KUNIT_CASE(exhausted_own_area_is_not_replaced),
	KUNIT_CASE(too_large_is_refused),
	KUNIT_CASE(buffer_finds_its_owner_when_the_device_has_moved),
	KUNIT_CASE(ordinary_pages_are_freed),
	KUNIT_CASE(alignment_is_cut),
	KUNIT_CASE(area_that_fails_does_not_end_the_walk),
	{ }
};

static struct kunit_suite buffer_suite = {
	.name = "dma_cma_buffer",
	.init = buffer_init,
	.test_cases = buffer_cases,
};

kunit_test_suites(&parse_suite, &node_suite, &buffer_suite);
