// SPDX-License-Identifier: GPL-2.0
/*
 * The plan of a declaration (mm/cma/plan.c): a table of what boards ask for and
 * how it goes wrong, every request to a tiny machine against a list of all the
 * places where the area could lie, and random ones against long arithmetic.
 */

#include <stdio.h>
#include <string.h>

#include <linux/errno.h>

#include "../../../../mm/cma/map.h"
#include "../../../../mm/cma/plan.h"
#include "../harness.h"
#include "../naive_plan.h"

#define PHYS_MAX	((phys_addr_t)~0ULL)
#define PHYS_BITS	(8 * sizeof(phys_addr_t))
#define MiB		((phys_addr_t)1 << 20)
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* A board with 1 GiB of memory, all of it low. */
static const struct cma_machine board = {
	.min_alignment = 4 * MiB,
	.page_size = 4096,
	.memory_end = 1024 * MiB,
	.highmem_start = 1024 * MiB,
	.slots_left = 1,
};

/* The same with 256 MiB of high memory. */
static const struct cma_machine highmem_board = {
	.min_alignment = 4 * MiB,
	.page_size = 4096,
	.memory_end = 1024 * MiB,
	.highmem_start = 768 * MiB,
	.slots_left = 1,
};

struct refusal {
	const char *problem;
	int error;
	struct cma_request req;
	const struct cma_machine *machine;	/* NULL: board */
};

static const struct cma_machine full_board = {
	.min_alignment = 4 * MiB,
	.page_size = 4096,
	.memory_end = 1024 * MiB,
	.highmem_start = 1024 * MiB,
};

/* A machine whose memory ends where addresses do. */
static const struct cma_machine huge_board = {
	.min_alignment = 4 * MiB,
	.page_size = 4096,
	.memory_end = PHYS_MAX,
	.highmem_start = PHYS_MAX,
	.slots_left = 1,
};

static const struct cma_machine tiny_pages = {
	.min_alignment = 1,
	.page_size = 1,
	.memory_end = PHYS_MAX,
	.highmem_start = PHYS_MAX,
	.slots_left = 1,
};

static const struct refusal bad_declarations[] = {
	{ "no slot left: raise CONFIG_CMA_AREAS", -ENOSPC,
	  { .size = 4 * MiB }, &full_board },
	{ "size is zero", -EINVAL, {} },
	{ "alignment is not a power of two", -EINVAL,
	  { .size = 4 * MiB, .alignment = 12 * MiB } },
	{ "alignment is not a power of two", -EINVAL,
	  { .size = 4 * MiB, .alignment = PHYS_MAX } },
	{ "size overflows", -EINVAL, { .size = PHYS_MAX } },
	{ "size overflows", -EINVAL, { .size = PHYS_MAX - 4 * MiB + 2 } },
	{ "size overflows", -EINVAL,
	  { .size = ((phys_addr_t)1 << (PHYS_BITS - 1)) + 1,
	    .alignment = (phys_addr_t)1 << (PHYS_BITS - 1) } },
	{ "order_per_bit is too large", -EINVAL,
	  { .size = 4 * MiB, .order_per_bit = PHYS_BITS - 12 } },
	{ "order_per_bit is too large", -EINVAL,
	  { .size = 4 * MiB, .order_per_bit = 64 } },
	{ "order_per_bit is too large", -EINVAL,
	  { .size = 4 * MiB, .order_per_bit = ~0U } },
	{ "size is not a multiple of what a bit stands for", -EINVAL,
	  { .size = 12 * MiB, .order_per_bit = 11 } },
	{ "size is too large for one area", -EINVAL,
	  { .size = (phys_addr_t)CMA_MAP_MAX_PAGES + 1 }, &tiny_pages },
	{ "base is not aligned", -EINVAL,
	  { .base = 6 * MiB, .size = 4 * MiB, .fixed = true } },
	{ "base is not aligned", -EINVAL,
	  { .base = 8 * MiB, .size = 4 * MiB, .alignment = 16 * MiB,
	    .fixed = true } },
	{ "base is not aligned", -EINVAL,
	  { .base = 8 * MiB, .size = 16 * MiB, .order_per_bit = 12,
	    .fixed = true } },
	{ "does not fit below the limit", -EINVAL, { .size = 1028 * MiB } },
	{ "does not fit below the limit", -EINVAL,
	  { .size = 8 * MiB, .limit = 4 * MiB } },
	{ "does not fit below the limit", -EINVAL,	/* 6 of 7 are lost */
	  { .size = 8 * MiB, .limit = 8 * MiB - 1 } },
	{ "does not fit below the limit", -EINVAL,
	  { .base = 1 * MiB, .size = 8 * MiB, .limit = 11 * MiB } },
	{ "does not fit below the limit", -EINVAL,
	  { .base = 1020 * MiB, .size = 8 * MiB } },
	{ "does not fit below the limit", -EINVAL,
	  { .base = 1020 * MiB, .size = 8 * MiB, .fixed = true } },
	{ "does not fit below the limit", -EINVAL,
	  { .base = 2048 * MiB, .size = 4 * MiB, .fixed = true } },
	{ "does not fit below the limit", -EINVAL,
	  { .base = PHYS_MAX - 4 * MiB + 1, .size = 4 * MiB, .fixed = true },
	  &huge_board },
	{ "does not fit below the limit", -EINVAL,
	  { .base = PHYS_MAX, .size = 4 * MiB }, &huge_board },
	{ "crosses into high memory", -EINVAL,
	  { .base = 764 * MiB, .size = 8 * MiB, .fixed = true },
	  &highmem_board },
	{ "fits neither into low nor into high memory", -ENOMEM,
	  { .size = 772 * MiB }, &highmem_board },
	{ "fits neither into low nor into high memory", -ENOMEM,
	  { .base = 764 * MiB, .size = 8 * MiB, .limit = 772 * MiB },
	  &highmem_board },
};

static const struct refusal bad_adoptions[] = {
	{ "no slot left: raise CONFIG_CMA_AREAS", -ENOSPC,
	  { .base = 4 * MiB, .size = 4 * MiB }, &full_board },
	{ "size is zero", -EINVAL, { .base = 4 * MiB } },
	{ "size is not aligned", -EINVAL,
	  { .base = 4 * MiB, .size = 6 * MiB } },
	{ "base is not aligned", -EINVAL,
	  { .base = 6 * MiB, .size = 4 * MiB } },
	{ "base is not aligned", -EINVAL,
	  { .base = 4 * MiB, .size = 8 * MiB, .order_per_bit = 11 } },
	{ "order_per_bit is too large", -EINVAL,
	  { .base = 4 * MiB, .size = 4 * MiB, .order_per_bit = 99 } },
	{ "size is not a multiple of what a bit stands for", -EINVAL,
	  { .base = 8 * MiB, .size = 4 * MiB, .order_per_bit = 11 } },
	{ "end overflows", -EINVAL,
	  { .base = PHYS_MAX - 4 * MiB + 1, .size = 4 * MiB } },
	{ "size is too large for one area", -EINVAL,
	  { .size = (phys_addr_t)CMA_MAP_MAX_PAGES + 1 }, &tiny_pages },
};

static void check_refusals(const struct refusal *refusals, unsigned int number,
			   void (*ask)(struct question *q))
{
	struct question q = {};
	unsigned int i;

	test_explain(question_explain, &q);
	for (i = 0; i < number; i++) {
		q.req = refusals[i].req;
		q.machine = refusals[i].machine ? *refusals[i].machine : board;
		ask(&q);
		CHECK_EQ(q.error, refusals[i].error);
		CHECK(q.plan.problem);
		CHECK(!strcmp(q.plan.problem, refusals[i].problem));
	}
}

static void each_bad_declaration_has_its_own_words(void)
{
	check_refusals(bad_declarations, COUNT(bad_declarations), question_declare);
}

static void each_bad_adoption_has_its_own_words(void)
{
	check_refusals(bad_adoptions, COUNT(bad_adoptions), question_adopt);
}

static void a_fixed_area_lies_where_it_was_told(void)
{
	struct question q = {
		.machine = highmem_board,
		.req = { .base = 760 * MiB, .size = 7 * MiB, .fixed = true },
	};

	test_explain(question_explain, &q);
	question_declare(&q);
	CHECK_EQ(q.error, 0);
	CHECK(!q.plan.problem);
	CHECK(q.plan.fixed);
	CHECK_EQ(q.plan.base, 760 * MiB);
	CHECK_EQ(q.plan.size, 8 * MiB);
	CHECK_EQ(q.plan.nr_windows, 0);

	q.req.base = 768 * MiB;		/* from the border on */
	q.req.size = 256 * MiB;		/* to the end */
	question_declare(&q);
	CHECK_EQ(q.error, 0);

	q.req.base = 0;			/* that is anywhere */
	q.req.size = 8 * MiB;
	question_declare(&q);
	CHECK_EQ(q.error, 0);
	CHECK(!q.plan.fixed);
	CHECK_EQ(q.plan.nr_windows, 2);
}

static void check_window(const struct question *q, unsigned int number,
			 phys_addr_t start, phys_addr_t end, bool bottom_up)
{
	const struct cma_window *window = &q->plan.windows[number];

	CHECK(number < q->plan.nr_windows);
	CHECK_EQ(window->start, start);
	CHECK_EQ(window->end, end);
	CHECK_EQ(window->bottom_up, bottom_up);
}

static void without_high_memory_there_is_one_window(void)
{
	struct question q = {
		.machine = board,
		.req = { .size = 64 * MiB, .limit = 255 * MiB },
	};

	test_explain(question_explain, &q);
	question_declare(&q);
	CHECK_EQ(q.error, 0);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 0, 252 * MiB, false);

	q.req.base = 101 * MiB;
	q.req.alignment = 16 * MiB;
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 112 * MiB, 240 * MiB, false);

	/* A bit that stands for more than the alignment is the alignment. */
	q.req.alignment = 0;
	q.req.order_per_bit = 13;
	question_declare(&q);
	CHECK_EQ(q.plan.alignment, 32 * MiB);
	check_window(&q, 0, 128 * MiB, 224 * MiB, false);
}

static void high_memory_is_tried_first(void)
{
	struct question q = {
		.machine = highmem_board,
		.req = { .size = 64 * MiB },
	};

	test_explain(question_explain, &q);
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 2);
	check_window(&q, 0, 768 * MiB, 1024 * MiB, false);
	check_window(&q, 1, 0, 768 * MiB, false);

	q.req.size = 260 * MiB;		/* too large for the high part */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 0, 768 * MiB, false);

	q.req.size = 64 * MiB;
	q.req.base = 800 * MiB;		/* no low part */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 800 * MiB, 1024 * MiB, false);

	q.req.base = 0;
	q.req.limit = 768 * MiB;	/* no high part */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 0, 768 * MiB, false);

	/* Where the border is not aligned, both sides stay off it. */
	q.req.limit = 0;
	q.machine.highmem_start = 762 * MiB;
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 2);
	check_window(&q, 0, 764 * MiB, 1024 * MiB, false);
	check_window(&q, 1, 0, 760 * MiB, false);
}

static void memory_that_no_32_bit_device_needs_is_tried_first(void)
{
	struct question q = {
		.machine = board,
		.req = { .size = 64 * MiB },
	};

	test_explain(question_explain, &q);
	q.machine.dma_end = 512 * MiB;
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 3);
	check_window(&q, 0, 512 * MiB, 1024 * MiB, true);
	check_window(&q, 1, 0, 512 * MiB, false);
	check_window(&q, 2, 0, 1024 * MiB, false);	/* no zone may end there */

	q.req.size = 516 * MiB;		/* does not fit there */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 0, 1024 * MiB, false);

	q.req.size = 64 * MiB;
	q.req.base = 4 * MiB;		/* the declarer has a wish */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 3);
	check_window(&q, 0, 512 * MiB, 1024 * MiB, false);
	check_window(&q, 1, 4 * MiB, 512 * MiB, false);
	check_window(&q, 2, 4 * MiB, 1024 * MiB, false);

	q.req.base = 512 * MiB;
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 512 * MiB, 1024 * MiB, false);

	q.req.base = 0;
	q.req.limit = 512 * MiB;	/* a 32-bit device declares */
	question_declare(&q);
	CHECK_EQ(q.plan.nr_windows, 1);
	check_window(&q, 0, 0, 512 * MiB, false);
}

static void adopted_memory_is_taken_as_it_is(void)
{
	struct question q = {
		.machine = board,
		.req = { .base = 1000 * MiB, .size = 48 * MiB, .limit = 1,
			 .alignment = 3, .order_per_bit = 10 },
	};

	test_explain(question_explain, &q);
	question_adopt(&q);
	CHECK_EQ(q.error, 0);
	CHECK(!q.plan.problem);
	CHECK(q.plan.fixed);
	CHECK_EQ(q.plan.base, 1000 * MiB);
	CHECK_EQ(q.plan.size, 48 * MiB);
	CHECK_EQ(q.plan.alignment, 4 * MiB);
	CHECK_EQ(q.plan.nr_windows, 0);

	/* The last bytes that an address can name, less one alignment. */
	q.req.base = PHYS_MAX - 8 * MiB + 1;
	q.req.size = 4 * MiB;
	question_adopt(&q);
	CHECK_EQ(q.error, 0);
}

/*
 * A machine of 16 bytes, for which all places of an area can be listed: a place
 * is in a window exactly if the area may lie there.
 */
#define TINY	16

static void check_places(const struct question *q)
{
	const struct cma_plan *plan = &q->plan;
	phys_addr_t limit = q->machine.memory_end;
	phys_addr_t border = q->machine.highmem_start;
	unsigned int place, end, i;
	bool allowed, offered;

	if (q->error || plan->fixed)
		return;
	if (q->req.limit && q->req.limit < limit)
		limit = q->req.limit;
	for (place = 0; place <= TINY; place++) {
		end = place + plan->size;
		allowed = place >= q->req.base && end <= limit &&
			  place % plan->alignment == 0 &&
			  (place >= border || end <= border);
		offered = false;
		for (i = 0; i < plan->nr_windows; i++)
			offered |= place % plan->alignment == 0 &&
				   place >= plan->windows[i].start &&
				   end <= plan->windows[i].end;
		CHECK_EQ(offered, allowed);
	}
}

/* Cut the last digit off a number whose digits are the choices of a request. */
static unsigned int choice(unsigned long *number, unsigned int choices)
{
	unsigned int digit = *number % choices;

	*number /= choices;
	return digit;
}

static void every_request_to_a_tiny_machine(void)
{
	static const unsigned int borders[] = { 0, 5, 8, 15, TINY + 1 };
	static const unsigned int aligns[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, TINY,
	};
	static const unsigned int dma_ends[] = { 0, 3, 8 };
	struct question q = {
		.machine = {
			.page_size = 1,
			.min_alignment = 2,
			.memory_end = TINY - 1,
			.slots_left = 1,
		},
	};
	unsigned long number, rest;

	test_explain(question_explain, &q);
	for (number = 0, rest = 0; !rest; number++) {
		rest = number;
		q.req.base = choice(&rest, TINY + 2);
		q.req.size = choice(&rest, TINY + 2);
		q.req.limit = choice(&rest, TINY + 2);
		q.req.alignment = aligns[choice(&rest, COUNT(aligns))];
		q.req.order_per_bit = choice(&rest, 3);
		q.machine.dma_end = dma_ends[choice(&rest, COUNT(dma_ends))];
		q.machine.highmem_start = borders[choice(&rest, COUNT(borders))];

		q.req.fixed = false;
		naive_check_declaration(&q);
		check_places(&q);
		q.req.fixed = true;
		naive_check_declaration(&q);
		naive_check_adoption(&q);
	}
	test_note("%lu requests", number);
}

/* An address or size, near something that matters. */
static phys_addr_t random_bytes(struct rng *rng, const struct question *q)
{
	phys_addr_t bytes = rng_skewed(rng, 0, PHYS_MAX);

	switch (rng_between(rng, 0, 9)) {
	case 0:
		bytes = 0;
		break;
	case 1:
		bytes = PHYS_MAX;
		break;
	case 2:
		bytes = q->machine.highmem_start;
		break;
	case 3:
		bytes = q->machine.memory_end;
		break;
	case 4:
		bytes = q->machine.dma_end;
		break;
	case 5:
		bytes = (phys_addr_t)1 << rng_between(rng, 0, PHYS_BITS - 1);
		break;
	default:
		break;
	}
	if (rng_once_in(rng, 3))
		bytes += rng_between(rng, 0, 4) * q->machine.min_alignment;
	if (rng_once_in(rng, 3))
		bytes -= rng_between(rng, 0, 4) * q->machine.min_alignment;
	if (!rng_once_in(rng, 3))
		bytes &= ~(q->machine.min_alignment - 1);
	if (rng_once_in(rng, 16))
		bytes += rng_between(rng, 0, 2) - 1;
	return bytes;
}

static void random_question(struct rng *rng, struct question *q)
{
	struct cma_machine *machine = &q->machine;
	unsigned int page_order = 12 + 2 * rng_between(rng, 0, 2);

	memset(q, 0, sizeof(*q));
	machine->page_size = (phys_addr_t)1 << page_order;
	machine->min_alignment = machine->page_size << rng_between(rng, 0, 11);
	machine->memory_end = rng_once_in(rng, 4) ? random_bytes(rng, q) :
		rng_between(rng, 1, 4096) * machine->min_alignment;
	machine->highmem_start = machine->memory_end;
	if (rng_once_in(rng, 2))
		machine->highmem_start = rng_skewed(rng, 0, machine->memory_end);
	if (rng_once_in(rng, 2))
		machine->dma_end = rng_skewed(rng, 0, machine->memory_end);
	machine->slots_left = rng_between(rng, 0, 7);

	q->req.base = rng_once_in(rng, 3) ? 0 : random_bytes(rng, q);
	q->req.size = rng_once_in(rng, 3) ? random_bytes(rng, q) :
		rng_skewed(rng, 0, machine->memory_end);
	if (!rng_once_in(rng, 3))
		q->req.limit = random_bytes(rng, q);
	if (rng_once_in(rng, 3))
		q->req.alignment = (phys_addr_t)1 << rng_between(rng, 0, PHYS_BITS - 1);
	if (rng_once_in(rng, 16))
		q->req.alignment = rng_next(rng);
	if (rng_once_in(rng, 3))
		q->req.order_per_bit = rng_skewed(rng, 0, 70);
	q->req.fixed = rng_once_in(rng, 3);
}

static void random_requests_agree_with_long_arithmetic(void)
{
	unsigned long number, granted = 0, adopted = 0;
	struct question q;
	struct rng rng = rng_stream(1UL << 32);

	test_explain(question_explain, &q);
	for (number = 0; number < test_ops / 20; number++) {
		random_question(&rng, &q);
		naive_check_declaration(&q);
		granted += !q.error;
		naive_check_adoption(&q);
		adopted += !q.error;
	}
	test_note("%lu requests, %lu areas declared, %lu adopted", number,
		  granted, adopted);
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(each_bad_declaration_has_its_own_words),
	TEST(each_bad_adoption_has_its_own_words),
	TEST(a_fixed_area_lies_where_it_was_told),
	TEST(without_high_memory_there_is_one_window),
	TEST(high_memory_is_tried_first),
	TEST(memory_that_no_32_bit_device_needs_is_tried_first),
	TEST(adopted_memory_is_taken_as_it_is),
	TEST(every_request_to_a_tiny_machine),
	TEST(random_requests_agree_with_long_arithmetic),
	{}
};

const struct suite plan_suite = {
	sizeof(phys_addr_t) == 8 ? "plan" : "plan-phys32", tests
};
