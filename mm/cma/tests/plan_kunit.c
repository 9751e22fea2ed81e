// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the plan of a declaration, in a running kernel: no area can be
 * declared any more, but with this kernel's own alignment and page size every
 * request can be judged. The host tests (tools/testing/cma) ask millions.
 *
 * The machine of these tests has 512 blocks of memory, a block being the least
 * alignment of an area; addresses and sizes are in blocks.
 */

#include <kunit/test.h>
#include <linux/cma.h>
#include <linux/log2.h>
#include <linux/types.h>

#include "../map.h"
#include "../plan.h"

#define BLOCK		((phys_addr_t)CMA_MIN_ALIGNMENT_BYTES)
#define BLOCKS(n)	((n) * BLOCK)
#define PHYS_MAX	(~(phys_addr_t)0)

static struct cma_machine machine(void)
{
	return (struct cma_machine) {
		.min_alignment = BLOCK,
		.page_size = PAGE_SIZE,
		.memory_end = BLOCKS(512),
		.highmem_start = BLOCKS(512),
		.slots_left = 1,
	};
}

/* The same with its upper quarter as high memory. */
static struct cma_machine highmem_machine(void)
{
	struct cma_machine answer = machine();

	answer.highmem_start = BLOCKS(384);
	return answer;
}

static void expect_refusal(struct kunit *test, int error,
			   const struct cma_plan *plan, int expected_error,
			   const char *problem)
{
	KUNIT_EXPECT_EQ(test, error, expected_error);
	KUNIT_ASSERT_NOT_NULL(test, plan->problem);
	KUNIT_EXPECT_STREQ(test, plan->problem, problem);
}

static void expect_declaration_refused(struct kunit *test,
				       struct cma_machine machine,
				       struct cma_request req, int error,
				       const char *problem)
{
	struct cma_plan plan;

	expect_refusal(test, cma_plan_declare(&req, &machine, &plan), &plan,
		       error, problem);
}

static void expect_adoption_refused(struct kunit *test,
				    struct cma_request req, int error,
				    const char *problem)
{
	struct cma_machine m = machine();
	struct cma_plan plan;

	expect_refusal(test, cma_plan_adopt(&req, &m, &plan), &plan, error,
		       problem);
}

#define DECLARATION_REFUSED(error, problem, ...)			\
	expect_declaration_refused(test, machine(),			\
				   (struct cma_request) { __VA_ARGS__ },	\
				   error, problem)

#define HIGHMEM_DECLARATION_REFUSED(error, problem, ...)		\
	expect_declaration_refused(test, highmem_machine(),		\
				   (struct cma_request) { __VA_ARGS__ },	\
				   error, problem)

#define ADOPTION_REFUSED(error, problem, ...)				\
	expect_adoption_refused(test,					\
				(struct cma_request) { __VA_ARGS__ },	\
				error, problem)

static void bad_sizes_are_refused(struct kunit *test)
{
	DECLARATION_REFUSED(-EINVAL, "size is zero", .size = 0);
	DECLARATION_REFUSED(-EINVAL, "size overflows", .size = PHYS_MAX);
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .size = BLOCKS(512) + 1);
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .size = BLOCKS(8), .limit = BLOCKS(8) - 1);
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .base = 1, .size = BLOCKS(8), .limit = BLOCKS(8));
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .base = PHYS_MAX, .size = 1);
	HIGHMEM_DECLARATION_REFUSED(-ENOMEM,
				    "fits neither into low nor into high memory",
				    .size = BLOCKS(385));
}

static void bad_alignments_are_refused(struct kunit *test)
{
	unsigned int block_order = ilog2(CMA_MIN_ALIGNMENT_PAGES);

	DECLARATION_REFUSED(-EINVAL, "alignment is not a power of two",
			    .size = BLOCK, .alignment = BLOCKS(3));
	DECLARATION_REFUSED(-EINVAL, "order_per_bit is too large",
			    .size = BLOCK, .order_per_bit = 31);
	DECLARATION_REFUSED(-EINVAL, "order_per_bit is too large",
			    .size = BLOCK, .order_per_bit = ~0U);
	DECLARATION_REFUSED(-EINVAL,
			    "size is not a multiple of what a bit stands for",
			    .size = BLOCKS(3), .order_per_bit = block_order + 1);
}

static void bad_places_are_refused(struct kunit *test)
{
	DECLARATION_REFUSED(-EINVAL, "base is not aligned",
			    .base = BLOCK / 2, .size = BLOCK, .fixed = true);
	DECLARATION_REFUSED(-EINVAL, "base is not aligned",
			    .base = BLOCKS(2), .size = BLOCK,
			    .alignment = BLOCKS(4), .fixed = true);
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .base = BLOCKS(511), .size = BLOCKS(2),
			    .fixed = true);
	DECLARATION_REFUSED(-EINVAL, "does not fit below the limit",
			    .base = PHYS_MAX - BLOCK + 1, .size = BLOCK,
			    .fixed = true);
	HIGHMEM_DECLARATION_REFUSED(-EINVAL, "crosses into high memory",
				    .base = BLOCKS(383), .size = BLOCKS(2),
				    .fixed = true);
}

static void no_area_is_one_too_many(struct kunit *test)
{
	const char *problem = "no slot left: raise CONFIG_CMA_AREAS";
	struct cma_request req = { .base = BLOCK, .size = BLOCK };
	struct cma_machine full = machine();
	struct cma_plan plan;

	full.slots_left = 0;
	expect_refusal(test, cma_plan_declare(&req, &full, &plan), &plan,
		       -ENOSPC, problem);
	expect_refusal(test, cma_plan_adopt(&req, &full, &plan), &plan,
		       -ENOSPC, problem);
}

static void bad_reservations_are_not_adopted(struct kunit *test)
{
	ADOPTION_REFUSED(-EINVAL, "size is zero", .base = BLOCK);
	ADOPTION_REFUSED(-EINVAL, "size is not aligned",
			 .base = BLOCK, .size = BLOCK + PAGE_SIZE);
	ADOPTION_REFUSED(-EINVAL, "base is not aligned",
			 .base = PAGE_SIZE, .size = BLOCK);
	ADOPTION_REFUSED(-EINVAL, "order_per_bit is too large",
			 .base = BLOCK, .size = BLOCK, .order_per_bit = 60);
	ADOPTION_REFUSED(-EINVAL, "end overflows",
			 .base = PHYS_MAX - BLOCK + 1, .size = BLOCK);
}

static void a_good_reservation_is_adopted_as_it_is(struct kunit *test)
{
	struct cma_request req = { .base = BLOCKS(600), .size = BLOCKS(3) };
	struct cma_machine m = machine();
	struct cma_plan plan;

	KUNIT_ASSERT_EQ(test, cma_plan_adopt(&req, &m, &plan), 0);
	KUNIT_EXPECT_NULL(test, plan.problem);
	KUNIT_EXPECT_TRUE(test, plan.fixed);
	KUNIT_EXPECT_EQ(test, plan.base, BLOCKS(600));
	KUNIT_EXPECT_EQ(test, plan.size, BLOCKS(3));
	KUNIT_EXPECT_EQ(test, plan.nr_windows, 0);
}

static void a_fixed_area_lies_where_it_was_told(struct kunit *test)
{
	struct cma_machine m = highmem_machine();
	struct cma_request req = {
		.base = BLOCKS(380), .size = BLOCKS(3) + 1, .fixed = true,
	};
	struct cma_plan plan;

	KUNIT_ASSERT_EQ(test, cma_plan_declare(&req, &m, &plan), 0);
	KUNIT_EXPECT_TRUE(test, plan.fixed);
	KUNIT_EXPECT_EQ(test, plan.base, BLOCKS(380));
	KUNIT_EXPECT_EQ(test, plan.size, BLOCKS(4));
	KUNIT_EXPECT_EQ(test, plan.nr_windows, 0);

	req.base = 0;	/* that is anywhere, fixed or not */
	KUNIT_ASSERT_EQ(test, cma_plan_declare(&req, &m, &plan), 0);
	KUNIT_EXPECT_FALSE(test, plan.fixed);
	KUNIT_EXPECT_EQ(test, plan.nr_windows, 2);
}

static void expect_windows(struct kunit *test, const struct cma_request *req,
			   const struct cma_machine *m,
			   const struct cma_window *windows,
			   unsigned int nr_windows)
{
	struct cma_plan plan;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, cma_plan_declare(req, m, &plan), 0);
	KUNIT_ASSERT_EQ(test, plan.nr_windows, nr_windows);
	for (i = 0; i < nr_windows; i++) {
		KUNIT_EXPECT_EQ(test, plan.windows[i].start, windows[i].start);
		KUNIT_EXPECT_EQ(test, plan.windows[i].end, windows[i].end);
		KUNIT_EXPECT_EQ(test, plan.windows[i].bottom_up,
				windows[i].bottom_up);
	}
}

#define EXPECT_WINDOWS(req, m, ...) do {				\
	const struct cma_window _windows[] = { __VA_ARGS__ };	\
									\
	expect_windows(test, req, m, _windows, ARRAY_SIZE(_windows));	\
} while (0)

static void windows_keep_to_base_limit_and_alignment(struct kunit *test)
{
	struct cma_machine m = machine();
	struct cma_request req = { .size = BLOCKS(8) };

	EXPECT_WINDOWS(&req, &m, { 0, BLOCKS(512) });
	req.limit = BLOCKS(101) - 1;
	EXPECT_WINDOWS(&req, &m, { 0, BLOCKS(100) });
	req.base = BLOCKS(10) + 1;
	EXPECT_WINDOWS(&req, &m, { BLOCKS(11), BLOCKS(100) });
	req.alignment = BLOCKS(8);
	EXPECT_WINDOWS(&req, &m, { BLOCKS(16), BLOCKS(96) });
}

static void windows_do_not_cross_into_high_memory(struct kunit *test)
{
	struct cma_machine m = highmem_machine();
	struct cma_request req = { .size = BLOCKS(8) };

	EXPECT_WINDOWS(&req, &m, { BLOCKS(384), BLOCKS(512) },
		       { 0, BLOCKS(384) });
	req.base = BLOCKS(377);
	EXPECT_WINDOWS(&req, &m, { BLOCKS(384), BLOCKS(512) });
	req.base = BLOCKS(400);
	EXPECT_WINDOWS(&req, &m, { BLOCKS(400), BLOCKS(512) });
	req.base = 0;
	req.limit = BLOCKS(391);
	EXPECT_WINDOWS(&req, &m, { 0, BLOCKS(384) });
}

static void memory_above_the_dma_zones_is_tried_first(struct kunit *test)
{
	struct cma_machine m = machine();
	struct cma_request req = { .size = BLOCKS(8) };

	m.dma_end = BLOCKS(256);
	EXPECT_WINDOWS(&req, &m, { BLOCKS(256), BLOCKS(512), true },
		       { 0, BLOCKS(256) }, { 0, BLOCKS(512) });
	req.size = BLOCKS(257);
	EXPECT_WINDOWS(&req, &m, { 0, BLOCKS(512) });
	req.size = BLOCKS(8);
	req.limit = BLOCKS(256);
	EXPECT_WINDOWS(&req, &m, { 0, BLOCKS(256) });
	req.limit = 0;
	req.base = BLOCK;
	EXPECT_WINDOWS(&req, &m, { BLOCKS(256), BLOCKS(512) },
		       { BLOCK, BLOCKS(256) }, { BLOCK, BLOCKS(512) });
}

static struct kunit_case plan_test_cases[] = {
	KUNIT_CASE(bad_sizes_are_refused),
	KUNIT_CASE(bad_alignments_are_refused),
	KUNIT_CASE(bad_places_are_refused),
	KUNIT_CASE(no_area_is_one_too_many),
	KUNIT_CASE(bad_reservations_are_not_adopted),
	KUNIT_CASE(a_good_reservation_is_adopted_as_it_is),
	KUNIT_CASE(a_fixed_area_lies_where_it_was_told),
	KUNIT_CASE(windows_keep_to_base_limit_and_alignment),
	KUNIT_CASE(windows_do_not_cross_into_high_memory),
	KUNIT_CASE(memory_above_the_dma_zones_is_tried_first),
	{}
};

static struct kunit_suite plan_test_suite = {
	.name = "cma_plan",
	.test_cases = plan_test_cases,
};

kunit_test_suite(plan_test_suite);
