// SPDX-License-Identifier: GPL-2.0
/*
 * The map of an area (mm/cma/map.c) against a naive oracle: random operations
 * on random areas, every state of small areas, and the limits of its arguments.
 */

#include <stdio.h>

#include <linux/errno.h>
#include <linux/math.h>

#include "../../../../mm/cma/map.h"
#include "../harness.h"
#include "../oracle.h"
#include "../shim.h"

#define WORD	(8 * sizeof(long))

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* Take a range through the states up to @state. */
static void bring_to(struct cma_map *map, unsigned long offset,
		     unsigned long nr_pages, enum page_state state)
{
	if (state != FREE)
		cma_map_claim(map, offset, nr_pages);
	if (state == HELD)
		cma_map_settle(map, offset, nr_pages);
}

static void one_allocation_goes_round_its_states(void)
{
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0x80000, 1024, 0), 0);
	CHECK_EQ(cma_map_find(&map, 16, 4, CMA_MAP_LOW), 0);

	cma_map_claim(&map, 0, 16);
	CHECK_EQ(map.busy.nr_pages, 16);
	CHECK_EQ(map.held.nr_pages, 0);
	CHECK_EQ(cma_map_find(&map, 16, 4, CMA_MAP_LOW), 16);
	CHECK(!cma_map_unclaim(&map, 0, 16));

	cma_map_settle(&map, 0, 16);
	CHECK_EQ(map.held.nr_pages, 16);
	CHECK_EQ(cma_map_find(&map, 16, 4, CMA_MAP_LOW), 16);

	CHECK(cma_map_unclaim(&map, 0, 16));
	CHECK(!cma_map_unclaim(&map, 0, 16));
	CHECK_EQ(map.busy.nr_pages, 16);
	CHECK_EQ(map.held.nr_pages, 0);

	cma_map_vacate(&map, 0, 16);
	CHECK_EQ(map.busy.nr_pages, 0);
	CHECK_EQ(cma_map_find(&map, 16, 4, CMA_MAP_LOW), 0);
	cma_map_destroy(&map);
}

static void parts_of_a_claim_are_released_in_any_order(void)
{
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0, 256, 0), 0);
	bring_to(&map, 60, 10, HELD);
	bring_to(&map, 70, 5, HELD);

	CHECK(cma_map_unclaim(&map, 63, 2));
	CHECK(!cma_map_unclaim(&map, 60, 10));	/* some are gone */
	CHECK(!cma_map_unclaim(&map, 64, 1));
	CHECK(!cma_map_unclaim(&map, 74, 2));	/* one was never held */
	CHECK(cma_map_unclaim(&map, 65, 10));	/* of two claims */
	CHECK(cma_map_unclaim(&map, 60, 3));
	CHECK_EQ(map.held.nr_pages, 0);
	CHECK_EQ(map.busy.nr_pages, 15);
	cma_map_vacate(&map, 60, 15);
	CHECK_EQ(map.busy.nr_pages, 0);
	cma_map_destroy(&map);
}

static void alignment_is_that_of_the_physical_address(void)
{
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0x12200, 2048, 0), 0);
	CHECK_EQ(cma_map_find(&map, 1, 9, CMA_MAP_LOW), 0);
	CHECK_EQ(cma_map_find(&map, 1, 10, CMA_MAP_LOW), 0x200);
	CHECK_EQ(cma_map_find(&map, 1, 10, CMA_MAP_HIGH), 0x600);
	CHECK_EQ(cma_map_find(&map, 2048, 9, CMA_MAP_LOW), 0);
	CHECK_EQ(cma_map_find(&map, 2048, 10, CMA_MAP_LOW), CMA_MAP_NONE);
	CHECK_EQ(cma_map_find(&map, 0x601, 10, CMA_MAP_LOW), CMA_MAP_NONE);
	CHECK_EQ(cma_map_find(&map, 0x600, 10, CMA_MAP_LOW), 0x200);
	cma_map_destroy(&map);
}

static void only_candidates_know_of_granules(void)
{
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0, 64, 2), 0);
	bring_to(&map, 0, 5, HELD);
	CHECK_EQ(map.busy.nr_pages, 5);		/* nothing is rounded */
	CHECK_EQ(cma_map_used(&map), 8);	/* but what is shown */
	CHECK_EQ(cma_map_find(&map, 1, 0, CMA_MAP_LOW), 8);
	CHECK_EQ(cma_map_find(&map, 1, 0, CMA_MAP_HIGH), 60);
	CHECK_EQ(cma_map_find(&map, 5, 0, CMA_MAP_HIGH), 56);
	CHECK_EQ(cma_map_find(&map, 57, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	CHECK_EQ(cma_map_find(&map, 53, 0, CMA_MAP_LOW), 8);
	CHECK_EQ(cma_map_max_free(&map), 56);

	CHECK(cma_map_unclaim(&map, 1, 2));
	cma_map_vacate(&map, 1, 2);
	CHECK_EQ(cma_map_find(&map, 1, 0, CMA_MAP_LOW), 8);	/* 0 and 3 are held */
	cma_map_destroy(&map);
}

static void waiting_helps_only_where_peers_are_in_the_way(void)
{
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0x80000, 128, 0), 0);
	CHECK(!cma_map_worth_waiting(&map, 1, 0));	/* there is room */

	bring_to(&map, 0, 128, TRANSIT);
	CHECK(cma_map_worth_waiting(&map, 1, 0));
	CHECK(cma_map_worth_waiting(&map, 128, 7));
	CHECK(!cma_map_worth_waiting(&map, 129, 0));	/* there never is */
	CHECK(!cma_map_worth_waiting(&map, 1, 63));
	CHECK(!cma_map_worth_waiting(&map, 0, 0));

	cma_map_settle(&map, 100, 1);
	CHECK(!cma_map_worth_waiting(&map, 128, 7));	/* no peer's fault */
	CHECK(cma_map_worth_waiting(&map, 100, 0));
	CHECK(!cma_map_worth_waiting(&map, 101, 0));

	cma_map_settle(&map, 0, 100);
	cma_map_settle(&map, 101, 27);
	CHECK(!cma_map_worth_waiting(&map, 1, 0));	/* all are held */
	cma_map_destroy(&map);
}

static void impossible_areas_are_refused(void)
{
	static const struct {
		unsigned long base_pfn;
		unsigned long nr_pages;
		unsigned int order_per_bit;
	} bad[] = {
		{ 0, 0, 0 },
		{ 0, CMA_MAP_MAX_PAGES + 1, 0 },
		{ 0, ~0UL, 0 },
		{ ~0UL, 1, 0 },
		{ ~0UL - 1023, 1024, 0 },
		{ 0, 1, 1 },
		{ 0, 1023, 10 },
		{ 0, 1024, WORD - 1 },
		{ 0, 1024, WORD },
		{ 0, 1024, ~0U },
	};
	long allocations = shim_allocations();
	struct cma_map map;
	unsigned int i;

	for (i = 0; i < COUNT(bad); i++) {
		CHECK_EQ(cma_map_init(&map, bad[i].base_pfn, bad[i].nr_pages,
				      bad[i].order_per_bit), -EINVAL);
		CHECK_EQ(map.nr_pages, 0);
	}
	CHECK_EQ(shim_allocations(), allocations);

	CHECK_EQ(cma_map_init(&map, ~0UL - 1024, 1024, 10), 0);
	cma_map_destroy(&map);
}

static void a_map_without_memory_is_empty(void)
{
	long allocations = shim_allocations();
	unsigned int order;
	unsigned long end;
	struct cma_map map;
	int after;
	u32 nothing;

	/* With an order there are bits of pages beside those of granules. */
	for (order = 0; order < 2; order++) {
		for (after = 0;; after++) {
			shim_fail_allocation(after);
			if (!cma_map_init(&map, 0, 1024, order))
				break;
			CHECK_EQ(map.nr_pages, 0);
			CHECK_EQ(shim_allocations(), allocations);
			cma_map_destroy(&map);
		}
		shim_fail_allocation(-1);
		CHECK(after);
		cma_map_destroy(&map);
		CHECK_EQ(shim_allocations(), allocations);
	}

	/* Once more, and look at what is left. */
	cma_map_destroy(&map);
	CHECK_EQ(cma_map_find(&map, 1, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	CHECK_EQ(cma_map_find(&map, 1, 0, CMA_MAP_HIGH), CMA_MAP_NONE);
	CHECK_EQ(cma_map_next_gap(&map, 0, ULONG_MAX, &end), CMA_MAP_NONE);
	CHECK(!cma_map_worth_waiting(&map, 1, 0));
	CHECK(!cma_map_unclaim(&map, 0, 1));
	CHECK_EQ(cma_map_used(&map), 0);
	CHECK_EQ(cma_map_max_free(&map), 0);
	CHECK_EQ(cma_map_nr_bits(&map), 0);
	cma_map_fill_bits(&map, &nothing);
}

/* Numbers that are off, or on an edge; and the same for orders. */
static const unsigned long odd_numbers[] = {
	0, 1, 2, WORD - 1, WORD, WORD + 1, 255, 256, 257, CMA_MAP_MAX_PAGES,
	1UL << 31, 1UL << (WORD / 2), 1UL << (WORD - 1), ~0UL - 256, ~0UL - 1,
	~0UL,
};

static const unsigned int odd_orders[] = {
	0, 1, 6, 8, 9, 31, 32, 33, 62, 63, 64, 65, 1U << 31, ~0U,
};

static void ask_for_nonsense(struct cma_map *map, const struct oracle *oracle,
			     unsigned long nr_pages)
{
	unsigned int i;

	for (i = 0; i < COUNT(odd_orders); i++) {
		CHECK(!cma_map_worth_waiting(map, nr_pages, odd_orders[i]));
		if (odd_orders[i] < WORD) {
			oracle_check_find(oracle, map, nr_pages, odd_orders[i],
					  CMA_MAP_LOW);
			oracle_check_find(oracle, map, nr_pages, odd_orders[i],
					  CMA_MAP_HIGH);
			continue;
		}
		CHECK_EQ(cma_map_find(map, nr_pages, odd_orders[i],
				      CMA_MAP_LOW), CMA_MAP_NONE);
		CHECK_EQ(cma_map_find(map, nr_pages, odd_orders[i],
				      CMA_MAP_HIGH), CMA_MAP_NONE);
	}
}

static void ask_for_all_nonsense(unsigned long base_pfn, unsigned int order)
{
	struct oracle oracle;
	struct cma_map map;
	unsigned int i, j;

	CHECK_EQ(cma_map_init(&map, base_pfn, 256, order), 0);
	oracle_init(&oracle, base_pfn, 256, order);
	for (i = 0; i < COUNT(odd_numbers); i++) {
		ask_for_nonsense(&map, &oracle, odd_numbers[i]);
		oracle_check_gap(&oracle, &map, odd_numbers[i]);
		for (j = 0; j < COUNT(odd_numbers); j++)
			CHECK(!cma_map_unclaim(&map, odd_numbers[i],
					       odd_numbers[j]));
	}
	oracle_check_counts(&oracle, &map);
	oracle_check_pages(&oracle, &map);
	oracle_destroy(&oracle);
	cma_map_destroy(&map);
}

static void senseless_arguments_find_and_change_nothing(void)
{
	static const unsigned long bases[] = {
		0, 1, 256, 3 << 8, 1UL << (WORD - 2), 1UL << (WORD - 1),
		~0UL - 256, -512UL,
	};
	unsigned int base, order;

	for (base = 0; base < COUNT(bases); base++)
		for (order = 0; order <= 8; order++)
			ask_for_all_nonsense(bases[base], order);
}

static void misuse_warns_and_leaves_the_map_alone(void)
{
	static const unsigned long ranges[][2] = {
		{ 0, 0 }, { 5, 0 }, { 0, 101 }, { 100, 1 }, { 99, 2 },
		{ ~0UL, 1 }, { ~0UL, 2 }, { 1, ~0UL }, { ~0UL, ~0UL },
	};
	const unsigned int nr_ranges = COUNT(ranges);
	struct oracle oracle;
	struct cma_map map;
	unsigned int i;

	CHECK_EQ(cma_map_init(&map, 0, 100, 0), 0);
	oracle_init(&oracle, 0, 100, 0);
	bring_to(&map, 40, 30, HELD);
	oracle_set(&oracle, 40, 30, HELD);

	shim_expect_warnings();
	for (i = 0; i < nr_ranges; i++) {
		CHECK(!cma_map_try_claim(&map, ranges[i][0], ranges[i][1]));
		cma_map_claim(&map, ranges[i][0], ranges[i][1]);
		cma_map_settle(&map, ranges[i][0], ranges[i][1]);
		cma_map_vacate(&map, ranges[i][0], ranges[i][1]);
	}
	CHECK_EQ(shim_warnings(), 4 * nr_ranges);
	oracle_check_counts(&oracle, &map);
	oracle_check_pages(&oracle, &map);

	cma_map_destroy(&map);
	oracle_destroy(&oracle);

	/* A claim begins with a granule. */
	CHECK_EQ(cma_map_init(&map, 0, 64, 2), 0);
	shim_expect_warnings();
	CHECK(!cma_map_try_claim(&map, 6, 4));
	CHECK_EQ(shim_warnings(), 1);
	CHECK_EQ(cma_map_used(&map), 0);
	cma_map_destroy(&map);
}

/* One page in the wrong state, at either end or in the middle. */
static void a_debug_kernel_warns_of_wrong_states(void)
{
	static const unsigned long wrong[] = { 20, 100, 199 };
	struct cma_map map;
	unsigned int i;

	for (i = 0; i < COUNT(wrong); i++) {
		CHECK_EQ(cma_map_init(&map, 0, 256, 0), 0);
		bring_to(&map, wrong[i], 1, TRANSIT);
		shim_expect_warnings();
		cma_map_claim(&map, 20, 180);
		CHECK_EQ(shim_warnings(), 1);
		cma_map_destroy(&map);

		CHECK_EQ(cma_map_init(&map, 0, 256, 0), 0);
		bring_to(&map, 20, 180, TRANSIT);
		cma_map_settle(&map, wrong[i], 1);
		shim_expect_warnings();
		cma_map_settle(&map, 20, 180);
		CHECK_EQ(shim_warnings(), 1);
		shim_expect_warnings();
		cma_map_vacate(&map, 20, 180);
		CHECK_EQ(shim_warnings(), 1);

		/* All of it free now, as far as @busy knows. */
		shim_expect_warnings();
		cma_map_vacate(&map, wrong[i], 1);
		cma_map_settle(&map, wrong[i], 1);
		CHECK_EQ(shim_warnings(), 4);
		cma_map_destroy(&map);
	}
}

/*
 * What a search costs is counted in basic blocks that the map's code runs
 * through, which is the same on every machine: four instructions or so each.
 */
#define MOST_BLOCKS	12000

struct cost {
	unsigned long searches, sum, most;
};

static unsigned long measure(struct cost *cost, struct cma_map *map,
			     unsigned long nr_pages, unsigned int align_order,
			     enum cma_map_end end)
{
	unsigned long before = shim_blocks, blocks, found;

	found = cma_map_find(map, nr_pages, align_order, end);
	blocks = shim_blocks - before;
	cost->searches++;
	cost->sum += blocks;
	if (blocks > cost->most)
		cost->most = blocks;
	return found;
}

/* Runs of one page less than is wanted, in vain: the sums know them all. */
static void no_pattern_makes_a_search_slow(void)
{
	static const unsigned long lengths[] = {
		1, 2, 3, 4, 7, 8, 17, 31, 33, 63, 64, 65, 66, 100, 127, 128,
		129, 512, 4095, 65536,
	};
	static const unsigned int aligns[] = { 0, 1, 3, 5, 6, 7, 9 };
	const unsigned long nr_pages = 1UL << 18;
	struct cost cost = {};
	struct cma_map map;
	unsigned int i, a;
	unsigned long at;

	for (i = 0; i < COUNT(lengths); i++) {
		CHECK_EQ(cma_map_init(&map, 0, nr_pages, 0), 0);
		for (at = lengths[i] / 3; at < nr_pages; at += lengths[i])
			cma_map_claim(&map, at, 1);
		for (a = 0; a < COUNT(aligns); a++)
			CHECK_EQ(measure(&cost, &map, lengths[i], aligns[a],
					 a % 2 ? CMA_MAP_HIGH : CMA_MAP_LOW),
				 CMA_MAP_NONE);
		cma_map_destroy(&map);
	}
	test_note("at most %lu blocks", cost.most);
	CHECK(cost.most);
	CHECK(cost.most < MOST_BLOCKS);
}

/*
 * Hold that many of a hundred pages, page by page or in clusters. Those are as
 * long as buffers are, and begin where those would begin.
 */
static void crowd(struct cma_map *map, struct rng *rng, unsigned int percent,
		  bool clustered)
{
	unsigned long at, run;

	for (at = 0; at < map->nr_pages; at += run) {
		run = 1;
		if (clustered)
			run = 256 * rng_skewed(rng, 1, 64);
		if (run > map->nr_pages - at)
			run = map->nr_pages - at;
		if (rng_between(rng, 1, 100) <= percent)
			bring_to(map, at, run, HELD);
	}
}

/* A page comes back, and somebody asks for pages; and once more. */
static void churn(struct cma_map *map, struct rng *rng, struct cost *cost)
{
	static const unsigned long lengths[] = {
		1, 16, 64, 512, 600, 2048, 5000, 16384,
	};
	unsigned long at, length, found;
	unsigned int i, natural, round;

	for (round = 0; round < 200; round++) {
		for (i = 0; i < COUNT(lengths); i++) {
			length = lengths[i];
			natural = 0;
			if (round % 2)
				while (natural < 8 && length > 1UL << natural)
					natural++;
			found = measure(cost, map, length, natural,
					length < 512 ? CMA_MAP_HIGH :
						       CMA_MAP_LOW);
			if (found != CMA_MAP_NONE)
				bring_to(map, found, length, HELD);
			at = rng_between(rng, 0, map->nr_pages - length);
			if (cma_map_unclaim(map, at, length))
				cma_map_vacate(map, at, length);
		}
	}
}

static struct cost cost_of(unsigned int size_order, unsigned int percent,
			   bool clustered, struct rng *rng)
{
	struct cost cost = {};
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0x80000, 1UL << size_order, 0), 0);
	crowd(&map, rng, percent, clustered);
	churn(&map, rng, &cost);
	cma_map_destroy(&map);

	test_note("2^%u pages, %u %% %s: %lu blocks, at most %lu", size_order,
		  percent, clustered ? "in clusters" : "at random",
		  cost.sum / cost.searches, cost.most);
	CHECK(cost.most < MOST_BLOCKS);
	return cost;
}

/* From 64 MiB to 64 GiB, in pages of 4 KiB. */
static void search_cost_stays_flat(void)
{
	static const unsigned int percents[] = { 10, 50, 90 };
	struct rng rng = rng_stream(0);
	struct cost small, large;
	unsigned int i, clustered;

	for (clustered = 0; clustered <= 1; clustered++)
		for (i = 0; i < COUNT(percents); i++) {
			small = cost_of(14, percents[i], clustered, &rng);
			cost_of(18, percents[i], clustered, &rng);
			large = cost_of(24, percents[i], clustered, &rng);
			CHECK_EQ(small.searches, large.searches);
			CHECK(large.sum < 4 * small.sum);
		}
}

static void a_full_area_answers_at_once(void)
{
	const unsigned long nr_pages = 1UL << 18;
	unsigned long before;
	struct cma_map map;

	CHECK_EQ(cma_map_init(&map, 0, nr_pages, 0), 0);
	bring_to(&map, 0, nr_pages - 3, HELD);
	before = shim_blocks;
	CHECK_EQ(cma_map_find(&map, 4, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	CHECK(!cma_map_worth_waiting(&map, 4, 0));
	CHECK_EQ(cma_map_used(&map), nr_pages - 3);
	CHECK(shim_blocks - before < 100);
	cma_map_destroy(&map);
}

/* Every state of every small area, and every question about it. */

struct small {
	struct cma_map map;
	struct oracle oracle;
	unsigned long nr_pages;		/* what is asked for */
	unsigned int align_order;
};

static void explain_small(const void *context)
{
	const struct small *small = context;
	unsigned long page;

	printf("# area of %lu pages at PFN 0x%lx, order_per_bit %u: ",
	       small->oracle.nr_pages, small->oracle.base_pfn,
	       small->oracle.order_per_bit);
	for (page = 0; page < small->oracle.nr_pages; page++)
		putchar(".tH"[small->oracle.pages[page]]);
	printf("\n# asked for %lu pages, align_order %u\n",
	       small->nr_pages, small->align_order);
}

static void begin(struct small *small, unsigned long base_pfn,
		  unsigned long nr_pages, unsigned int order_per_bit)
{
	oracle_init(&small->oracle, base_pfn, nr_pages, order_per_bit);
	CHECK_EQ(cma_map_init(&small->map, base_pfn, nr_pages, order_per_bit),
		 0);
}

static void end(struct small *small)
{
	CHECK_EQ(small->map.busy.nr_pages, 0);
	CHECK_EQ(small->map.held.nr_pages, 0);
	cma_map_destroy(&small->map);
	oracle_destroy(&small->oracle);
}

/* Pages from free to in transit, or back: in both, the map and the oracle. */
static void change(struct small *small, unsigned long offset,
		   unsigned long nr_pages, enum page_state state)
{
	unsigned long page;

	for (page = offset; page < offset + nr_pages; page++) {
		if (small->oracle.pages[page] == state)
			continue;
		if (state == FREE)
			cma_map_vacate(&small->map, page, 1);
		else
			cma_map_claim(&small->map, page, 1);
		oracle_set(&small->oracle, page, 1, state);
	}
}

/* The pages' states are the digits of a number. */
static void enter_state(struct small *small, unsigned long code,
			unsigned int states)
{
	unsigned long page;

	for (page = 0; page < small->oracle.nr_pages; page++, code /= states) {
		bring_to(&small->map, page, 1, code % states);
		oracle_set(&small->oracle, page, 1, code % states);
	}
}

static void leave_state(struct small *small)
{
	unsigned long page;

	for (page = 0; page < small->oracle.nr_pages; page++) {
		if (small->oracle.pages[page] == HELD)
			CHECK(cma_map_unclaim(&small->map, page, 1));
		if (small->oracle.pages[page] != FREE)
			cma_map_vacate(&small->map, page, 1);
	}
	oracle_set(&small->oracle, 0, small->oracle.nr_pages, FREE);
}

/* What is found from the end that is asked for, checked from both. */
static unsigned long ask(struct small *small, unsigned long nr_pages,
			 unsigned int align_order, enum cma_map_end end)
{
	unsigned long low, high;

	small->nr_pages = nr_pages;
	small->align_order = align_order;
	low = oracle_check_find(&small->oracle, &small->map, nr_pages,
				align_order, CMA_MAP_LOW);
	high = oracle_check_find(&small->oracle, &small->map, nr_pages,
				 align_order, CMA_MAP_HIGH);
	return end == CMA_MAP_LOW ? low : high;
}

/* Every search in an area of two states a page: free and busy. */
static void ask_everything(struct small *small)
{
	unsigned long size = small->oracle.nr_pages;
	unsigned long from, nr_pages;
	unsigned int align_order;

	for (nr_pages = 0; nr_pages <= size + 1; nr_pages++)
		for (align_order = 0; align_order <= 2; align_order++)
			ask(small, nr_pages, align_order, CMA_MAP_LOW);
	for (from = 0; from <= size; from++)
		oracle_check_gap(&small->oracle, &small->map, from);
	oracle_check_views(&small->oracle, &small->map);
}

/* Every claim that is tried in an area of two states a page. */
static void claim_everything(struct small *small)
{
	unsigned long granule = 1UL << small->oracle.order_per_bit;
	unsigned long size = small->oracle.nr_pages;
	unsigned long at, nr_pages;
	bool fits;

	for (at = 0; at < size; at += granule)
		for (nr_pages = 1; at + nr_pages <= size; nr_pages++) {
			fits = oracle_fits(&small->oracle, at, nr_pages, 0,
					   false);
			CHECK_EQ(cma_map_try_claim(&small->map, at, nr_pages),
				 fits);
			if (fits)
				cma_map_vacate(&small->map, at, nr_pages);
		}
	oracle_check_counts(&small->oracle, &small->map);
	oracle_check_pages(&small->oracle, &small->map);
}

/* Every release, and every reason to wait, in an area of three states. */
static void release_everything(struct small *small)
{
	unsigned long size = small->oracle.nr_pages;
	unsigned long from, nr_pages;
	unsigned int align_order;
	bool held;

	for (from = 0; from <= size; from++)
		for (nr_pages = 0; from + nr_pages <= size + 1; nr_pages++) {
			held = oracle_all(&small->oracle, from, nr_pages, HELD);
			CHECK_EQ(cma_map_unclaim(&small->map, from, nr_pages),
				 held);
			if (!held)
				continue;
			CHECK_EQ(small->map.held.nr_pages,
				 small->oracle.count[HELD] - nr_pages);
			cma_map_settle(&small->map, from, nr_pages);
		}

	for (nr_pages = 0; nr_pages <= size; nr_pages++)
		for (align_order = 0; align_order <= 2; align_order++) {
			small->nr_pages = nr_pages;
			small->align_order = align_order;
			CHECK_EQ(cma_map_worth_waiting(&small->map, nr_pages,
						       align_order),
				 oracle_worth_waiting(&small->oracle, nr_pages,
						      align_order));
		}
	oracle_check_counts(&small->oracle, &small->map);
	oracle_check_pages(&small->oracle, &small->map);
}

/* Visit every state of areas of up to @max_pages pages, at the lowest PFNs. */
static void visit_states(unsigned int states, unsigned long max_pages,
			 unsigned long nr_bases,
			 void visit(struct small *small))
{
	unsigned long nr_pages, base, code, codes, visited = 0;
	struct small small = {};
	unsigned int order;

	test_explain(explain_small, &small);
	for (nr_pages = 1, codes = states; nr_pages <= max_pages;
	     nr_pages++, codes *= states) {
		for (order = 0; !(nr_pages & ((1UL << order) - 1)); order++) {
			for (base = 0; base < nr_bases; base++) {
				begin(&small, base, nr_pages, order);
				for (code = 0; code < codes; code++) {
					enter_state(&small, code, states);
					visit(&small);
					leave_state(&small);
				}
				visited += codes;
				end(&small);
			}
		}
	}
	test_note("%lu states", visited);
}

static void every_search_in_every_small_area(void)
{
	visit_states(2, 10, 4, ask_everything);
}

static void every_claim_in_every_small_area(void)
{
	visit_states(2, 8, 1, claim_everything);
}

static void every_release_in_every_small_area(void)
{
	visit_states(3, 7, 2, release_everything);
}

/*
 * Nine cells of @width pages each, free or busy in every combination, from
 * page @origin on in an area that is busy otherwise. It puts the patterns of
 * the small areas across words, and blows them up to where wide searches look.
 */
#define CELLS	9

static void every_pattern_of_cells(unsigned long nr_pages, unsigned long origin,
				   unsigned long width, unsigned int order,
				   unsigned int max_align)
{
	unsigned long first, code, cell, wanted;
	struct small small = {};
	unsigned int align_order;
	long off;

	test_explain(explain_small, &small);
	begin(&small, 64, nr_pages, order);
	change(&small, 0, nr_pages, TRANSIT);
	for (code = 1; code <= 1UL << CELLS; code++) {
		for (wanted = width; wanted <= CELLS * width; wanted += width)
			for (off = -1; off <= 1; off += 1 + (width == 1))
				for (align_order = 0; align_order <= max_align;
				     align_order += 1 + max_align / 3)
					ask(&small, wanted + off, align_order,
					    CMA_MAP_LOW);
		oracle_check_views(&small.oracle, &small.map);

		/* The next pattern differs in one cell (Gray's code). */
		cell = __builtin_ctzl(code) % CELLS;
		first = origin + cell * width;
		change(&small, first, width,
		       small.oracle.pages[first] == FREE ? TRANSIT : FREE);
	}
	change(&small, 0, nr_pages, FREE);
	end(&small);
}

static void every_pattern_across_words(void)
{
	unsigned long origin;
	unsigned int order;

	for (origin = WORD - CELLS; origin <= WORD; origin += 4)
		for (order = 0; order <= 2; order++)
			every_pattern_of_cells(2 * WORD, origin, 1, order, 4);
	/* At the end of an area that ends within a word. */
	every_pattern_of_cells(WORD + 5, WORD + 5 - CELLS, 1, 0, 4);
}

static void every_pattern_across_leaves(void)
{
	every_pattern_of_cells(1040, 1024 - CELLS / 2, 1, 0, 2);
	every_pattern_of_cells(1088, 1024 - 8 * (CELLS / 2), 8, 0, 2);
}

static void every_pattern_of_long_runs(void)
{
	every_pattern_of_cells(CELLS * 7, 0, 7, 0, 6);
	every_pattern_of_cells(CELLS * 16, 0, 16, 3, 5);
	every_pattern_of_cells(CELLS * 37 + 9, 5, 37, 0, 7);
	every_pattern_of_cells(CELLS * 64, 0, 64, 6, 8);
}

/*
 * Random operations on random areas. An area is a case with a random stream of
 * its own, so that one is replayed without those before it.
 */
#define OPS_PER_CASE	1500

struct random_case {
	struct rng rng;
	struct small small;
	unsigned long number;
	unsigned long op;
	unsigned long crowd;	/* busy pages to swing around */
	const char *doing;
	unsigned long offset, nr_pages;
};

static void explain_case(const void *context)
{
	const struct random_case *c = context;

	printf("# area %lu, operation %lu: %s [%lu, +%lu)\n", c->number, c->op,
	       c->doing, c->offset, c->nr_pages);
	printf("# %lu pages at PFN 0x%lx, order_per_bit %u; %lu in transit, %lu held\n",
	       c->small.oracle.nr_pages, c->small.oracle.base_pfn,
	       c->small.oracle.order_per_bit, c->small.oracle.count[TRANSIT],
	       c->small.oracle.count[HELD]);
	if (c->small.oracle.nr_pages <= 256)
		explain_small(&c->small);
}

static unsigned long random_base(struct rng *rng, unsigned long nr_pages,
				 unsigned int order)
{
	unsigned long base = rng_next(rng) % (~0UL - nr_pages);

	switch (rng_between(rng, 0, 7)) {
	case 0:
		return 0;
	case 1:
		return base;	/* candidates may not exist at all */
	case 2:
		return rng_between(rng, 0, 64);
	case 3:
		return (~0UL - nr_pages) & ~((1UL << order) - 1);
	case 4:
		return base & ~511UL;
	default:
		base = rng_skewed(rng, 0, 1UL << 24);
		return base & ~((1UL << order) - 1);
	}
}

/*
 * A range of pages that all have the state of a random one, with luck @wanted.
 * Up to the whole run of them, if it is short.
 */
static bool pick_range(struct random_case *c, enum page_state wanted)
{
	const struct oracle *oracle = &c->small.oracle;
	unsigned long page = 0, longest;
	unsigned int tries;

	for (tries = 0; tries < 16; tries++) {
		page = rng_between(&c->rng, 0, oracle->nr_pages - 1);
		if (oracle->pages[page] == wanted)
			break;
	}
	if (oracle->pages[page] != wanted)
		return false;

	c->offset = page;
	longest = rng_skewed(&c->rng, 1, 300);
	c->nr_pages = 1;
	while (c->nr_pages < longest &&
	       c->offset + c->nr_pages < oracle->nr_pages &&
	       oracle->pages[c->offset + c->nr_pages] == wanted)
		c->nr_pages++;
	while (c->nr_pages < longest && c->offset &&
	       oracle->pages[c->offset - 1] == wanted) {
		c->offset--;
		c->nr_pages++;
	}
	return true;
}

static void random_request(struct random_case *c)
{
	struct small *small = &c->small;
	unsigned long size = small->oracle.nr_pages;
	unsigned int align_order = 0;

	c->doing = "find";
	c->nr_pages = rng_skewed(&c->rng, 1, size);
	if (rng_once_in(&c->rng, 2))
		align_order = rng_between(&c->rng, 0, 12);
	if (rng_once_in(&c->rng, 64))
		c->nr_pages = rng_next(&c->rng);

	c->offset = ask(small, c->nr_pages, align_order,
			rng_once_in(&c->rng, 2) ? CMA_MAP_LOW : CMA_MAP_HIGH);
	if (c->offset == CMA_MAP_NONE) {
		c->doing = "wait";
		CHECK_EQ(cma_map_worth_waiting(&small->map, c->nr_pages,
					       align_order),
			 oracle_worth_waiting(&small->oracle, c->nr_pages,
					      align_order));
		return;
	}
	c->doing = "claim";
	cma_map_claim(&small->map, c->offset, c->nr_pages);
	oracle_set(&small->oracle, c->offset, c->nr_pages, TRANSIT);
	if (rng_once_in(&c->rng, 4))
		return;
	c->doing = "settle";
	cma_map_settle(&small->map, c->offset, c->nr_pages);
	oracle_set(&small->oracle, c->offset, c->nr_pages, HELD);
}

/* Whatever range it is: all of it comes back, or nothing changes. */
static void random_release(struct random_case *c)
{
	struct small *small = &c->small;
	bool held;

	c->doing = "unclaim";
	if (!pick_range(c, HELD) || rng_once_in(&c->rng, 4)) {
		c->offset = rng_between(&c->rng, 0, small->oracle.nr_pages);
		c->nr_pages = rng_skewed(&c->rng, 0, small->oracle.nr_pages);
	}
	held = oracle_all(&small->oracle, c->offset, c->nr_pages, HELD);
	CHECK_EQ(cma_map_unclaim(&small->map, c->offset, c->nr_pages), held);
	if (held)
		oracle_set(&small->oracle, c->offset, c->nr_pages, TRANSIT);
}

static void random_vacate(struct random_case *c)
{
	c->doing = "vacate";
	if (pick_range(c, TRANSIT)) {
		cma_map_vacate(&c->small.map, c->offset, c->nr_pages);
		oracle_set(&c->small.oracle, c->offset, c->nr_pages, FREE);
	}
}

static void random_settle(struct random_case *c)
{
	c->doing = "settle";
	if (pick_range(c, TRANSIT)) {
		cma_map_settle(&c->small.map, c->offset, c->nr_pages);
		oracle_set(&c->small.oracle, c->offset, c->nr_pages, HELD);
	}
}

/* A range that may be free or not; on a granule, as it has to be. */
static void random_try(struct random_case *c)
{
	struct small *small = &c->small;
	bool fits;

	c->doing = "try";
	if (!pick_range(c, FREE) || rng_once_in(&c->rng, 4)) {
		c->offset = rng_between(&c->rng, 0, small->oracle.nr_pages - 1);
		c->nr_pages = rng_skewed(&c->rng, 1, small->oracle.nr_pages -
						     c->offset);
	}
	c->offset = round_down(c->offset, 1UL << small->oracle.order_per_bit);
	fits = oracle_fits(&small->oracle, c->offset, c->nr_pages, 0, false);
	CHECK_EQ(cma_map_try_claim(&small->map, c->offset, c->nr_pages), fits);
	if (fits)
		oracle_set(&small->oracle, c->offset, c->nr_pages, TRANSIT);
}

static void random_gap(struct random_case *c)
{
	c->doing = "gap";
	c->offset = rng_between(&c->rng, 0, c->small.oracle.nr_pages + 1);
	oracle_check_gap(&c->small.oracle, &c->small.map, c->offset);
}

/* Pages anywhere: nothing says that a claim is where a search would put it. */
static void random_claim(struct random_case *c)
{
	c->doing = "claim";
	if (pick_range(c, FREE)) {
		cma_map_claim(&c->small.map, c->offset, c->nr_pages);
		oracle_set(&c->small.oracle, c->offset, c->nr_pages, TRANSIT);
	}
}

static void random_operation(struct random_case *c)
{
	const struct oracle *oracle = &c->small.oracle;
	bool crowded = oracle->count[FREE] + c->crowd < oracle->nr_pages;
	unsigned int dice = rng_between(&c->rng, 0, 99);

	if (dice < 40)
		random_request(c);
	else if (dice < 45)
		random_try(c);
	else if (dice < 50)
		random_gap(c);
	else if (dice < (crowded ? 75 : 60))
		random_release(c);
	else if (dice < (crowded ? 95 : 75))
		random_vacate(c);
	else if (dice < 97)
		random_settle(c);
	else
		random_claim(c);
}

static void random_area(struct random_case *c, unsigned long ops)
{
	unsigned int order = rng_between(&c->rng, 0, 4);
	/* Some have three levels of sums, all others two. */
	unsigned long most = c->number % 256 ? 5000 : 40000;
	unsigned long nr_pages = rng_skewed(&c->rng, 1, most >> order) << order;

	begin(&c->small, random_base(&c->rng, nr_pages, order), nr_pages, order);
	for (c->op = 0; c->op < ops; c->op++) {
		/* Now nearly empty, now nearly full. */
		if (c->op % 250 == 0)
			c->crowd = rng_between(&c->rng, 0, nr_pages);
		random_operation(c);
		oracle_check_counts(&c->small.oracle, &c->small.map);
		if (!rng_once_in(&c->rng, 32))
			continue;
		c->doing = "compare";
		oracle_check_pages(&c->small.oracle, &c->small.map);
		oracle_check_views(&c->small.oracle, &c->small.map);
	}
	c->doing = "compare at the end";
	oracle_check_pages(&c->small.oracle, &c->small.map);
	leave_state(&c->small);
	end(&c->small);
}

static void random_operations_agree_with_the_oracle(void)
{
	struct random_case c = {};
	unsigned long left = test_ops;
	unsigned long ops;

	test_explain(explain_case, &c);
	for (; left; left -= ops, c.number++) {
		ops = left < OPS_PER_CASE ? left : OPS_PER_CASE;
		c.rng = rng_stream(c.number);
		random_area(&c, ops);
	}
	test_note("%lu operations on %lu areas", test_ops, c.number);
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(one_allocation_goes_round_its_states),
	TEST(parts_of_a_claim_are_released_in_any_order),
	TEST(alignment_is_that_of_the_physical_address),
	TEST(only_candidates_know_of_granules),
	TEST(waiting_helps_only_where_peers_are_in_the_way),
	TEST(impossible_areas_are_refused),
	TEST(a_map_without_memory_is_empty),
	TEST(senseless_arguments_find_and_change_nothing),
	TEST(misuse_warns_and_leaves_the_map_alone),
	TEST(a_debug_kernel_warns_of_wrong_states),
	TEST(no_pattern_makes_a_search_slow),
	TEST(search_cost_stays_flat),
	TEST(a_full_area_answers_at_once),
	TEST(every_search_in_every_small_area),
	TEST(every_claim_in_every_small_area),
	TEST(every_release_in_every_small_area),
	TEST(every_pattern_across_words),
	TEST(every_pattern_across_leaves),
	TEST(every_pattern_of_long_runs),
	TEST(random_operations_agree_with_the_oracle),
	{}
};

const struct suite map_suite = { "map", tests };
