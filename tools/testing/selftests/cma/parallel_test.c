// SPDX-License-Identifier: GPL-2.0
/*
 * Do requests that run side by side keep out of each other's way, and does one wait for another
 * only where it must?
 *
 * What is checked is what must hold in every order of events: content, counts, success of
 * whatever has room. No test looks at a clock.
 *
 * Boot with several.dtso, cma=64M, mem=512M and disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "area.h"
#include "heap.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "stall.h"
#include "tenant.h"
#include "test.h"

#define SLACK_PAGES	(12 * MIB_PAGES)	/* for page tables, slab and metadata */
#define LEFT_PAGES	(4 * MIB_PAGES)		/* of the areas, when they are full of tenants */
#define BLOCK_PAGES	512UL
#define QUARTER_PAGES	256UL			/* the heap aligns no buffer to more */
#define THREADS		32

/* All areas are full of anonymous base pages, and there is room outside. */
struct lodgers {
	struct hog hog;
	struct tenant_kind kind;
	struct tenants tenants;
};

/* Return: how many of them live in @area, or -errno. */
static long lodgers_settle(struct lodgers *lodgers, const struct area *area)
{
	long in_area;
	int err = hog_outside_areas(&lodgers->hog, SLACK_PAGES);

	if (err)
		return err;
	lodgers->kind = tenant_anonymous;
	lodgers->kind.nr_pages = meminfo_pages("CmaFree") - LEFT_PAGES;
	err = tenants_settle(&lodgers->tenants, &lodgers->kind);
	in_area = err ?: tenants_find(&lodgers->tenants, area);
	hog_release(&lodgers->hog);
	return in_area;
}

/*
 * Content, checked after they left the areas for the requests and whenever they are looked at.
 * Without lodgers there is none to lose.
 */
static long lodgers_wrong(struct lodgers *lodgers)
{
	return lodgers->tenants.kind ? tenants_wrong(&lodgers->tenants) : 0;
}

static void lodgers_leave(struct lodgers *lodgers)
{
	hog_release(&lodgers->hog);
	tenants_leave(&lodgers->tenants);
}

/*
 * A crowd of threads in the default area. Each holds a few buffers at a time, replaces one of
 * them each round, and looks at its content before it goes.
 */
#define CROWD_ROUNDS	24
#define CROWD_HOLDS	3
#define CROWD_PAGES	64	/* a buffer's, at most: all of them are 3/8 of 64 MiB */

struct crowd {
	const struct heap *heap;
	pthread_barrier_t barrier;
};

struct member {
	struct crowd *crowd;
	pthread_t thread;
	uint64_t random;
	struct buffer held[CROWD_HOLDS];
	size_t taken, holds, wrong;	/* pages */
	unsigned int nr_failures;
};

static void replace(struct member *m, struct buffer *buffer)
{
	size_t nr_pages = 1 + random_below(&m->random, CROWD_PAGES);

	if (buffer_held(buffer)) {
		m->wrong += buffer_wrong(buffer);
		buffer_give(buffer);
	}
	if (buffer_take_filled(buffer, m->crowd->heap, nr_pages, m->random))
		m->nr_failures++;
	else
		m->taken += nr_pages;
}

static void *member_runs(void *arg)
{
	struct member *m = arg;
	int i;

	pthread_barrier_wait(&m->crowd->barrier);
	for (i = 0; i < CROWD_HOLDS; i++)
		replace(m, &m->held[i]);
	for (i = 0; i < CROWD_ROUNDS; i++)
		replace(m, &m->held[random_below(&m->random, CROWD_HOLDS)]);
	for (i = 0; i < CROWD_HOLDS; i++)
		m->holds += m->held[i].nr_pages;

	/* Everybody holds something, and nobody is at work: the map is looked at. */
	pthread_barrier_wait(&m->crowd->barrier);
	pthread_barrier_wait(&m->crowd->barrier);
	for (i = 0; i < CROWD_HOLDS; i++) {
		if (!buffer_held(&m->held[i]))
			continue;
		m->wrong += buffer_wrong(&m->held[i]);
		buffer_give(&m->held[i]);
	}
	return NULL;
}

static int crowd_start(struct crowd *crowd, struct member *members, const struct heap *heap)
{
	int i;

	crowd->heap = heap;
	pthread_barrier_init(&crowd->barrier, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++) {
		members[i] = (struct member){ .crowd = crowd, .random = i + 1 };
		if (pthread_create(&members[i].thread, NULL, member_runs, &members[i]))
			return -EAGAIN;
	}
	pthread_barrier_wait(&crowd->barrier);
	return 0;
}

/* Frames that are claimed, and on a free list all the same. Return: -1 if they cannot be read. */
static long claimed_and_free(const struct area *area, const unsigned char *claimed)
{
	uint64_t *flags = calloc(area->nr_pages, sizeof(*flags));
	unsigned long page;
	long nr = 0;

	if (!flags || frames_flags(area->base_pfn, area->base_pfn + area->nr_pages, flags))
		nr = -1;
	for (page = 0; nr >= 0 && page < area->nr_pages; page++)
		nr += claimed[page] && (flags[page] & KPF(BUDDY));
	free(flags);
	return nr;
}

FIXTURE(crowd) {
	struct heap heap;
	struct lodgers lodgers;
	unsigned char *claimed;
	long nr_free;			/* pages without a tenant */
	struct crowd crowd;
	struct member members[THREADS];
};

FIXTURE_VARIANT(crowd) {
	bool lodgers;
};

FIXTURE_VARIANT_ADD(crowd, in_an_idle_area) { .lodgers = false };
FIXTURE_VARIANT_ADD(crowd, among_tenants) { .lodgers = true };

FIXTURE_SETUP(crowd)
{
	struct rlimit many = { 4096, 4096 };

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	give_all();
	ASSERT_EQ(0, heap_open(&self->heap));
	ASSERT_EQ(0, heap_check_intact(&self->heap));
	self->claimed = calloc(self->heap.area.nr_pages, 1);
	ASSERT_NE(NULL, self->claimed);
	if (variant->lodgers) {
		long in_area = lodgers_settle(&self->lodgers, &self->heap.area);

		ASSERT_GE(in_area, (long)self->heap.area.nr_pages / 2)
			TH_LOG("only %ld tenants live in the area", in_area);
		self->nr_free = self->heap.area.nr_pages - self->heap.used - in_area;
	}
}

FIXTURE_TEARDOWN(crowd)
{
	EXPECT_EQ(0, lodgers_wrong(&self->lodgers));
	EXPECT_EQ(0, heap_check_intact(&self->heap));
	EXPECT_EQ(0, lodgers_wrong(&self->lodgers));
	lodgers_leave(&self->lodgers);
	heap_close(&self->heap);
	free(self->claimed);
}

TEST_F(crowd, finds_no_other_in_its_buffers_and_always_room)
{
	const struct area *area = &self->heap.area;
	long long success = area_counter(area, "alloc_pages_success");
	long long fail = area_counter(area, "alloc_pages_fail");
	long long released = area_counter(area, "release_pages_success");
	long long migrated = vmstat("pgmigrate_success");
	size_t taken = 0, holds = 0;
	int i;

	ASSERT_EQ(0, crowd_start(&self->crowd, self->members, &self->heap));
	pthread_barrier_wait(&self->crowd.barrier);
	for (i = 0; i < THREADS; i++) {
		taken += self->members[i].taken;
		holds += self->members[i].holds;
	}
	/* Were a page handed out twice, the map would hold less. */
	EXPECT_EQ(self->heap.used + (long)holds, area_bitmap(area, self->claimed));
	EXPECT_EQ(self->heap.used + (long)holds, area_used(area));
	EXPECT_EQ(0, claimed_and_free(area, self->claimed));
	pthread_barrier_wait(&self->crowd.barrier);

	for (i = 0; i < THREADS; i++) {
		pthread_join(self->members[i].thread, NULL);
		EXPECT_EQ(0, self->members[i].wrong)
			TH_LOG("thread %d: what it wrote is gone", i);
		EXPECT_EQ(0, self->members[i].nr_failures)
			TH_LOG("thread %d: no room, with 5/8 of the area free", i);
	}
	printf("# %zu pages taken, %zu of them held at the end; %lld migrations\n", taken, holds,
	       vmstat("pgmigrate_success") - migrated);
	EXPECT_EQ(self->heap.used, area_used(area));
	EXPECT_EQ(success + (long long)taken, area_counter(area, "alloc_pages_success"));
	EXPECT_EQ(released + (long long)taken, area_counter(area, "release_pages_success"));
	EXPECT_EQ(fail, area_counter(area, "alloc_pages_fail"));
	/* Where they settled is not the test's choice: there may be room beside them. */
	if (variant->lodgers && (long)holds > self->nr_free)
		EXPECT_LT(migrated, vmstat("pgmigrate_success"))
			TH_LOG("no tenant was in the way, with %ld pages free", self->nr_free);
}

/*
 * Many small buffers lie side by side; every second one goes while new ones come into the same
 * pageblocks.
 */
#define SMALL_BUFFERS	512
#define SMALL_PAGES	4
#define SMALL_ROUNDS	4
#define SMALL_THREADS	8	/* to release, and as many to allocate */

struct shift {
	pthread_t thread;
	const struct heap *heap;
	struct buffer *buffers;
	pthread_barrier_t *barrier;
	int first, step;
	uint64_t random;
	unsigned int nr_failures;
	size_t wrong;
};

static void *shift_gives(void *arg)
{
	struct shift *s = arg;
	int i;

	pthread_barrier_wait(s->barrier);
	for (i = s->first; i < SMALL_BUFFERS; i += s->step) {
		s->wrong += buffer_wrong(&s->buffers[i]);
		buffer_give(&s->buffers[i]);
	}
	return NULL;
}

static void *shift_takes(void *arg)
{
	struct shift *s = arg;
	int i;

	pthread_barrier_wait(s->barrier);
	for (i = s->first; i < SMALL_BUFFERS; i += s->step)
		if (buffer_take_filled(&s->buffers[i], s->heap,
				       1 + random_below(&s->random, SMALL_PAGES), s->random))
			s->nr_failures++;
	return NULL;
}

/*
 * Every second of @old goes, beginning with @odd, and as many come at the same places of @new.
 * Return: the number of requests that failed and of pages whose content was lost.
 */
static size_t change_half(const struct heap *heap, struct buffer *old, struct buffer *new, int odd)
{
	struct shift shifts[2 * SMALL_THREADS];
	pthread_barrier_t barrier;
	size_t bad = 0;
	int i;

	pthread_barrier_init(&barrier, NULL, 2 * SMALL_THREADS);
	for (i = 0; i < 2 * SMALL_THREADS; i++) {
		bool takes = i % 2;

		shifts[i] = (struct shift){
			.heap = heap, .barrier = &barrier, .buffers = takes ? new : old,
			.first = odd + i / 2 * 2, .step = 2 * SMALL_THREADS, .random = 77 + i,
		};
		if (pthread_create(&shifts[i].thread, NULL, takes ? shift_takes : shift_gives,
				   &shifts[i]))
			return SIZE_MAX;
	}
	for (i = 0; i < 2 * SMALL_THREADS; i++) {
		pthread_join(shifts[i].thread, NULL);
		bad += shifts[i].nr_failures + shifts[i].wrong;
	}
	pthread_barrier_destroy(&barrier);
	return bad;
}

TEST_F(crowd, takes_and_gives_back_in_the_same_pageblock)
{
	struct buffer *sets[2];
	uint64_t random = 5;
	size_t wrong = 0;
	int i, round;

	for (i = 0; i < 2; i++) {
		sets[i] = calloc(SMALL_BUFFERS, sizeof(*sets[i]));
		ASSERT_NE(NULL, sets[i]);
	}
	for (i = 0; i < SMALL_BUFFERS; i++)
		ASSERT_EQ(0, buffer_take_filled(&sets[0][i], &self->heap,
						1 + random_below(&random, SMALL_PAGES), random));
	for (round = 0; round < SMALL_ROUNDS; round++) {
		long holds = 0;

		/* Half of them are in the one set then, half in the other. */
		EXPECT_EQ(0, change_half(&self->heap, sets[round / 2 % 2],
					 sets[!(round / 2 % 2)], round % 2));
		for (i = 0; i < SMALL_BUFFERS; i++) {
			struct buffer *one = &sets[0][i], *other = &sets[1][i];

			EXPECT_NE(buffer_held(one), buffer_held(other));
			wrong += buffer_wrong(buffer_held(one) ? one : other);
			holds += one->nr_pages + other->nr_pages;
		}
		EXPECT_EQ(self->heap.used + holds, area_bitmap(&self->heap.area, self->claimed));
		EXPECT_EQ(0, claimed_and_free(&self->heap.area, self->claimed));
	}
	EXPECT_EQ(0, wrong)
		TH_LOG("content lost");
	for (i = 0; i < SMALL_BUFFERS; i++) {
		buffer_give(&sets[0][i]);
		buffer_give(&sets[1][i]);
	}
	EXPECT_EQ(self->heap.used, area_used(&self->heap.area));
	free(sets[0]);
	free(sets[1]);
}

/*
 * Two areas at once: the crowd in the default area, and more threads in another, by debugfs.
 * There nobody knows whose pages go back, so only the sums count.
 */
#define OTHER_THREADS	8
#define OTHER_ROUNDS	60

struct other {
	pthread_t thread;
	const struct area *area;
	uint64_t random;
	size_t taken;
	unsigned int nr_failures;
};

static void *other_runs(void *arg)
{
	struct other *o = arg;
	int i;

	for (i = 0; i < OTHER_ROUNDS; i++) {
		size_t nr_pages = 1 + random_below(&o->random, 700);

		if (area_alloc(o->area, nr_pages)) {
			o->nr_failures++;
			continue;
		}
		o->taken += nr_pages;
		area_free(o->area, nr_pages);
	}
	return NULL;
}

TEST_F(crowd, does_not_mind_a_crowd_in_another_area)
{
	struct other others[OTHER_THREADS];
	long long success, released;
	struct area area;
	size_t taken = 0;
	int i;

	ASSERT_EQ(0, area_pick(&area));
	ASSERT_NE(self->heap.area.base_pfn, area.base_pfn);
	success = area_counter(&area, "alloc_pages_success");
	released = area_counter(&area, "release_pages_success");
	ASSERT_EQ(0, crowd_start(&self->crowd, self->members, &self->heap));
	for (i = 0; i < OTHER_THREADS; i++) {
		others[i] = (struct other){ .area = &area, .random = 99 + i };
		ASSERT_EQ(0, pthread_create(&others[i].thread, NULL, other_runs, &others[i]));
	}
	pthread_barrier_wait(&self->crowd.barrier);
	pthread_barrier_wait(&self->crowd.barrier);
	for (i = 0; i < OTHER_THREADS; i++) {
		pthread_join(others[i].thread, NULL);
		taken += others[i].taken;
		EXPECT_EQ(0, others[i].nr_failures);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(self->members[i].thread, NULL);
		EXPECT_EQ(0, self->members[i].wrong);
		EXPECT_EQ(0, self->members[i].nr_failures);
	}
	EXPECT_EQ(0, area_used(&area));
	EXPECT_EQ(success + (long long)taken, area_counter(&area, "alloc_pages_success"));
	EXPECT_EQ(released + (long long)taken, area_counter(&area, "release_pages_success"));
	EXPECT_EQ(0, lodgers_wrong(&self->lodgers));
	EXPECT_EQ(0, area_check_intact(&area));
}

/*
 * Requests that need the same pageblock isolated. All of the area is held, but for pieces that
 * are as large as the requests and share pageblocks:
 *
 *	|  block 0  |  block 1  |  block 2  |
 *	|    piece 0    x     piece 1       |	x: the page that keeps them apart
 *
 * So each request has exactly one place once the other has got its own. Tenants fill the
 * pieces each round, so that none is free without isolation.
 */
#define PIECES_MAX	3
#define NEIGHBOUR_ROUNDS	20
#define HOLDERS_MAX	64

struct tile {
	struct buffer buffer;
	unsigned long first;	/* page of the area; a multiple of QUARTER_PAGES */
};

FIXTURE(neighbours) {
	struct heap heap;
	struct area areas[AREAS_MAX];
	int nr_areas;
	struct tile tiles[HOLDERS_MAX];
	int nr_tiles;
	unsigned long start;			/* of the first piece's pageblock */
	struct buffer fences[PIECES_MAX];	/* a page each */
	struct hog hog;
	struct tenants tenants;			/* as many as there is memory for */
	unsigned char *kept, *before, *after;
};

FIXTURE_VARIANT(neighbours) {
	int nr_pieces;
	unsigned long first[PIECES_MAX];	/* page, from the first pageblock on */
	unsigned long nr_pages;			/* of each, without its fence */
};

/* Piece and a half: two requests share the block in the middle. */
FIXTURE_VARIANT_ADD(neighbours, share_one_pageblock) {
	.nr_pieces = 2, .first = { 0, 768 }, .nr_pages = 767
};

/* Each shares a block with the next: three requests in a chain. */
FIXTURE_VARIANT_ADD(neighbours, share_one_with_each_side) {
	.nr_pieces = 3, .first = { 256, 768, 1280 }, .nr_pages = 511
};

static struct tile *tile_at(struct tile *tiles, int nr_tiles, unsigned long first)
{
	int i;

	for (i = 0; i < nr_tiles; i++)
		if (buffer_held(&tiles[i].buffer) && tiles[i].first == first)
			return &tiles[i];
	return NULL;
}

/* The first of @nr_blocks pageblocks in a row that tiles hold whole, or the area's end. */
static unsigned long tiled_blocks(struct tile *tiles, int nr_tiles, const struct area *area,
				  unsigned int nr_blocks)
{
	unsigned long page, whole = 0;

	for (page = 0; page < area->nr_pages; page += BLOCK_PAGES) {
		if (!tile_at(tiles, nr_tiles, page) ||
		    !tile_at(tiles, nr_tiles, page + QUARTER_PAGES))
			whole = 0;
		else if (++whole == nr_blocks)
			return page + BLOCK_PAGES - nr_blocks * BLOCK_PAGES;
	}
	return area->nr_pages;
}

/* Return: the number of frames in [@first, @end) of the area that are on no free list. */
static long occupied(const struct area *area, unsigned long first, unsigned long end)
{
	return frames_count(area->base_pfn + first, area->base_pfn + end, KPF(BUDDY), 0);
}

FIXTURE_SETUP(neighbours)
{
	const struct area *area = &self->heap.area;
	struct buffer ends[PIECES_MAX];
	unsigned long page, len;
	int i;

	give_all();
	ASSERT_EQ(0, heap_open(&self->heap));
	ASSERT_EQ(0, heap_check_intact(&self->heap));
	self->before = calloc(area->nr_pages, 1);
	self->after = calloc(area->nr_pages, 1);

	/* Hold everything, and know which tile lies where. */
	for (i = 0; i < HOLDERS_MAX; i++) {
		struct tile *tile = &self->tiles[i];

		ASSERT_NE(-1, area_bitmap(area, self->before));
		if (buffer_take(&tile->buffer, &self->heap, QUARTER_PAGES))
			break;
		ASSERT_NE(-1, area_bitmap(area, self->after));
		ASSERT_TRUE(bitmap_new_run(self->before, self->after, area->nr_pages, &tile->first,
					   &len));
	}
	self->nr_tiles = i;
	ASSERT_EQ(0, heap_take_rest(&self->heap));
	self->start = tiled_blocks(self->tiles, i, area, 4);
	ASSERT_LT(self->start, area->nr_pages);

	/* The quarter that ends a piece is taken anew: its last page is the fence. */
	for (i = 0; i < variant->nr_pieces; i++) {
		page = self->start + variant->first[i] + variant->nr_pages + 1 - QUARTER_PAGES;
		buffer_give(&tile_at(self->tiles, self->nr_tiles, page)->buffer);
		ASSERT_EQ(0, buffer_take(&ends[i], &self->heap, QUARTER_PAGES - 1));
		ASSERT_EQ(0, buffer_take(&self->fences[i], &self->heap, 1));
	}
	for (i = 0; i < variant->nr_pieces; i++) {
		unsigned long fence = self->start + variant->first[i] + variant->nr_pages;

		buffer_give(&ends[i]);
		for (page = self->start + variant->first[i]; page < fence + 1 - QUARTER_PAGES;
		     page += QUARTER_PAGES)
			buffer_give(&tile_at(self->tiles, self->nr_tiles, page)->buffer);
		ASSERT_NE(-1, area_bitmap(area, self->after));
		ASSERT_TRUE(self->after[fence]);
		ASSERT_FALSE(self->after[fence - 1]);
	}
	ASSERT_EQ((long)variant->nr_pages, area_maxchunk(area));

	/* What a CPU keeps for itself can be more than all pieces together. */
	ASSERT_EQ(0, file_write("/proc/sys/vm/percpu_pagelist_high_fraction", "100000"));

	/* The tenants shall have no other area to go to. */
	self->nr_areas = area_list(self->areas);
	for (i = 0; i < self->nr_areas; i++)
		if (self->areas[i].base_pfn != area->base_pfn)
			ASSERT_EQ(0, area_take_all(&self->areas[i]));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, 2 * SLACK_PAGES));
	self->tenants.nr_pages = 8 * SLACK_PAGES;
	self->tenants.addr = map_base_pages(self->tenants.nr_pages);
	self->kept = calloc(self->tenants.nr_pages, 1);
	ASSERT_NE(NULL, self->tenants.addr);
}

FIXTURE_TEARDOWN(neighbours)
{
	int i;

	EXPECT_EQ(0, file_write("/proc/sys/vm/percpu_pagelist_high_fraction", "0"));
	hog_release(&self->hog);
	munmap(self->tenants.addr, self->tenants.nr_pages * PAGE_BYTES);
	for (i = 0; i < self->nr_tiles; i++)
		buffer_give(&self->tiles[i].buffer);
	for (i = 0; i < PIECES_MAX; i++)
		buffer_give(&self->fences[i]);
	area_free(&self->heap.area, area_used(&self->heap.area) - self->heap.used);
	for (i = 0; i < self->nr_areas; i++)
		if (self->areas[i].base_pfn != self->heap.area.base_pfn)
			EXPECT_EQ(0, area_give_all(&self->areas[i]));
	EXPECT_EQ(0, heap_check_intact(&self->heap));
	heap_close(&self->heap);
	free(self->kept);
	free(self->before);
	free(self->after);
}

/*
 * Tenants come until most of the pages [@first, @end) of @area are taken. Then those that live
 * outside go: that is the room to which the others can be moved. Return: 0 or -errno.
 */
static int fill_pages(struct tenants *t, unsigned char *kept, const struct area *area,
		      unsigned long first, unsigned long end)
{
	long reserve = file_number("/proc/sys/vm/min_free_kbytes") * 1024 / PAGE_BYTES * 3 / 2;
	size_t bytes = t->nr_pages * PAGE_BYTES, page;
	unsigned long *pfns;
	int err;

	memset(kept, 0, t->nr_pages);
	madvise(t->addr, bytes, MADV_DONTNEED);
	for (page = 0; page < t->nr_pages; page++) {
		if (page % 64 == 0) {
			if (occupied(area, first, end) > (long)(end - first) * 3 / 4)
				break;
			/* Some of the pages may be in the lists of another CPU. */
			if (meminfo_pages("MemFree") < reserve) {
				if (occupied(area, first, end) > (long)(end - first) / 4)
					break;
				return -ENOSPC;
			}
		}
		t->addr[page * PAGE_BYTES] = 1;
	}
	pfns = calloc(page, sizeof(*pfns));
	err = pfns ? pages_to_pfns(t->addr, page, pfns) : -ENOMEM;
	while (!err && page--) {
		kept[page] = area_holds(area, pfns[page]);
		if (kept[page])
			pattern_fill_page((void *)(t->addr + page * PAGE_BYTES), t->seed, page);
		else
			madvise(t->addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
	}
	free(pfns);
	return err;
}

struct neighbour {
	pthread_t thread;
	pthread_barrier_t *barrier;
	const struct heap *heap;
	size_t nr_pages;
	unsigned long delay;
	struct buffer buffer;
	uint64_t seed;
	int err;
};

static void *neighbour_runs(void *arg)
{
	struct neighbour *n = arg;

	pthread_barrier_wait(n->barrier);
	for (; n->delay; n->delay--)
		asm volatile("" : : : "memory");
	n->err = buffer_take_filled(&n->buffer, n->heap, n->nr_pages, n->seed);
	return NULL;
}

/* All at once, but for a delay that is another one each round, for another one of them. */
static int neighbours_run(struct neighbour *n, int nr, int round, uint64_t *random)
{
	pthread_barrier_t barrier;
	int i;

	pthread_barrier_init(&barrier, NULL, nr);
	for (i = 0; i < nr; i++) {
		n[i].barrier = &barrier;
		n[i].delay = i == round % nr ? 0 :
			     random_below(random, 1UL << (4 + random_below(random, 20)));
		n[i].seed = round * nr + i;
		if (pthread_create(&n[i].thread, NULL, neighbour_runs, &n[i]))
			return -EAGAIN;
	}
	for (i = 0; i < nr; i++)
		pthread_join(n[i].thread, NULL);
	pthread_barrier_destroy(&barrier);
	return 0;
}

TEST_F(neighbours, both_succeed_in_either_order)
{
	unsigned long end = self->start + variant->first[variant->nr_pieces - 1] +
			    variant->nr_pages;
	unsigned long start = self->start + variant->first[0];
	const struct area *area = &self->heap.area;
	int i, round, first_lower = 0;
	uint64_t random = 3;

	self->tenants.seed = 0x7e7;
	for (round = 0; round < NEIGHBOUR_ROUNDS; round++) {
		struct neighbour n[PIECES_MAX] = {};
		size_t page, wrong = 0;

		ASSERT_EQ(0, fill_pages(&self->tenants, self->kept, area, start, end))
			TH_LOG("round %d: %ld of %lu pages are taken, free %ld, in areas %ld",
			       round, occupied(area, start, end), end - start,
			       meminfo_pages("MemFree"), meminfo_pages("CmaFree"));
		for (i = 0; i < variant->nr_pieces; i++) {
			n[i].heap = &self->heap;
			n[i].nr_pages = variant->nr_pages;
		}
		ASSERT_EQ(0, neighbours_run(n, variant->nr_pieces, round, &random));
		for (i = 0; i < variant->nr_pieces; i++) {
			EXPECT_EQ(0, n[i].err)
				TH_LOG("round %d, request %d: it has a place of its own", round, i);
			if (!n[i].err)
				EXPECT_EQ(0, buffer_wrong(&n[i].buffer));
		}
		for (page = 0; page < self->tenants.nr_pages; page++)
			if (self->kept[page])
				wrong += pattern_differs((void *)(self->tenants.addr +
								  page * PAGE_BYTES),
							 self->tenants.seed, page);
		EXPECT_EQ(0, wrong)
			TH_LOG("round %d: tenants lost their content", round);

		/* Who came to lie lower? Only to be told. */
		buffer_give(&n[0].buffer);
		ASSERT_NE(-1, area_bitmap(area, self->after));
		first_lower += !self->after[start];
		for (i = 1; i < variant->nr_pieces; i++)
			buffer_give(&n[i].buffer);
	}
	printf("# thread 0 got the lowest piece in %d of %d rounds\n", first_lower, round);
}

/*
 * The area `stuck` has tenants under writeback to a disk that writes nothing, the area `free`
 * has anonymous ones.
 */
FIXTURE(stuck) {
	struct area stuck, free;
	struct hog hog;
	struct tenants stuck_tenants, free_tenants;
	struct tenant_kind kind;
};

FIXTURE_SETUP(stuck)
{
	long in_area;

	stall_end();
	give_all();
	ASSERT_EQ(0, area_pick(&self->stuck));
	ASSERT_EQ(0, area_check_intact(&self->stuck));
	ASSERT_EQ(0, take_all_but(&self->stuck));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->stuck_tenants, stall_tenants()));
	in_area = tenants_find(&self->stuck_tenants, &self->stuck);
	ASSERT_GE(in_area, (long)self->stuck_tenants.nr_pages / 2)
		TH_LOG("only %ld pages of the file are in the area", in_area);

	ASSERT_EQ(0, area_find(&self->free, "second@54000000"));
	ASSERT_EQ(0, area_give_all(&self->free));
	self->kind = tenant_anonymous;
	self->kind.nr_pages = meminfo_pages("CmaFree") - LEFT_PAGES;
	ASSERT_EQ(0, tenants_settle(&self->free_tenants, &self->kind));
	in_area = tenants_find(&self->free_tenants, &self->free);
	ASSERT_GE(in_area, (long)self->free.nr_pages / 2)
		TH_LOG("only %ld pages are in the other area", in_area);
	hog_release(&self->hog);
	give_all();
	ASSERT_EQ(0, stall_begin(&self->stuck_tenants));
	ASSERT_GT(stall_frames(&self->stuck), 0);
}

FIXTURE_TEARDOWN(stuck)
{
	stall_end();
	hog_release(&self->hog);
	EXPECT_EQ(0, tenants_wrong(&self->stuck_tenants));
	EXPECT_EQ(0, tenants_wrong(&self->free_tenants));
	give_all();
	EXPECT_EQ(0, area_check_intact(&self->stuck));
	EXPECT_EQ(0, area_check_intact(&self->free));
	tenants_leave(&self->stuck_tenants);
	tenants_leave(&self->free_tenants);
}

/* Return: 'S' or 'D' if the task sleeps, 'R' if it runs, 0 if it is gone. */
static char task_state(pid_t task)
{
	char path[64], text[256], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", task);
	if (file_read(path, text, sizeof(text)) <= 0)
		return 0;
	end = strrchr(text, ')');
	return end ? end[2] : 0;
}

/* One request after the other for the whole area, as long as none succeeds. */
struct insister {
	const struct area *area;
	pthread_t thread;
	pid_t task;
	unsigned long calls;	/* odd: within a call */
	bool enough, succeeded;
};

static unsigned long calls_of(const struct insister *ins)
{
	return __atomic_load_n(&ins->calls, __ATOMIC_SEQ_CST);
}

static void *insist(void *arg)
{
	struct insister *ins = arg;

	__atomic_store_n(&ins->task, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&ins->enough, __ATOMIC_SEQ_CST) && !ins->succeeded) {
		bool got;

		__atomic_add_fetch(&ins->calls, 1, __ATOMIC_SEQ_CST);
		got = !area_alloc(ins->area, ins->area->nr_pages);
		__atomic_store_n(&ins->succeeded, got, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&ins->calls, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/*
 * Asleep within one and the same call. Engines that give up and try again are asleep now and
 * then, so it takes a few looks. Return: the call, or 0.
 */
#define LOOKS		5
#define LOOKS_MAX	2000

static unsigned long asleep_in_call(const struct insister *ins)
{
	unsigned long call = 0;
	int look, looks = 0;

	for (look = 0; look < LOOKS_MAX && looks < LOOKS; look++) {
		char state = calls_of(ins) % 2 ? task_state(ins->task) : 0;

		looks = (state == 'S' || state == 'D') && calls_of(ins) == call ? looks + 1 : 0;
		call = calls_of(ins);
		usleep(5 * 1000);
	}
	return looks == LOOKS && call % 2 ? call : 0;
}

#define PASSES_MAX	20

TEST_F(stuck, keeps_no_request_of_another_area_waiting)
{
	static const unsigned long sizes[] = { 1, 64, 511, 513, 1024, 4096 };
	struct insister ins = { .area = &self->stuck };
	long long migrated = vmstat("pgmigrate_success");
	int pass, nr_proofs = 0;
	size_t i;

	ASSERT_EQ(0, pthread_create(&ins.thread, NULL, insist, &ins));
	for (pass = 0; pass < PASSES_MAX && nr_proofs < 3 && !stall_hung(); pass++) {
		unsigned long call = asleep_in_call(&ins), taken = 0;

		EXPECT_NE(0, call)
			TH_LOG("the request is not seen waiting for the disk");
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			EXPECT_EQ(0, area_alloc(&self->free, sizes[i]));
			taken += sizes[i];
		}
		EXPECT_EQ((long)taken, area_used(&self->free));
		/* The proof: begun and ended within one call, that is still not done. */
		nr_proofs += call && calls_of(&ins) == call;
		EXPECT_EQ(0, area_free(&self->free, taken));
	}
	EXPECT_GT(stall_frames(&self->stuck), 0);
	EXPECT_FALSE(stall_hung())
		TH_LOG("the requests of the two areas wait for each other");
	EXPECT_EQ(3, nr_proofs)
		TH_LOG("in %d passes the stuck request was done before the others", pass);
	EXPECT_FALSE(__atomic_load_n(&ins.succeeded, __ATOMIC_SEQ_CST))
		TH_LOG("pages under writeback were taken");
	EXPECT_LT(migrated, vmstat("pgmigrate_success"))
		TH_LOG("no tenant of the other area was in the way");
	__atomic_store_n(&ins.enough, true, __ATOMIC_SEQ_CST);
	stall_end();
	pthread_join(ins.thread, NULL);
	EXPECT_EQ(ins.succeeded ? (long)self->stuck.nr_pages : 0, area_used(&self->stuck));
}

static pid_t insist_in_child(const struct area *area)
{
	pid_t child = fork();

	if (child)
		return child;
	signal(SIGALRM, SIG_DFL);
	while (area_alloc(area, area->nr_pages))
		;
	_exit(0);
}

/* Return: is it asleep, at so many looks in a row that it is no accident? */
static bool is_asleep(pid_t child)
{
	int look, looks = 0;

	for (look = 0; look < LOOKS_MAX && looks < LOOKS; look++) {
		char state = task_state(child);

		looks = state == 'S' || state == 'D' ? looks + 1 : 0;
		usleep(5 * 1000);
	}
	return looks == LOOKS;
}

static bool was_killed(pid_t child)
{
	int status = 0;

	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

TEST_F(stuck, request_dies_with_its_process)
{
	pid_t child = insist_in_child(&self->stuck);

	ASSERT_GT(child, 0);
	EXPECT_TRUE(is_asleep(child));
	kill(child, SIGKILL);
	EXPECT_TRUE(was_killed(child));
	EXPECT_FALSE(stall_hung())
		TH_LOG("it died only when the disk was let go");
	EXPECT_GT(stall_frames(&self->stuck), 0);
	EXPECT_EQ(0, area_used(&self->stuck));
}

TEST_F(stuck, request_behind_it_dies_with_its_process)
{
	pid_t first = insist_in_child(&self->stuck), second;

	ASSERT_GT(first, 0);
	EXPECT_TRUE(is_asleep(first));
	second = insist_in_child(&self->stuck);
	ASSERT_GT(second, 0);
	EXPECT_TRUE(is_asleep(second));
	kill(second, SIGKILL);
	EXPECT_TRUE(was_killed(second));
	EXPECT_FALSE(stall_hung())
		TH_LOG("it died only when the disk was let go");
	EXPECT_EQ(0, waitpid(first, NULL, WNOHANG));
	EXPECT_GT(stall_frames(&self->stuck), 0);
	kill(first, SIGKILL);
	EXPECT_TRUE(was_killed(first));
	EXPECT_FALSE(stall_hung())
		TH_LOG("the first died only when the disk was let go");
	EXPECT_EQ(0, area_used(&self->stuck));
}

int main(int argc, char **argv)
{
	int err = tenants_prepare();

	err = err ?: stall_prepare();
	if (err)
		ksft_exit_fail_msg("the disks cannot be made ready: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
