// SPDX-License-Identifier: GPL-2.0
/*
 * What if something happens to a range while a request is in the middle of taking it?
 *
 * Each test is a race by its name. The request is held at a stage (lib/fault.h); while it stands
 * there the test does what would otherwise have to happen by chance, sees that it has, and sends
 * the request on. Boot with virt-camera.dtso, and a kernel with FAIL_CMA.
 *
 * Elsewhere: broken memory (broken_test), activation that fails half-way (activation_test), two
 * releases of one range at the same time (KUnit cma_area, as only a driver can do that), and a
 * memory block beside an area that goes offline (hotplug_test, on x86_64).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "area.h"
#include "fault.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "scene.h"
#include "tenant.h"
#include "test.h"

#define BANK		"camera-bank1"
#define WINDOW_PAGES	(16 * MIB_PAGES)
#define TENANT_PAGES	(12 * MIB_PAGES)
#define THP_PAGES	(2 * MIB_PAGES)
#define SPLIT		"/sys/kernel/debug/split_huge_pages"

FIXTURE(race) {
	struct scene scene;
	struct held request;
	const struct area *area;
};

/* Where the request stands while it happens. */
FIXTURE_VARIANT(race) {
	const char *stage;
};

FIXTURE_VARIANT_ADD(race, before_the_claim) { .stage = "place" };
FIXTURE_VARIANT_ADD(race, before_isolation) { .stage = "isolate" };
FIXTURE_VARIANT_ADD(race, when_isolated) { .stage = "evacuate" };
FIXTURE_VARIANT_ADD(race, while_moving) { .stage = "migrate" };

FIXTURE_SETUP(race)
{
	ASSERT_EQ(0, fault_prepare())
		TH_LOG("this kernel has no FAIL_CMA, FAILSLAB or FAIL_PAGE_ALLOC");
	ASSERT_EQ(0, tenants_prepare_memory());
	ASSERT_EQ(0, scene_open(&self->scene, BANK, WINDOW_PAGES));
	self->area = &self->scene.whole.area;
}

FIXTURE_TEARDOWN(race)
{
	fault_end();
	area_free(self->area, area_used(self->area) - self->scene.whole.used);
	EXPECT_EQ(0, scene_intact(&self->scene));
	scene_close(&self->scene);
}

/* Pages of the window that nobody has, in the buddy allocator or on their way to it. */
static long nr_unused(const struct scene *scene)
{
	const struct area *area = &scene->whole.area;
	uint64_t used = KPF(MMAP) | KPF(ANON) | KPF(LRU);

	return frames_count(area->base_pfn, area->base_pfn + area->nr_pages, used, 0) -
	       scene->whole.used;
}

/* The last reference of every tenant is dropped; what is free is merged and may go to others. */
TEST_F(race, tenants_go_by_themselves)
{
	long before;

	ASSERT_LE((long)TENANT_PAGES / 8,
		  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
	before = nr_unused(&self->scene);
	ASSERT_EQ(0, held_at(&self->request, variant->stage, self->area, WINDOW_PAGES));
	scene_empty(&self->scene);
	EXPECT_LT(before, nr_unused(&self->scene));
	EXPECT_FALSE(held_done(&self->request));
	EXPECT_EQ(0, held_go(&self->request));
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
}

/* One becomes somebody else's alone, not mapped any more, and is free when that one lets go. */
TEST_F(race, last_reference_is_dropped_by_somebody_else)
{
	struct tenants *tenants = &self->scene.tenants;
	struct iovec iov = { .iov_len = PAGE_BYTES };
	size_t page;
	int fds[2];

	ASSERT_LE((long)TENANT_PAGES / 8,
		  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
	for (page = 0; page < tenants->nr_pages; page++)
		if (area_holds(self->area, tenants->pfns[page]))
			break;
	ASSERT_LT(page, tenants->nr_pages);
	iov.iov_base = tenants->addr + page * PAGE_BYTES;
	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, held_at(&self->request, variant->stage, self->area, WINDOW_PAGES));
	ASSERT_EQ((ssize_t)PAGE_BYTES, vmsplice(fds[1], &iov, 1, 0));
	ASSERT_EQ(0, madvise(iov.iov_base, PAGE_BYTES, MADV_DONTNEED));
	EXPECT_EQ(0, frames_with(&tenants->pfns[page], 1, KPF(BUDDY)));
	EXPECT_FALSE(held_done(&self->request));
	close(fds[0]);
	close(fds[1]);
	EXPECT_EQ(0, held_go(&self->request));
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
	/* What the scene expects of that page is no longer so. */
	scene_empty(&self->scene);
}

/* Huge pages that live in the range are split into base pages, and some of those are freed. */
TEST_F(race, huge_tenants_are_split)
{
	struct tenants *tenants = &self->scene.tenants;
	long long splits = vmstat("thp_split_pmd");
	size_t page, wrong = 0;

	ASSERT_LT(0, scene_settle(&self->scene, &tenant_thp, 2 * THP_PAGES));
	ASSERT_LT(0, tenants_with_flags(tenants))
		TH_LOG("there are no huge pages");
	ASSERT_EQ(0, held_at(&self->request, variant->stage, self->area, WINDOW_PAGES));
	/* The second half of each. */
	for (page = 0; page < tenants->nr_pages; page += THP_PAGES)
		EXPECT_EQ(0, madvise(tenants->addr + (page + THP_PAGES / 2) * PAGE_BYTES,
				     THP_PAGES / 2 * PAGE_BYTES, MADV_DONTNEED));
	/* Fails for those that are just being moved, which is what others meet, too. */
	file_write(SPLIT, "1");
	EXPECT_LT(splits, vmstat("thp_split_pmd"));
	EXPECT_FALSE(held_done(&self->request));
	EXPECT_EQ(0, held_go(&self->request));
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));

	for (page = 0; page < tenants->nr_pages; page++)
		if (page % THP_PAGES < THP_PAGES / 2)
			wrong += pattern_differs((void *)(tenants->addr + page * PAGE_BYTES),
						 tenants->seed, page);
	EXPECT_EQ(0, wrong);
	/* What the scene expects of them is no longer so. */
	scene_empty(&self->scene);
}

/*
 * The range was free when it was chosen. Then others use it, and leave their pages in per-CPU
 * lists again: neither is free, and neither may be in the way.
 */
FIXTURE(free_range) {
	struct scene scene;
	struct held request;
	const struct area *area;
};

FIXTURE_SETUP(free_range)
{
	ASSERT_EQ(0, fault_prepare());
	ASSERT_EQ(0, scene_open(&self->scene, BANK, WINDOW_PAGES));
	self->area = &self->scene.whole.area;
}

FIXTURE_TEARDOWN(free_range)
{
	fault_end();
	area_free(self->area, area_used(self->area) - self->scene.whole.used);
	EXPECT_EQ(0, scene_intact(&self->scene));
	scene_close(&self->scene);
}

TEST_F(free_range, is_refilled_by_per_cpu_lists)
{
	struct tenants *tenants = &self->scene.tenants;
	size_t page;

	/* One page that nobody can hold is in use, so the request goes the long way. */
	ASSERT_LT(0, scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
	scene_long_lists(true);
	ASSERT_EQ(0, held_at(&self->request, "isolate", self->area, WINDOW_PAGES));
	for (page = 0; page < tenants->nr_pages; page += 2)
		EXPECT_EQ(0, madvise(tenants->addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED));
	for (page = 0; page < tenants->nr_pages; page += 4)
		tenants->addr[page * PAGE_BYTES] = 1;
	for (page = 0; page < tenants->nr_pages; page += 8)
		EXPECT_EQ(0, madvise(tenants->addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED));
	EXPECT_LT(area_buddy_frames(self->area), nr_unused(&self->scene))
		TH_LOG("no per-CPU list has a page of the window");
	EXPECT_FALSE(held_done(&self->request));
	EXPECT_EQ(0, held_go(&self->request));
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
	for (page = 1; page < tenants->nr_pages; page += 2)
		EXPECT_FALSE(pattern_differs((void *)(tenants->addr + page * PAGE_BYTES),
					     tenants->seed, page));
	scene_empty(&self->scene);
}

/* What a peer releases is asked for before the peer is through: it is waited for. */
TEST_F(free_range, is_asked_for_while_it_is_released)
{
	struct held *giver = &self->request, asker;

	ASSERT_EQ(0, area_alloc(self->area, WINDOW_PAGES));
	ASSERT_EQ(0, held_giving(giver, self->area, WINDOW_PAGES));
	/* In transit is in use. */
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
	ASSERT_EQ(0, held_nowhere(&asker, self->area, WINDOW_PAGES));
	usleep(200 * 1000);
	EXPECT_FALSE(held_done(&asker))
		TH_LOG("pages were handed out that are not free yet, or none though they will be");
	EXPECT_EQ(0, held_go(giver));
	EXPECT_EQ(0, held_go(&asker));
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
}

/* Two requests for one window: the second has to wait until the first is told that it fails. */
TEST_F(free_range, is_asked_for_twice)
{
	struct held second;

	ASSERT_EQ(0, fault_at("publish", 1));
	ASSERT_EQ(0, held_at(&self->request, "publish", self->area, WINDOW_PAGES));
	ASSERT_EQ(0, held_nowhere(&second, self->area, WINDOW_PAGES));
	usleep(200 * 1000);
	EXPECT_FALSE(held_done(&second));
	held_go(&self->request);
	held_go(&second);
	EXPECT_EQ(1, !self->request.err + !second.err)
		TH_LOG("one window, and errors %d and %d", self->request.err, second.err);
	EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES, area_used(self->area));
}

TEST_HARNESS_MAIN
