// SPDX-License-Identifier: GPL-2.0
/*
 * Where does a request come to lie, and what does it leave as it was?
 *
 * Small requests keep out of the windows that large ones need; a page that cannot move costs
 * the ranges around it and no others; what moves out of an area goes where it is not in the
 * way again, and the page cache is kept where there is room for it.
 *
 * Boot with several.dtso, cma=64M, mem=512M and disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "area.h"
#include "heap.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "tenant.h"
#include "test.h"

#define SLACK_PAGES	(12 * MIB_PAGES)	/* for page tables, slab and metadata */
#define LEFT_PAGES	(8 * MIB_PAGES)		/* of the areas, when they are full of tenants */
#define BLOCK_PAGES	512UL
#define ATTEMPTS_MAX	100			/* for what is busy for a moment */

/* The pageblocks that @nr_pages would fill if nothing were between them. */
static long blocks_for(long nr_pages)
{
	return (nr_pages + BLOCK_PAGES - 1) / BLOCK_PAGES;
}

/*
 * Requests of all sizes in the default area, that is otherwise idle. What its drivers hold
 * already may lie anywhere, so bounds are given in what was the largest piece before.
 */
FIXTURE(mix) {
	struct heap heap;
	unsigned char *before, *after;
	long largest;
};

FIXTURE_SETUP(mix)
{
	struct rlimit many = { 4096, 4096 };

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	give_all();
	ASSERT_EQ(0, heap_open(&self->heap));
	ASSERT_EQ(0, heap_check_intact(&self->heap));
	self->before = calloc(self->heap.area.nr_pages, 1);
	self->after = calloc(self->heap.area.nr_pages, 1);
	self->largest = area_maxchunk(&self->heap.area);
	ASSERT_GT(self->largest, (long)self->heap.area.nr_pages / 2);
}

FIXTURE_TEARDOWN(mix)
{
	EXPECT_EQ(0, heap_check_intact(&self->heap));
	heap_close(&self->heap);
	free(self->before);
	free(self->after);
}

/*
 * Each small buffer outlives the large one that came before it. Had it gone next to that, as
 * first fit does, the area would be cut into pieces of a large buffer each.
 */
#define PAIRS		12
#define LARGE_PAGES	1024
#define SMALL_PAGES	64	/* at most; with its alignment it takes as many */

TEST_F(mix, small_requests_do_not_part_the_large)
{
	struct buffer large[PAIRS], small[PAIRS];
	uint64_t random = 1;
	int i;

	for (i = 0; i < PAIRS; i++) {
		size_t nr_pages = SMALL_PAGES - random_below(&random, SMALL_PAGES / 2);

		ASSERT_EQ(0, buffer_take(&large[i], &self->heap, LARGE_PAGES));
		ASSERT_EQ(0, buffer_take(&small[i], &self->heap, nr_pages));
	}
	for (i = 0; i < PAIRS; i++)
		buffer_give(&large[i]);
	printf("# largest piece: %ld pages, %ld before\n", area_maxchunk(&self->heap.area),
	       self->largest);
	EXPECT_GE(area_maxchunk(&self->heap.area),
		  self->largest - (blocks_for(PAIRS * SMALL_PAGES) + 1) * (long)BLOCK_PAGES)
		TH_LOG("%d small buffers cut the area into pieces", PAIRS);
	for (i = 0; i < PAIRS; i++)
		buffer_give(&small[i]);
}

/*
 * Small buffers come and go in random order for a long time, with large ones that come and go
 * between them. Twice the pageblocks that the small ones ever needed at once are theirs, no
 * more.
 */
#define CHURN_BUFFERS	256
#define CHURN_LARGE	6
#define CHURN_STEPS	3000

TEST_F(mix, small_requests_stay_together_in_the_long_run)
{
	struct buffer small[CHURN_BUFFERS] = {}, large[CHURN_LARGE] = {};
	uint64_t random = 2;
	long most = 0, now = 0;
	int i, step, failures = 0;

	for (step = 0; step < CHURN_STEPS; step++) {
		struct buffer *one = &small[random_below(&random, CHURN_BUFFERS)];

		if (step % 16 == 0) {
			struct buffer *big = &large[random_below(&random, CHURN_LARGE)];

			buffer_give(big);
			failures += !!buffer_take(big, &self->heap,
						  512 + random_below(&random, 1024));
		}
		now -= one->nr_pages;
		if (buffer_held(one)) {
			buffer_give(one);
			continue;
		}
		failures += !!buffer_take(one, &self->heap, 1 + random_below(&random, 16));
		now += one->nr_pages;
		most = now > most ? now : most;
	}
	EXPECT_EQ(0, failures);
	for (i = 0; i < CHURN_LARGE; i++)
		buffer_give(&large[i]);
	printf("# %ld small pages, %ld at most; largest piece %ld, %ld before\n", now, most,
	       area_maxchunk(&self->heap.area), self->largest);
	EXPECT_GE(area_maxchunk(&self->heap.area),
		  self->largest - (2 * blocks_for(most) + 2) * (long)BLOCK_PAGES)
		TH_LOG("at most %ld small pages at a time cut the area into pieces", most);
	for (i = 0; i < CHURN_BUFFERS; i++)
		buffer_give(&small[i]);
}

/* An area that is entirely free: only the rule says where a request goes. */
FIXTURE(idle) {
	struct area area;
	unsigned char *before, *after;
};

FIXTURE_SETUP(idle)
{
	give_all();
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
}

FIXTURE_TEARDOWN(idle)
{
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, area_check_intact(&self->area));
	free(self->before);
	free(self->after);
}

static long blocks_in_use(const struct area *area, const unsigned char *claimed)
{
	unsigned long page;
	long nr = 0;

	for (page = 0; page < area->nr_pages; page += BLOCK_PAGES)
		nr += !!memchr(claimed + page, 1, BLOCK_PAGES);
	return nr;
}

TEST_F(idle, small_requests_come_from_the_top_and_large_from_the_bottom)
{
	unsigned long start, len;

	ASSERT_EQ(0, area_alloc(&self->area, 4 * BLOCK_PAGES));
	ASSERT_EQ((long)(4 * BLOCK_PAGES), area_bitmap(&self->area, self->after));
	ASSERT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	EXPECT_LT(start, self->area.nr_pages / 2);

	memcpy(self->before, self->after, self->area.nr_pages);
	ASSERT_EQ(0, area_alloc(&self->area, 3));
	ASSERT_NE(-1, area_bitmap(&self->area, self->after));
	ASSERT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	EXPECT_GE(start, self->area.nr_pages / 2);
}

TEST_F(idle, small_requests_fill_a_pageblock_before_they_open_another)
{
	uint64_t random = 4;
	long sum = 0;

	while (sum < (long)(3 * BLOCK_PAGES)) {
		unsigned long nr_pages = 1 + random_below(&random, 16);

		ASSERT_EQ(0, area_alloc(&self->area, nr_pages));
		sum += nr_pages;
		ASSERT_EQ(sum, area_bitmap(&self->area, self->after));
		/* The last pages of a pageblock may be too few for the next request. */
		ASSERT_LE(blocks_in_use(&self->area, self->after), blocks_for(sum + 16 * 4))
			TH_LOG("%ld pages are spread over more pageblocks", sum);
	}
}

/*
 * The area is full of anonymous base pages, and one is pinned in every second pageblock: the
 * lowest tenant that lives there. (A few pageblocks stay free, and so without a pin.)
 */
FIXTURE(pins) {
	struct area area;
	struct hog hog;
	struct tenant_kind kind;
	struct tenants tenants;
	unsigned char *pinned, *before, *after;
	unsigned long window;	/* pages, the largest without a pin */
	int nr_pins;
	int pipe[2];
	int log;
};

static const unsigned char *tenant_of(const struct tenants *t, unsigned long first_pfn,
				      unsigned long end_pfn)
{
	unsigned long lowest = end_pfn;
	size_t page, found = 0;

	for (page = 0; page < t->nr_pages; page++) {
		if (t->pfns[page] < first_pfn || t->pfns[page] >= lowest)
			continue;
		lowest = t->pfns[page];
		found = page;
	}
	return lowest < end_pfn ? t->addr + found * PAGE_BYTES : NULL;
}

/* Pins the page; notes it in @pinned. */
static bool pin(int fds[2], const unsigned char *addr, const struct area *area,
		unsigned char *pinned)
{
	struct iovec iov = { .iov_base = (void *)addr, .iov_len = PAGE_BYTES };

	if (!addr || vmsplice(fds[1], &iov, 1, 0) != (ssize_t)PAGE_BYTES)
		return false;
	pinned[page_to_pfn(addr) - area->base_pfn] = 1;
	return true;
}

static void unpin_all(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
	fds[0] = -1;
	fds[1] = -1;
}

static unsigned long largest_window(const unsigned char *pinned, unsigned long nr_pages)
{
	unsigned long page, len = 0, largest = 0;

	for (page = 0; page < nr_pages; page++) {
		len = pinned[page] ? 0 : len + 1;
		largest = len > largest ? len : largest;
	}
	return largest;
}

/* So that little of the areas is left: as much as is free there, and what is outside by chance. */
static size_t nr_to_fill(void)
{
	return meminfo_pages("CmaFree") - LEFT_PAGES + hog_left_outside(SLACK_PAGES);
}

FIXTURE_SETUP(pins)
{
	unsigned long page;

	give_all();
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	self->kind = tenant_anonymous;
	self->kind.nr_pages = nr_to_fill();
	ASSERT_EQ(0, tenants_settle(&self->tenants, &self->kind));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->area.nr_pages / 2);
	hog_release(&self->hog);
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	self->pinned = calloc(self->area.nr_pages, 1);
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ASSERT_GE(self->log, 0);
	lseek(self->log, 0, SEEK_END);
	ASSERT_EQ(0, pipe(self->pipe));
	ASSERT_GT(fcntl(self->pipe[1], F_SETPIPE_SZ, 64 * PAGE_BYTES), 0);
	for (page = 0; page < self->area.nr_pages; page += 2 * BLOCK_PAGES)
		self->nr_pins += pin(self->pipe,
				     tenant_of(&self->tenants, self->area.base_pfn + page,
					       self->area.base_pfn + page + BLOCK_PAGES),
				     &self->area, self->pinned);
	self->window = largest_window(self->pinned, self->area.nr_pages);
	printf("# %d pins, the largest window between them is %lu pages\n", self->nr_pins,
	       self->window);
	ASSERT_GE(self->nr_pins, (int)(self->area.nr_pages / BLOCK_PAGES / 4));
}

FIXTURE_TEARDOWN(pins)
{
	unpin_all(self->pipe);
	close(self->log);
	hog_release(&self->hog);
	EXPECT_EQ(0, tenants_wrong(&self->tenants));
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
	tenants_leave(&self->tenants);
	free(self->before);
	free(self->after);
	free(self->pinned);
}

/* Of the area's lines since the log was opened, the last one's page frame; 0 if there is none. */
static unsigned long blocker_in_log(int log, const struct area *area)
{
	static const char words[] = "page frame ";
	unsigned long pfn = 0;
	char line[1024], *at;
	ssize_t len;

	for (;;) {
		len = read(log, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return pfn;
		line[len] = '\0';
		at = strstr(line, words);
		if (at && strstr(line, area->name))
			pfn = strtoul(at + strlen(words), NULL, 16);
	}
}

/* A tenant may be busy for a moment, so a few attempts are made. Return: 0 or -errno. */
static int alloc_in_the_end(const struct area *area, unsigned long nr_pages)
{
	int attempt, err = -EBUSY;

	for (attempt = 0; attempt < ATTEMPTS_MAX && err; attempt++) {
		if (attempt)
			usleep(50 * 1000);
		err = area_alloc(area, nr_pages);
	}
	printf("# %lu pages: %s after %d attempts\n", nr_pages, strerror(-err), attempt);
	return err;
}

TEST_F(pins, leave_every_window_between_them)
{
	unsigned long start, len, page;

	/* The largest, to the last page; only the pins say where it lies. */
	ASSERT_EQ(0, alloc_in_the_end(&self->area, self->window));
	ASSERT_EQ((long)self->window, area_bitmap(&self->area, self->after));
	ASSERT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	for (page = start; page < start + len; page++)
		EXPECT_FALSE(self->pinned[page])
			TH_LOG("a pinned page was handed out");
	EXPECT_EQ(0, area_free(&self->area, self->window));

	/* Nor need it lie on a pageblock's border. */
	for (page = 0; page < 4; page++)
		EXPECT_EQ(0, alloc_in_the_end(&self->area, BLOCK_PAGES + 100));
	area_bitmap(&self->area, self->after);
	for (page = 0; page < self->area.nr_pages; page++)
		EXPECT_FALSE(self->pinned[page] && self->after[page]);
}

TEST_F(pins, cost_a_request_that_has_no_window_and_are_named)
{
	long long fail = area_counter(&self->area, "alloc_pages_fail");
	unsigned long pfn;

	ASSERT_EQ(-ENOMEM, area_alloc(&self->area, self->window + 1));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
	EXPECT_EQ(fail + (long)self->window + 1, area_counter(&self->area, "alloc_pages_fail"));
	EXPECT_EQ(0, cma_free_error());
	pfn = blocker_in_log(self->log, &self->area);
	ASSERT_NE(0, pfn)
		TH_LOG("the log names no page frame");
	ASSERT_TRUE(area_holds(&self->area, pfn));
	EXPECT_TRUE(self->pinned[pfn - self->area.base_pfn])
		TH_LOG("the log names page frame %#lx, that nobody holds", pfn);
}

TEST_F(pins, are_forgotten_when_they_are_gone)
{
	ASSERT_EQ(-ENOMEM, area_alloc(&self->area, self->window + 1));
	ASSERT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	unpin_all(self->pipe);
	/* The same request, that every pin was in the way of a moment ago. */
	EXPECT_EQ(0, alloc_in_the_end(&self->area, self->window + 1));
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, alloc_in_the_end(&self->area, self->area.nr_pages));
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));
}

/* Where do the tenants of an area go, with room outside? */
FIXTURE(movers) {
	struct area area, areas[AREAS_MAX];
	int nr_areas;
	struct hog hog;
	struct tenant_kind kind;
	struct tenants tenants;
};

FIXTURE_VARIANT(movers) {
	const struct tenant_kind *kind;
};

FIXTURE_VARIANT_ADD(movers, anonymous) { .kind = &tenant_anonymous };
FIXTURE_VARIANT_ADD(movers, thp) { .kind = &tenant_thp };
FIXTURE_VARIANT_ADD(movers, shmem) { .kind = &tenant_shmem };

FIXTURE_SETUP(movers)
{
	give_all();
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	self->nr_areas = area_list(self->areas);
	ASSERT_GE(self->nr_areas, 2);
	/* Later the other areas are free, to lure them. */
	ASSERT_EQ(0, take_all_but(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, variant->kind));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->tenants.nr_pages / 2);
	hog_release(&self->hog);
	give_all();
}

FIXTURE_TEARDOWN(movers)
{
	hog_release(&self->hog);
	EXPECT_EQ(0, tenants_wrong(&self->tenants));
	tenants_leave(&self->tenants);
	give_all();
	EXPECT_EQ(0, area_check_intact(&self->area));
}

static long in_any_area(struct tenants *t, const struct area *areas, int nr_areas)
{
	long in = 0;
	int i;

	for (i = 0; i < nr_areas; i++)
		in += tenants_in(t, &areas[i]);
	return in;
}

TEST_F(movers, go_out_of_all_areas_and_are_not_met_again)
{
	unsigned long taken = 0, half = self->area.nr_pages / 2;
	struct heap whole = { .area = self->area };
	long before = in_any_area(&self->tenants, self->areas, self->nr_areas), moved;

	/* In pieces: what is moved for one must not be in the way of the next. */
	while (taken < half) {
		ASSERT_EQ(0, alloc_in_the_end(&self->area, half / 4));
		taken += half / 4;
	}
	moved = tenants_moved(&self->tenants);
	printf("# %ld of %ld tenants moved, %ld are in areas now\n", moved, before,
	       in_any_area(&self->tenants, self->areas, self->nr_areas));
	EXPECT_EQ(before - moved, in_any_area(&self->tenants, self->areas, self->nr_areas))
		TH_LOG("of what moved, a part is in an area again");

	ASSERT_EQ(0, heap_take_rest(&whole));
	EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area));
	EXPECT_EQ(0, in_any_area(&self->tenants, self->areas, self->nr_areas));
}

/* Some tenants leave, in runs of every length, so that the cheapest window is anywhere. */
static void thin_out(struct tenants *t)
{
	uint64_t random = 5;
	size_t page = 0, len;

	while (page < t->nr_pages) {
		unsigned char *addr = t->addr + page * PAGE_BYTES;

		len = 1 + random_below(&random, 300);
		len = len < t->nr_pages - page ? len : t->nr_pages - page;
		/* The first is for files only. */
		if (random_below(&random, 2) && madvise(addr, len * PAGE_BYTES, MADV_REMOVE))
			madvise(addr, len * PAGE_BYTES, MADV_DONTNEED);
		page += len;
	}
}

#define WINDOWS		32

TEST_F(movers, requests_of_one_size_fill_the_area)
{
	unsigned long window = self->area.nr_pages / WINDOWS;
	int nr = 0;

	thin_out(&self->tenants);
	while (nr < WINDOWS && !alloc_in_the_end(&self->area, window))
		nr++;
	printf("# %d windows of %lu pages\n", nr, window);
	/* Behind a page that was busy for a moment, one is lost. Any window there is: 28 to 32. */
	EXPECT_GE(nr, WINDOWS - 2);
	pattern_fill(self->tenants.addr, self->tenants.seed, self->tenants.nr_pages);
}

/* Clean pages of a file live in the area, and there is much room outside. */
FIXTURE(cache) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
};

FIXTURE_VARIANT(cache) {
	const struct tenant_kind *kind;
};

FIXTURE_VARIANT_ADD(cache, mapped) { .kind = &tenant_ext4_clean };
FIXTURE_VARIANT_ADD(cache, unmapped) { .kind = &tenant_ext4_unmapped };

FIXTURE_SETUP(cache)
{
	give_all();
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, take_all_but(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, variant->kind));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->tenants.nr_pages / 2);
	hog_release(&self->hog);
	give_all();
}

FIXTURE_TEARDOWN(cache)
{
	hog_release(&self->hog);
	EXPECT_EQ(0, tenants_wrong(&self->tenants));
	tenants_leave(&self->tenants);
	give_all();
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* Return: how many pages of the file are in the page cache, or -1. */
static long cached_pages(const struct tenants *t)
{
	unsigned char *in_core = calloc(t->nr_pages, 1);
	size_t page, bytes = t->nr_pages * PAGE_BYTES;
	void *addr = mmap(NULL, bytes, PROT_READ, MAP_SHARED, t->fd, 0);
	long nr = -1;

	if (in_core && addr != MAP_FAILED && !mincore(addr, bytes, in_core))
		for (nr = 0, page = 0; page < t->nr_pages; page++)
			nr += in_core[page] & 1;
	if (addr != MAP_FAILED)
		munmap(addr, bytes);
	free(in_core);
	return nr;
}

TEST_F(cache, is_kept_while_there_is_room_for_it)
{
	const unsigned long nr_pages = self->area.nr_pages;
	long cached = cached_pages(&self->tenants);
	long room = meminfo_pages("MemFree") - meminfo_pages("CmaFree") -
		    file_number("/proc/sys/vm/min_free_kbytes") * 1024 / PAGE_BYTES * 2;
	unsigned char *claimed = calloc(nr_pages, 1);

	ASSERT_EQ((long)self->tenants.nr_pages, cached);
	ASSERT_GE(room, 2 * (long)nr_pages)
		TH_LOG("not the room that the rule asks for");
	ASSERT_EQ(0, alloc_in_the_end(&self->area, nr_pages));
	ASSERT_EQ((long)nr_pages, area_bitmap(&self->area, claimed));
	EXPECT_EQ(cached, cached_pages(&self->tenants))
		TH_LOG("of %ld cached pages %ld were dropped", cached,
		       cached - cached_pages(&self->tenants));
	free(claimed);
}

int main(int argc, char **argv)
{
	int err = tenants_prepare();

	if (err)
		ksft_exit_fail_msg("the disks cannot be made ready: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
