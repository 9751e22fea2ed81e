// SPDX-License-Identifier: GPL-2.0
/*
 * Do the numbers still add up after ten thousand operations?
 *
 * A model says how many pages are out; `used`, the bitmap and the sysfs counters must agree
 * with it, and at the end nothing may be lost. The seed is printed; a failing run is repeated
 * with CMA_TEST_SEED=.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "area.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define OPERATIONS	10000
#define OUTSTANDING_MAX	64	/* allocations of one thread */
#define THREADS_MAX	8

struct counters {
	long long success, fail, release;
};

static void read_counters(const struct area *area, struct counters *c)
{
	c->success = area_counter(area, "alloc_pages_success");
	c->fail = area_counter(area, "alloc_pages_fail");
	c->release = area_counter(area, "release_pages_success");
}

/* What one thread does to one area, and what it believes. */
struct player {
	pthread_t thread;
	const struct area *area;
	atomic_long *out;		/* pages of the area that are handed out */
	unsigned int seed;
	int operations;
	bool alone;			/* no other thread uses the area */
	long long asked, failed, released;
	int wrong_used;
	int needless_failures;		/* there was a free range that was large enough */
};

/* Mostly small, sometimes large: each power of two is as likely as the next. */
static unsigned long random_size(unsigned int *seed, unsigned long max)
{
	unsigned long order = rand_r(seed) % 12;
	unsigned long size = (1UL << order) + rand_r(seed) % (1UL << order);

	return size < max ? size : max;
}

static void take_some(struct player *p)
{
	unsigned long size = random_size(&p->seed, p->area->nr_pages);
	long maxchunk = p->alone ? area_maxchunk(p->area) : 0;

	p->asked += size;
	if (!area_alloc(p->area, size)) {
		atomic_fetch_add(p->out, size);
		return;
	}
	p->failed += size;
	p->needless_failures += p->alone && maxchunk >= (long)size;
}

/* Only what is known to be out is freed, so every page asked for is really given back. */
static void give_some(struct player *p)
{
	long out = atomic_load(p->out), size;

	do {
		if (!out)
			return;
		size = random_size(&p->seed, out);
	} while (!atomic_compare_exchange_weak(p->out, &out, out - size));
	area_free(p->area, size);
	p->released += size;
}

static void *play(void *arg)
{
	struct player *p = arg;
	int i;

	for (i = 0; i < p->operations; i++) {
		if (rand_r(&p->seed) % 2)
			take_some(p);
		else
			give_some(p);
		if (p->alone && i % 64 == 0)
			p->wrong_used += area_used(p->area) != atomic_load(p->out);
	}
	return NULL;
}

static unsigned int first_seed(void)
{
	const char *given = getenv("CMA_TEST_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : (unsigned int)time(NULL) ^ getpid();

	printf("# CMA_TEST_SEED=%u\n", seed);
	return seed;
}

FIXTURE(accounting) {
	struct area areas[AREAS_MAX];
	struct counters before[AREAS_MAX];
	atomic_long out[AREAS_MAX];
	struct player players[THREADS_MAX];
	int nr_areas, nr_players;
};

/* The areas that hand out nothing: nobody else meddles with their numbers. */
FIXTURE_SETUP(accounting)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	for (i = 0; i < nr; i++)
		if (!area_used(&areas[i]))
			self->areas[self->nr_areas++] = areas[i];
	ASSERT_GT(self->nr_areas, 0);
	for (i = 0; i < self->nr_areas; i++) {
		ASSERT_EQ(0, area_check_intact(&self->areas[i]));
		read_counters(&self->areas[i], &self->before[i]);
	}
}

FIXTURE_TEARDOWN(accounting)
{
	int i;

	for (i = 0; i < self->nr_areas; i++) {
		EXPECT_EQ(0, area_give_all(&self->areas[i]));
		EXPECT_EQ(0, area_check_intact(&self->areas[i]));
		EXPECT_EQ((long)self->areas[i].nr_pages, area_maxchunk(&self->areas[i]));
	}
}

static void add_player(struct player *p, const struct area *area, atomic_long *out,
		       unsigned int seed, bool alone)
{
	p->area = area;
	p->out = out;
	p->seed = seed;
	p->alone = alone;
}

/*
 * What the players did to @area must be what the counters gained, and the pages in use must be
 * what was given and not released. Return: how many of the numbers are wrong.
 */
static int compare(const struct area *area, const struct counters *before,
		   const struct player *players, int nr,
		   bool may_release_less)
{
	long long asked = 0, failed = 0, released = 0;
	struct counters now;
	int i, wrong = 0;

	read_counters(area, &now);
	now.success -= before->success;
	now.fail -= before->fail;
	now.release -= before->release;
	for (i = 0; i < nr; i++) {
		if (players[i].area != area)
			continue;
		asked += players[i].asked;
		failed += players[i].failed;
		released += players[i].released;
	}
	printf("# %s: asked %lld pages, counted %lld given + %lld refused; ", area->name, asked,
	       now.success, now.fail);
	printf("released %lld, counted %lld; used %ld\n", released, now.release, area_used(area));
	wrong += now.fail != failed;
	wrong += now.success != asked - failed;
	wrong += may_release_less ? now.release > released : now.release != released;
	wrong += area_used(area) != now.success - now.release;
	return wrong;
}

/* Return: 0, or the error of a thread that could not be had. */
static int play_all(struct player *players, int nr)
{
	int i, err = 0, started;

	for (started = 0; started < nr && !err; started++) {
		players[started].operations = OPERATIONS / nr;
		err = pthread_create(&players[started].thread, NULL, play, &players[started]);
	}
	for (i = 0; i < started - !!err; i++)
		pthread_join(players[i].thread, NULL);
	return err;
}

TEST_F(accounting, holds_after_random_operations_on_several_areas)
{
	unsigned char *claimed;
	unsigned int seed = first_seed();
	int i;

	if (self->nr_areas < 2)
		SKIP(return, "only one area in this boot");
	self->nr_players = self->nr_areas < THREADS_MAX ? self->nr_areas : THREADS_MAX;
	for (i = 0; i < self->nr_players; i++)
		add_player(&self->players[i], &self->areas[i], &self->out[i], seed + i, true);
	ASSERT_EQ(0, play_all(self->players, self->nr_players));

	for (i = 0; i < self->nr_players; i++) {
		struct player *p = &self->players[i];

		EXPECT_EQ(atomic_load(p->out), area_used(p->area));
		claimed = calloc(p->area->nr_pages, 1);
		EXPECT_EQ(atomic_load(p->out), area_bitmap(p->area, claimed));
		free(claimed);
		EXPECT_EQ(0, p->wrong_used);
		EXPECT_EQ(0, p->needless_failures)
			TH_LOG("%d requests failed although maxchunk said there was room",
			       p->needless_failures);
		EXPECT_EQ(0, compare(p->area, &self->before[i], self->players, self->nr_players,
				     false));
	}
	EXPECT_EQ(0, cma_free_error());
}

TEST_F(accounting, holds_after_random_operations_of_several_threads_on_one_area)
{
	unsigned int seed = first_seed();
	int i;

	self->nr_players = 4;
	for (i = 0; i < self->nr_players; i++)
		add_player(&self->players[i], &self->areas[0], &self->out[0], seed + i, false);
	ASSERT_EQ(0, play_all(self->players, self->nr_players));

	/*
	 * debugfs may give back less than it is asked while another thread has the entry in
	 * hand.
	 */
	EXPECT_EQ(0, compare(&self->areas[0], &self->before[0], self->players, self->nr_players,
			     true));
	EXPECT_EQ(0, cma_free_error());
}

TEST_F(accounting, counts_pages_and_events)
{
	const struct area *area = &self->areas[0];
	long long success, fail;
	struct counters c;

	success = vmstat("cma_alloc_success");
	fail = vmstat("cma_alloc_fail");
	ASSERT_EQ(0, area_alloc(area, 5));
	ASSERT_EQ(0, area_alloc(area, 7));
	read_counters(area, &c);
	EXPECT_EQ(12, c.success - self->before[0].success);
	EXPECT_EQ(0, c.fail - self->before[0].fail);
	EXPECT_EQ(0, c.release - self->before[0].release);
	EXPECT_EQ(2, vmstat("cma_alloc_success") - success);
	EXPECT_EQ(0, vmstat("cma_alloc_fail") - fail);

	ASSERT_EQ(0, area_free(area, 3));
	read_counters(area, &c);
	EXPECT_EQ(12, c.success - self->before[0].success);
	EXPECT_EQ(3, c.release - self->before[0].release);
	ASSERT_EQ(0, area_free(area, 9));
	read_counters(area, &c);
	EXPECT_EQ(12, c.release - self->before[0].release);
}

/* A request that cannot fit is a failed request like any other. */
TEST_F(accounting, counts_a_request_larger_than_the_area_as_failed)
{
	const struct area *area = &self->areas[0];
	unsigned long nr = area->nr_pages + 1;
	long long fail = vmstat("cma_alloc_fail");
	struct counters c;

	ASSERT_NE(0, area_alloc(area, nr));
	read_counters(area, &c);
	EXPECT_EQ((long long)nr, c.fail - self->before[0].fail);
	EXPECT_EQ(0, c.success - self->before[0].success);
	EXPECT_EQ(1, vmstat("cma_alloc_fail") - fail);
}

TEST_HARNESS_MAIN
