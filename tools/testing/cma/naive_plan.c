// SPDX-License-Identifier: GPL-2.0
/* What the plan of a declaration must be. See naive_plan.h. */

#include <stdio.h>
#include <string.h>

#include <linux/errno.h>

#include "../../../mm/cma/map.h"
#include "harness.h"
#include "naive_plan.h"

#define PHYS_MAX	((phys_addr_t)~0ULL)

void question_explain(const void *context)
{
	const struct question *q = context;
	const struct cma_plan *plan = &q->plan;
	unsigned int i;

	printf("# base 0x%llx size 0x%llx limit 0x%llx alignment 0x%llx order %u%s\n",
	       (unsigned long long)q->req.base, (unsigned long long)q->req.size,
	       (unsigned long long)q->req.limit,
	       (unsigned long long)q->req.alignment, q->req.order_per_bit,
	       q->req.fixed ? " fixed" : "");
	printf("# on min_alignment 0x%llx page_size 0x%llx slots %u\n",
	       (unsigned long long)q->machine.min_alignment,
	       (unsigned long long)q->machine.page_size,
	       q->machine.slots_left);
	printf("#    memory_end 0x%llx highmem_start 0x%llx dma_end 0x%llx\n",
	       (unsigned long long)q->machine.memory_end,
	       (unsigned long long)q->machine.highmem_start,
	       (unsigned long long)q->machine.dma_end);
	printf("# gave %d, \"%s\": base 0x%llx size 0x%llx alignment 0x%llx%s\n",
	       q->error, plan->problem ?: "", (unsigned long long)plan->base,
	       (unsigned long long)plan->size,
	       (unsigned long long)plan->alignment,
	       plan->fixed ? " fixed" : "");
	for (i = 0; i < plan->nr_windows && i < CMA_PLAN_WINDOWS; i++)
		printf("#   [0x%llx, 0x%llx)%s\n",
		       (unsigned long long)plan->windows[i].start,
		       (unsigned long long)plan->windows[i].end,
		       plan->windows[i].bottom_up ? " upwards" : "");
}

/* Ask, with rubbish in the answer. */
void question_declare(struct question *q)
{
	memset(&q->plan, 0x5a, sizeof(q->plan));
	q->error = cma_plan_declare(&q->req, &q->machine, &q->plan);
}

void question_adopt(struct question *q)
{
	memset(&q->plan, 0x5a, sizeof(q->plan));
	q->error = cma_plan_adopt(&q->req, &q->machine, &q->plan);
}

/* What the answer to a declaration must be, in numbers that do not wrap. */
struct expectation {
	int error;
	u128 size, alignment, base, limit, border;
};

static u128 next_multiple(u128 number, u128 of)
{
	return (number + of - 1) / of * of;
}

static u128 wide_min(u128 a, u128 b)
{
	return a < b ? a : b;
}

static u128 wide_max(u128 a, u128 b)
{
	return a > b ? a : b;
}

/* Can an area lie in [from, to)? */
static bool room(const struct expectation *e, u128 from, u128 to)
{
	return next_multiple(from, e->alignment) + e->size <= to;
}

static int expect_size(const struct question *q, u128 alignment,
		       struct expectation *e)
{
	u128 granule;

	if (!q->machine.slots_left)
		return -ENOSPC;
	if (!q->req.size)
		return -EINVAL;

	e->size = next_multiple(q->req.size, alignment);
	if (e->size > PHYS_MAX || q->req.order_per_bit >= 64)
		return -EINVAL;
	granule = (u128)q->machine.page_size << q->req.order_per_bit;
	if (granule > PHYS_MAX || e->size % granule ||
	    e->size / q->machine.page_size > CMA_MAP_MAX_PAGES)
		return -EINVAL;

	e->alignment = wide_max(alignment, granule);
	e->base = q->req.base;
	e->border = q->machine.highmem_start;
	e->limit = q->machine.memory_end;
	if (q->req.limit)
		e->limit = wide_min(e->limit, q->req.limit);
	return 0;
}

static void expect_declaration(const struct question *q, struct expectation *e)
{
	u128 alignment = wide_max(q->req.alignment, q->machine.min_alignment);

	e->error = expect_size(q, alignment, e);
	if (!e->error && __builtin_popcountll(q->req.alignment) > 1)
		e->error = -EINVAL;
	if (e->error)
		return;

	if (q->req.fixed && e->base) {
		if (e->base % e->alignment || e->base + e->size > e->limit ||
		    (e->base < e->border && e->base + e->size > e->border))
			e->error = -EINVAL;
		return;
	}
	if (!room(e, e->base, e->limit))
		e->error = -EINVAL;
	else if (!room(e, wide_max(e->base, e->border), e->limit) &&
		 !room(e, e->base, wide_min(e->border, e->limit)))
		e->error = -ENOMEM;
}

static void expect_adoption(const struct question *q, struct expectation *e)
{
	e->error = expect_size(q, q->machine.min_alignment, e);
	if (!e->error && (q->req.size % q->machine.min_alignment ||
			  e->base % e->alignment ||
			  e->base + e->size > PHYS_MAX))
		e->error = -EINVAL;
}

static void check_windows(const struct question *q, const struct expectation *e)
{
	const struct cma_window *window;
	bool upwards, high, above = false, below = false, low;
	u128 dma_end = q->machine.dma_end;
	u128 low_end = wide_min(e->border, e->limit);
	unsigned int i, number = 0;

	CHECK(q->plan.nr_windows <= CMA_PLAN_WINDOWS);
	for (i = 0; i < q->plan.nr_windows; i++) {
		window = &q->plan.windows[i];
		CHECK(window->start % e->alignment == 0);
		CHECK(window->end % e->alignment == 0);
		CHECK(window->start >= e->base && window->end <= e->limit);
		CHECK(window->start + e->size <= window->end);
		CHECK(window->start >= e->border || window->end <= e->border);
	}

	upwards = q->machine.dma_end && !e->base &&
		  room(e, q->machine.dma_end,
		       e->border > q->machine.dma_end ?
		       wide_min(e->border, e->limit) : e->limit);
	high = room(e, wide_max(e->base, e->border), e->limit);
	if (e->base < dma_end && dma_end < low_end) {
		above = e->base && room(e, dma_end, low_end);
		below = room(e, e->base, dma_end);
	}
	low = room(e, e->base, low_end);

	if (upwards) {
		window = &q->plan.windows[number++];
		CHECK(window->bottom_up);
		CHECK(window->start >= q->machine.dma_end);
	}
	if (high) {
		window = &q->plan.windows[number++];
		CHECK(!window->bottom_up);
		CHECK(window->start >= e->border);
	}
	if (above) {
		window = &q->plan.windows[number++];
		CHECK(!window->bottom_up);
		CHECK(window->start >= dma_end && window->end <= e->border);
	}
	if (below) {
		window = &q->plan.windows[number++];
		CHECK(!window->bottom_up);
		CHECK(window->end <= dma_end);
	}
	if (low) {
		window = &q->plan.windows[number++];
		CHECK(!window->bottom_up);
		CHECK(window->end <= e->border);
	}
	CHECK_EQ(q->plan.nr_windows, number);
}

static void check_answer(const struct question *q, const struct expectation *e)
{
	CHECK_EQ(q->error, e->error);
	CHECK_EQ(!!q->plan.problem, !!e->error);
	if (e->error)
		return;

	CHECK(q->plan.size == e->size);
	CHECK(q->plan.alignment == e->alignment);
	CHECK(q->plan.base == e->base);
	if (q->plan.fixed)
		CHECK_EQ(q->plan.nr_windows, 0);
}

void naive_check_declaration(struct question *q)
{
	struct expectation e = {};

	question_declare(q);
	expect_declaration(q, &e);
	check_answer(q, &e);
	if (e.error)
		return;
	CHECK_EQ(q->plan.fixed, q->req.fixed && q->req.base);
	if (!q->plan.fixed)
		check_windows(q, &e);
}

void naive_check_adoption(struct question *q)
{
	struct expectation e = {};

	question_adopt(q);
	expect_adoption(q, &e);
	check_answer(q, &e);
	if (!e.error)
		CHECK(q->plan.fixed);
}
