// SPDX-License-Identifier: GPL-2.0
/*
 * What does whoever asks an area see of a fault, and what does it leave behind?
 *
 * The three who ask: debugfs, the dma-buf heap, and a driver by dma_alloc_coherent(). Each asks
 * for a window full of tenants while something fails on the way. Whatever it is, the answer is an
 * error that means what it says, or the pages; the area is as before, and once nothing fails any
 * more every page of it can be had. The same for who reads the area's files, and for the records
 * of who holds what. Boot with virt-camera.dtso, and a kernel with FAIL_CMA, FAILSLAB and
 * FAIL_PAGE_ALLOC.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "area.h"
#include "fault.h"
#include "heap.h"
#include "page.h"
#include "proc.h"
#include "scene.h"
#include "tenant.h"
#include "test.h"

#define CAMERA		"/sys/bus/platform/devices/camera/"
#define BANK0		"camera-bank0@58000000"
#define BANK1		"camera-bank1"
#define WINDOW_PAGES	(16 * MIB_PAGES)
#define TENANT_PAGES	(12 * MIB_PAGES)

enum who { DEBUGFS, HEAP, DRIVER };

FIXTURE(asker) {
	enum who who;
	struct scene scene;
	struct buffer buffer;
};

FIXTURE_VARIANT(asker) {
	enum who who;
	const char *area;
};

FIXTURE_VARIANT_ADD(asker, debugfs) { .who = DEBUGFS, .area = BANK1 };
FIXTURE_VARIANT_ADD(asker, heap) { .who = HEAP, .area = BANK1 };
FIXTURE_VARIANT_ADD(asker, driver) { .who = DRIVER, .area = BANK0 };

static int ask(FIXTURE_DATA(asker) *self)
{
	struct scene *scene = &self->scene;
	char words[64];

	switch (self->who) {
	case DEBUGFS:
		return area_alloc(&scene->whole.area, scene->nr_pages);
	case HEAP:
		return buffer_take(&self->buffer, &scene->whole, scene->nr_pages);
	default:
		snprintf(words, sizeof(words), "0 1 %lu", scene->nr_pages * PAGE_BYTES);
		return file_write(CAMERA "capture", words);
	}
}

static void give(FIXTURE_DATA(asker) *self)
{
	switch (self->who) {
	case DEBUGFS:
		area_free(&self->scene.whole.area, self->scene.nr_pages);
		break;
	case HEAP:
		buffer_give(&self->buffer);
		break;
	default:
		file_write(CAMERA "release", "0");
	}
}

/* The DMA API offers a driver other memory when an area has none; this one cannot use it. */
static bool is_clean(enum who who, int err)
{
	return err == -ENOMEM || (who == DRIVER && err == -ENOSPC);
}

FIXTURE_SETUP(asker)
{
	ASSERT_EQ(0, fault_prepare())
		TH_LOG("this kernel has no FAIL_CMA, FAILSLAB or FAIL_PAGE_ALLOC");
	ASSERT_EQ(0, scene_open(&self->scene, variant->area, WINDOW_PAGES));
	self->who = variant->who;
	self->scene.whole.fd = -1;
	if (self->who == HEAP) {
		self->scene.whole.fd = open("/dev/dma_heap/" BANK1, O_RDWR | O_CLOEXEC);
		ASSERT_GE(self->scene.whole.fd, 0);
	}
}

FIXTURE_TEARDOWN(asker)
{
	fault_end();
	/* A test that ended by an assertion may still hold it. */
	if (area_used(&self->scene.whole.area) > self->scene.whole.used)
		give(self);
	EXPECT_EQ(0, scene_intact(&self->scene));
	heap_close(&self->scene.whole);
	scene_close(&self->scene);
}

/* In the order in which a request meets them. */
static const char * const stages[] = {
	"place", "claim", "isolate", "evacuate", "migrate", "target", "take", "publish",
};

TEST_F(asker, sees_a_clean_error_whichever_stage_fails)
{
	const struct area *area = &self->scene.whole.area;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		long long reached = fault_reached(stages[i]);
		long long fail, success, requests;
		int err;

		ASSERT_LE((long)TENANT_PAGES / 8,
			  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
		fail = area_counter(area, "alloc_pages_fail");
		success = area_counter(area, "alloc_pages_success");
		requests = vmstat("cma_alloc_fail");

		ASSERT_EQ(0, fault_at(stages[i], -1));
		fault_task(true);
		err = ask(self);
		fault_task(false);
		ASSERT_EQ(0, fault_prepare());
		printf("# %s: %s, come by %lld times\n", stages[i], strerror(-err),
		       fault_reached(stages[i]) - reached);
		EXPECT_LT(reached, fault_reached(stages[i]))
			TH_LOG("%s: no request came by", stages[i]);
		EXPECT_TRUE(is_clean(self->who, err))
			TH_LOG("%s: error %d", stages[i], err);
		EXPECT_EQ(0, scene_unchanged(&self->scene))
			TH_LOG("%s", stages[i]);
		EXPECT_EQ(fail + (long)self->scene.nr_pages,
			  area_counter(area, "alloc_pages_fail"));
		EXPECT_EQ(success, area_counter(area, "alloc_pages_success"));
		EXPECT_EQ(requests + 1, vmstat("cma_alloc_fail"));
		if (!err)
			give(self);
		EXPECT_EQ(0, scene_intact(&self->scene))
			TH_LOG("%s", stages[i]);
	}
}

/*
 * Every allocation of the kernel's, and every stage, fails once: the first ones in turn, of the
 * many that are alike some, in growing steps.
 */
#define EACH_UP_TO	16

TEST_F(asker, gets_pages_or_a_clean_error_whatever_fails_once)
{
	unsigned int nth, nr_failed = 0, nr_served = 0;
	bool met = true;

	for (nth = 1; met; nth += nth < EACH_UP_TO ? 1 : nth / 4) {
		int err;

		ASSERT_LE((long)TENANT_PAGES / 8,
			  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
		ASSERT_EQ(0, fault_nth(nth));
		err = ask(self);
		met = fault_nth_met();
		if (err) {
			nr_failed++;
			EXPECT_TRUE(is_clean(self->who, err))
				TH_LOG("fault %u: error %d", nth, err);
		} else {
			nr_served++;
			EXPECT_EQ(self->scene.whole.used + (long)self->scene.nr_pages,
				  area_used(&self->scene.whole.area));
			give(self);
		}
		EXPECT_EQ(0, scene_unchanged(&self->scene))
			TH_LOG("fault %u", nth);
	}
	printf("# %u faults of up to %u: %u requests failed, %u were served all the same\n",
	       nr_failed + nr_served, nth, nr_failed, nr_served);
	EXPECT_GT(nr_failed, 0);
	EXPECT_GT(nr_served, 1)
		TH_LOG("not one fault was made good for");
}

FIXTURE(shortage) {
	struct scene scene;
	int alloc, task;	/* files, opened while there is memory */
};

FIXTURE_VARIANT(shortage) {
	const char *kind;
};

FIXTURE_VARIANT_ADD(shortage, of_slab) { .kind = FAIL_SLAB };
FIXTURE_VARIANT_ADD(shortage, of_pages) { .kind = FAIL_PAGE };

FIXTURE_SETUP(shortage)
{
	ASSERT_EQ(0, fault_prepare());
	ASSERT_EQ(0, scene_open(&self->scene, BANK1, WINDOW_PAGES));
	self->alloc = open(area_file(&self->scene.whole.area, "alloc"), O_WRONLY | O_CLOEXEC);
	ASSERT_GE(self->alloc, 0);
	self->task = fault_switch_open();
	ASSERT_GE(self->task, 0);
}

FIXTURE_TEARDOWN(shortage)
{
	close(self->alloc);
	close(self->task);
	fault_end();
	EXPECT_EQ(0, scene_intact(&self->scene));
	scene_close(&self->scene);
}

/* Asks while memory fails: the files that it takes are open already. */
static int ask_in_shortage(FIXTURE_DATA(shortage) *self)
{
	char words[32];
	int err, len = snprintf(words, sizeof(words), "%lu", self->scene.nr_pages);

	err = fault_switch(self->task, true);
	if (!err && write(self->alloc, words, len) < 0)
		err = -errno;
	return fault_switch(self->task, false) ?: err;
}

#define SHORTAGE_ROUNDS	12
#define SHORTAGE_EVERY	5

TEST_F(shortage, of_memory_while_tenants_move_loses_nothing)
{
	const struct area *area = &self->scene.whole.area;
	long long reached = fault_reached("place"), nr_failed = 0;
	int round, nr_served = 0;

	for (round = 0; round < SHORTAGE_ROUNDS; round++) {
		int err;

		ASSERT_LE((long)TENANT_PAGES / 8,
			  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
		ASSERT_EQ(0, fault_now_and_then(variant->kind, SHORTAGE_EVERY));
		err = ask_in_shortage(self);
		nr_failed += fault_nr_failed(variant->kind);
		ASSERT_EQ(0, fault_prepare());
		EXPECT_TRUE(!err || err == -ENOMEM)
			TH_LOG("error %d", err);
		if (!err) {
			nr_served++;
			area_free(area, self->scene.nr_pages);
		}
		EXPECT_EQ(0, scene_unchanged(&self->scene));
	}
	printf("# %d of %d requests were served, with one allocation of %d failing, in all %lld\n",
	       nr_served, SHORTAGE_ROUNDS, SHORTAGE_EVERY, nr_failed);
	EXPECT_LT(0, nr_failed);
	EXPECT_LT(reached, fault_reached("place"))
		TH_LOG("no request came as far as the area");
}

FIXTURE(files) {
	struct area area, other;
};

FIXTURE_SETUP(files)
{
	ASSERT_EQ(0, fault_prepare());
	ASSERT_EQ(0, area_find(&self->area, BANK1));
	ASSERT_EQ(0, area_find(&self->other, BANK0));
	ASSERT_EQ(0, file_write(area_file(&self->area, "holders"), "on"));
}

FIXTURE_TEARDOWN(files)
{
	fault_end();
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, area_give_all(&self->other));
	EXPECT_EQ(0, file_write(area_file(&self->area, "holders"), "off"));
}

TEST_F(files, are_read_or_not_whatever_fails_once)
{
	static const char * const names[] = { "bitmap", "holders", "blockers", "requests" };
	static char wanted[1 << 16], text[1 << 16];
	size_t i;

	ASSERT_EQ(0, area_alloc(&self->area, 3));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *path = area_file(&self->area, names[i]);
		unsigned int nth, nr_failed = 0;
		bool met = true;

		ASSERT_LT(0, file_read(path, wanted, sizeof(wanted)));
		/* What comes behind the first line has times in it. */
		strchrnul(wanted, '\n')[0] = 0;
		for (nth = 1; met; nth++) {
			long len;

			ASSERT_EQ(0, fault_nth(nth));
			len = file_read(path, text, sizeof(text));
			met = fault_nth_met();
			if (len < 0) {
				nr_failed++;
				EXPECT_TRUE(len == -ENOMEM || len == -ENFILE)
					TH_LOG("%s: fault %u: error %ld", names[i], nth, len);
			} else {
				strchrnul(text, '\n')[0] = 0;
				EXPECT_STREQ(wanted, text);
			}
		}
		printf("# %s: %u faults in turn, %u times it could not be read\n", names[i],
		       nth - 1, nr_failed);
		EXPECT_GT(nr_failed, 0);
	}
}

/* Return: pages that are recorded, with how many are held and how many records were lost. */
static long recorded(const struct area *area, unsigned long *held, unsigned long *lost)
{
	unsigned long nr_pages;
	char text[4096];

	if (file_read(area_file(area, "holders"), text, sizeof(text)) < 0 ||
	    sscanf(text, "# recording %*s %lu of %lu pages recorded, %lu records lost", &nr_pages,
		   held, lost) != 3)
		return -1;
	return nr_pages;
}

/* A record is no reason for a request to fail; one that cannot be made is counted. */
TEST_F(files, count_the_records_that_are_lost)
{
	unsigned long held, lost, before, first;
	unsigned int nth;
	bool met = true;

	ASSERT_EQ(0, recorded(&self->area, &held, &first));
	before = first;
	for (nth = 1; met; nth++) {
		long nr_pages;
		int err;

		/* The stock of records is dropped, so that each request fills it anew. */
		ASSERT_EQ(0, file_write(area_file(&self->area, "holders"), "off"));
		ASSERT_EQ(0, file_write(area_file(&self->area, "holders"), "on"));
		ASSERT_EQ(0, fault_nth(nth));
		err = area_alloc(&self->area, 5);
		met = fault_nth_met();
		if (err) {
			EXPECT_EQ(-ENOMEM, err);
			EXPECT_EQ(0, recorded(&self->area, &held, &lost));
			EXPECT_EQ(before, lost);
			continue;
		}
		nr_pages = recorded(&self->area, &held, &lost);
		EXPECT_EQ(lost == before ? 5 : 0, nr_pages);
		EXPECT_EQ(5, held);
		before = lost;
		ASSERT_EQ(0, area_give_all(&self->area));
	}
	printf("# %u faults in turn: %lu records lost\n", nth - 1, before - first);
	EXPECT_EQ(first + 1, before);

	/* Another area, which does not record, has none while this one does. */
	ASSERT_EQ(0, area_alloc(&self->other, 7));
	EXPECT_EQ(0, recorded(&self->other, &held, &lost));
	EXPECT_EQ(7, held);
	EXPECT_EQ(0, lost);
}

TEST_HARNESS_MAIN
