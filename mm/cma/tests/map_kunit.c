// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the map of an area in a running kernel: with its own bitmaps, words
 * and allocator. The same map goes through millions of operations on the host,
 * see tools/testing/cma; here are the rules one by one, and a random walk that
 * is short enough for an emulated machine.
 *
 * The walk prints its seed. map_kunit.seed=<n> on the command line repeats it.
 */

#include <kunit/test.h>
#include <linux/math.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/types.h>

#include "../map.h"
#include "map_oracle.h"

static uint seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "seed of the random tests; 0: a new one each time");

/* Any place with a large alignment. */
#define BASE_PFN	0x80000UL

struct map_test {
	struct cma_map map;
	struct oracle oracle;
	struct rnd_state random;
};

static int map_test_init(struct kunit *test)
{
	struct map_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	test->priv = t;
	return 0;
}

static void map_test_exit(struct kunit *test)
{
	struct map_test *t = test->priv;

	if (t)
		cma_map_destroy(&t->map);
}

/* A new map in place of the one that was there. */
static struct cma_map *new_map(struct kunit *test, unsigned long base_pfn,
			       unsigned long nr_pages,
			       unsigned int order_per_bit)
{
	struct map_test *t = test->priv;

	cma_map_destroy(&t->map);
	KUNIT_ASSERT_EQ(test, 0, cma_map_init(&t->map, base_pfn, nr_pages,
					      order_per_bit));
	return &t->map;
}

static void hold(struct cma_map *map, unsigned long offset,
		 unsigned long nr_pages)
{
	cma_map_claim(map, offset, nr_pages);
	cma_map_settle(map, offset, nr_pages);
}

static void one_allocation_goes_round_its_states(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 1024, 0);

	KUNIT_EXPECT_EQ(test, cma_map_find(map, 16, 4, CMA_MAP_LOW), 0UL);

	cma_map_claim(map, 0, 16);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 16UL);
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 16, 4, CMA_MAP_LOW), 16UL);
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 0, 16));

	cma_map_settle(map, 0, 16);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 16UL);
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 16UL);

	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 0, 16));
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 16UL);
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 16, 4, CMA_MAP_LOW), 16UL);

	cma_map_vacate(map, 0, 16);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 16, 4, CMA_MAP_LOW), 0UL);
}

static void pages_that_could_not_be_taken_are_free_again(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 256, 0);

	cma_map_claim(map, 30, 100);
	cma_map_vacate(map, 30, 100);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 256, 8, CMA_MAP_LOW), 0UL);
}

static void release_changes_all_or_nothing(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 256, 0);

	hold(map, 60, 10);
	hold(map, 70, 5);
	cma_map_claim(map, 75, 5);

	/* A part of a claim, then what overlaps it. */
	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 63, 2));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 63, 2));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 60, 10));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 60, 4));
	/* Never held; in transit only; outside; nothing. */
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 59, 2));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 74, 2));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 256, 1));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 60, ~0UL));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, ~0UL, 2));
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(map, 60, 0));
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 13UL);

	/* Parts of two claims at once. */
	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 65, 10));
	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 60, 3));
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 20UL);
}

static void alignment_is_that_of_the_physical_address(struct kunit *test)
{
	struct cma_map *map = new_map(test, 0x12200, 2048, 0);

	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 9, CMA_MAP_LOW), 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 10, CMA_MAP_LOW), 0x200UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 10, CMA_MAP_HIGH), 0x600UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 0x600, 10, CMA_MAP_LOW), 0x200UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 0x601, 10, CMA_MAP_LOW), CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 2048, 9, CMA_MAP_LOW), 0UL);
}

static void a_claim_that_is_tried_takes_all_or_nothing(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 64, 2);
	unsigned long end;

	hold(map, 17, 1);
	/* The granule of the last page is in use: all of it counts. */
	KUNIT_EXPECT_FALSE(test, cma_map_try_claim(map, 8, 9));
	KUNIT_EXPECT_FALSE(test, cma_map_try_claim(map, 16, 1));
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 1UL);
	KUNIT_EXPECT_TRUE(test, cma_map_try_claim(map, 8, 7));
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 8UL);

	KUNIT_EXPECT_EQ(test, cma_map_next_gap(map, 0, ULONG_MAX, &end), 0UL);
	KUNIT_EXPECT_EQ(test, end, 8UL);
	KUNIT_EXPECT_EQ(test, cma_map_next_gap(map, 5, ULONG_MAX, &end), 20UL);
	KUNIT_EXPECT_EQ(test, end, 64UL);
	KUNIT_EXPECT_EQ(test, cma_map_next_gap(map, 61, ULONG_MAX, &end), CMA_MAP_NONE);
}

static void only_candidates_know_of_granules(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 64, 2);

	hold(map, 0, 5);
	KUNIT_EXPECT_EQ(test, map->busy.nr_pages, 5UL);
	KUNIT_EXPECT_EQ(test, cma_map_used(map), 8UL);
	KUNIT_EXPECT_EQ(test, cma_map_max_free(map), 56UL);
	KUNIT_EXPECT_EQ(test, cma_map_nr_bits(map), 16UL);

	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 0, CMA_MAP_LOW), 8UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 0, CMA_MAP_HIGH), 60UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 5, 0, CMA_MAP_HIGH), 56UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 53, 0, CMA_MAP_LOW), 8UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 57, 0, CMA_MAP_LOW), CMA_MAP_NONE);

	/* A granule is in use as long as one page of it is. */
	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 1, 3));
	cma_map_vacate(map, 1, 3);
	KUNIT_EXPECT_EQ(test, cma_map_used(map), 8UL);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, 0, CMA_MAP_LOW), 8UL);
}

static void the_picture_shows_granules_in_use(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 70 * 4, 2);
	u32 bits[3] = { 0xa5a5a5a5, 0xa5a5a5a5, 0xa5a5a5a5 };

	hold(map, 3, 2);		/* the end of one, the start of one */
	hold(map, 127, 1);		/* the last of the first word */
	cma_map_claim(map, 69 * 4, 1);	/* the last of all */
	cma_map_fill_bits(map, bits);
	KUNIT_EXPECT_EQ(test, bits[0], BIT(0) | BIT(1) | BIT(31));
	KUNIT_EXPECT_EQ(test, bits[1], 0);
	KUNIT_EXPECT_EQ(test, bits[2], BIT(5));
	KUNIT_EXPECT_EQ(test, cma_map_used(map), 16UL);
	KUNIT_EXPECT_EQ(test, cma_map_max_free(map), 37 * 4UL);
}

static void waiting_helps_where_peers_are_in_the_way(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 128, 0);

	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 1, 0));

	cma_map_claim(map, 0, 128);
	KUNIT_EXPECT_TRUE(test, cma_map_worth_waiting(map, 1, 0));
	KUNIT_EXPECT_TRUE(test, cma_map_worth_waiting(map, 128, 7));
	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 129, 0));
	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 0, 0));

	cma_map_settle(map, 100, 1);
	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 128, 7));
	KUNIT_EXPECT_TRUE(test, cma_map_worth_waiting(map, 100, 0));

	cma_map_vacate(map, 0, 1);
	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 1, 0));
	KUNIT_EXPECT_TRUE(test, cma_map_worth_waiting(map, 2, 0));

	cma_map_settle(map, 1, 99);
	cma_map_settle(map, 101, 27);
	KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 2, 0));
}

static void impossible_areas_are_refused(struct kunit *test)
{
	struct cma_map map;

	KUNIT_EXPECT_EQ(test, cma_map_init(&map, 0, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_init(&map, 0, ~0UL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_init(&map, 0, CMA_MAP_MAX_PAGES + 1, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_init(&map, ~0UL - 7, 16, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_init(&map, 0, 1023, 10), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_map_init(&map, 0, 1024, BITS_PER_LONG),
			-EINVAL);

	/* What is left of it is a map without pages. */
	KUNIT_EXPECT_EQ(test, cma_map_find(&map, 1, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	KUNIT_EXPECT_FALSE(test, cma_map_unclaim(&map, 0, 1));
	KUNIT_EXPECT_EQ(test, cma_map_used(&map), 0UL);
	KUNIT_EXPECT_EQ(test, cma_map_max_free(&map), 0UL);
	cma_map_destroy(&map);
}

static void senseless_arguments_find_nothing(struct kunit *test)
{
	struct cma_map *map = new_map(test, BASE_PFN, 256, 0);
	static const unsigned int orders[] = {
		20, 31, 32, 63, 64, 65, 1U << 31, ~0U,
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, cma_map_find(map, 0, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 257, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, ~0UL, 0, CMA_MAP_HIGH),
			CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, ~0UL, ~0U, CMA_MAP_LOW),
			CMA_MAP_NONE);
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, orders[i],
						   CMA_MAP_LOW), CMA_MAP_NONE);
		KUNIT_EXPECT_EQ(test, cma_map_find(map, 1, orders[i],
						   CMA_MAP_HIGH), CMA_MAP_NONE);
		KUNIT_EXPECT_FALSE(test, cma_map_worth_waiting(map, 1,
							       orders[i]));
	}
}

/* Two bits for each page of 192 GiB are more than kmalloc() has. */
static void a_very_large_area_has_a_map(struct kunit *test)
{
	const unsigned long nr_pages = 48UL << 20;
	struct cma_map *map = new_map(test, BASE_PFN, nr_pages, 0);

	hold(map, 0, nr_pages - 3);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 3, 0, CMA_MAP_LOW), nr_pages - 3);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 2, 1, CMA_MAP_LOW), nr_pages - 2);
	KUNIT_EXPECT_EQ(test, cma_map_find(map, 4, 0, CMA_MAP_LOW), CMA_MAP_NONE);
	KUNIT_EXPECT_EQ(test, cma_map_max_free(map), 3UL);
	KUNIT_EXPECT_TRUE(test, cma_map_unclaim(map, 0, nr_pages - 3));
	KUNIT_EXPECT_EQ(test, map->held.nr_pages, 0UL);
}

static u32 below(struct map_test *t, u32 limit)
{
	return prandom_u32_state(&t->random) % limit;
}

static bool agrees(struct map_test *t)
{
	unsigned long longest;

	return t->map.held.nr_pages == t->oracle.count[HELD] &&
	       t->map.busy.nr_pages == t->oracle.count[HELD] +
				 t->oracle.count[TRANSIT] &&
	       cma_map_used(&t->map) == oracle_used(&t->oracle, &longest) &&
	       cma_map_max_free(&t->map) == longest;
}

/* Ask for pages, and take them if there are any. */
static void walk_request(struct kunit *test, unsigned long nr_pages)
{
	struct map_test *t = test->priv;
	unsigned int align_order = below(t, 9);
	enum cma_map_end end = below(t, 2) ? CMA_MAP_HIGH : CMA_MAP_LOW;
	unsigned long lowest, found;

	lowest = oracle_find(&t->oracle, nr_pages, align_order, false);
	found = cma_map_find(&t->map, nr_pages, align_order, end);
	if (end == CMA_MAP_LOW || lowest == CMA_MAP_NONE)
		KUNIT_ASSERT_EQ(test, found, lowest);
	else
		KUNIT_ASSERT_TRUE(test, oracle_fits(&t->oracle, found, nr_pages,
						    align_order, false));
	KUNIT_ASSERT_EQ(test, cma_map_worth_waiting(&t->map, nr_pages,
						    align_order),
			oracle_worth_waiting(&t->oracle, nr_pages,
					     align_order));
	if (found == CMA_MAP_NONE)
		return;

	cma_map_claim(&t->map, found, nr_pages);
	oracle_set(&t->oracle, found, nr_pages, TRANSIT);
	if (below(t, 4)) {
		cma_map_settle(&t->map, found, nr_pages);
		oracle_set(&t->oracle, found, nr_pages, HELD);
	}
}

/* Go for a range, whatever it holds. */
static void walk_try(struct kunit *test, unsigned long nr_pages)
{
	struct map_test *t = test->priv;
	unsigned long offset = round_down(below(t, t->oracle.nr_pages),
					  1UL << t->oracle.order_per_bit);
	unsigned long expected_end = 0, end = 0;
	bool fits;

	KUNIT_ASSERT_EQ(test, cma_map_next_gap(&t->map, offset, ULONG_MAX, &end),
			oracle_next_gap(&t->oracle, offset, &expected_end));
	KUNIT_ASSERT_EQ(test, end, expected_end);

	if (nr_pages > t->oracle.nr_pages - offset)
		return;
	fits = oracle_fits(&t->oracle, offset, nr_pages, 0, false);
	KUNIT_ASSERT_EQ(test, cma_map_try_claim(&t->map, offset, nr_pages),
			fits);
	if (fits)
		oracle_set(&t->oracle, offset, nr_pages, TRANSIT);
}

static void walk_release(struct kunit *test, unsigned long nr_pages)
{
	struct map_test *t = test->priv;
	unsigned long offset = below(t, t->oracle.nr_pages);
	bool held = oracle_all(&t->oracle, offset, nr_pages, HELD);

	KUNIT_ASSERT_EQ(test, cma_map_unclaim(&t->map, offset, nr_pages), held);
	if (held)
		oracle_set(&t->oracle, offset, nr_pages, TRANSIT);
}

static void walk_vacate(struct kunit *test, unsigned long nr_pages)
{
	struct map_test *t = test->priv;
	unsigned long offset = below(t, t->oracle.nr_pages);

	if (!oracle_all(&t->oracle, offset, nr_pages, TRANSIT))
		return;
	cma_map_vacate(&t->map, offset, nr_pages);
	oracle_set(&t->oracle, offset, nr_pages, FREE);
}

static void walk_area(struct kunit *test, unsigned int steps)
{
	struct map_test *t = test->priv;
	unsigned int order = below(t, 4);
	unsigned long nr_pages = (1 + below(t, 3000 >> order)) << order;
	unsigned long wanted;

	t->oracle = (struct oracle) {
		.pages = kunit_kzalloc(test, nr_pages, GFP_KERNEL),
		.count[FREE] = nr_pages,
		.base_pfn = below(t, 1 << 20) << order,
		.nr_pages = nr_pages,
		.order_per_bit = order,
	};
	KUNIT_ASSERT_NOT_NULL(test, t->oracle.pages);
	new_map(test, t->oracle.base_pfn, nr_pages, order);

	while (steps--) {
		wanted = 1 + below(t, 1 << below(t, 8));
		switch (below(t, 8)) {
		case 0 ... 2:
			walk_request(test, wanted);
			break;
		case 3:
			walk_try(test, wanted);
			break;
		case 4 ... 5:
			walk_release(test, below(t, 8) ? 1 : wanted);
			break;
		default:
			walk_vacate(test, below(t, 8) ? 1 : wanted);
		}
		KUNIT_ASSERT_TRUE(test, agrees(t));
	}
}

static void a_random_walk_agrees_with_the_oracle(struct kunit *test)
{
	struct map_test *t = test->priv;
	u32 this_seed = seed ?: get_random_u32();
	unsigned int area;

	kunit_info(test, "to repeat: map_kunit.seed=%u\n", this_seed);
	prandom_seed_state(&t->random, this_seed);
	for (area = 0; area < 20; area++)
		walk_area(test, 500);
}

static struct kunit_case map_test_cases[] = {
	KUNIT_CASE(one_allocation_goes_round_its_states),
	KUNIT_CASE(pages_that_could_not_be_taken_are_free_again),
	KUNIT_CASE(release_changes_all_or_nothing),
	KUNIT_CASE(alignment_is_that_of_the_physical_address),
	KUNIT_CASE(a_claim_that_is_tried_takes_all_or_nothing),
	KUNIT_CASE(only_candidates_know_of_granules),
	KUNIT_CASE(the_picture_shows_granules_in_use),
	KUNIT_CASE(waiting_helps_where_peers_are_in_the_way),
	KUNIT_CASE(impossible_areas_are_refused),
	KUNIT_CASE(senseless_arguments_find_nothing),
	KUNIT_CASE(a_very_large_area_has_a_map),
	KUNIT_CASE_SLOW(a_random_walk_agrees_with_the_oracle),
	{}
};

static struct kunit_suite map_test_suite = {
	.name = "cma_map",
	.init = map_test_init,
	.exit = map_test_exit,
	.test_cases = map_test_cases,
};

kunit_test_suite(map_test_suite);
