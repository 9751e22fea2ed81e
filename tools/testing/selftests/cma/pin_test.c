// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a page that somebody holds?
 *
 * A short pin (a page lent to a pipe with vmsplice()) may stay in an area: it makes a request
 * for its range fail, cleanly, and nothing else. A long-term pin (RDMA, VFIO, here
 * mm/gup_test.c) may not: the page leaves first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include <mm/gup_test.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "tenant.h"
#include "test.h"

#define SLACK_PAGES	(12 * MIB_PAGES)
#define BLOCK_PAGES	(2 * MIB_PAGES)		/* a pageblock, with base pages of 4 KiB */

/* The area is full of anonymous base pages of this process, and there is room outside. */
FIXTURE(short_pin) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
	unsigned char *before, *after;
	int pipe[2];
};

FIXTURE_SETUP(short_pin)
{
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, &tenant_anonymous));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->tenants.nr_pages / 2);
	hog_release(&self->hog);
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	ASSERT_EQ(0, pipe(self->pipe));
	ASSERT_GT(fcntl(self->pipe[1], F_SETPIPE_SZ, 64 * PAGE_BYTES), 0);
}

static void unpin_all(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
	fds[0] = -1;
	fds[1] = -1;
}

FIXTURE_TEARDOWN(short_pin)
{
	unpin_all(self->pipe);
	EXPECT_EQ(0, tenants_wrong(&self->tenants));
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
	tenants_leave(&self->tenants);
	free(self->before);
	free(self->after);
}

/* Return: the frame that is pinned from now on, or 0. */
static unsigned long pin_page(int fds[2], const unsigned char *addr)
{
	struct iovec iov = { .iov_base = (void *)addr, .iov_len = PAGE_BYTES };

	return vmsplice(fds[1], &iov, 1, 0) == (ssize_t)PAGE_BYTES ? page_to_pfn(addr) : 0;
}

/*
 * Pins the first tenant in each pageblock whose number is a multiple of @every. Return: how
 * many.
 */
static int pin_pageblocks(struct tenants *t, const struct area *area, int fds[2],
			  unsigned long every)
{
	unsigned char *done = calloc(area->nr_pages / BLOCK_PAGES + 1, 1);
	size_t page;
	int nr = 0;

	for (page = 0; page < t->nr_pages; page++) {
		unsigned long block = (t->pfns[page] - area->base_pfn) / BLOCK_PAGES;

		if (!area_holds(area, t->pfns[page]) || block % every || done[block])
			continue;
		done[block] = 1;
		nr += !!pin_page(fds, t->addr + page * PAGE_BYTES);
	}
	free(done);
	return nr;
}

static const unsigned char *first_tenant_in(const struct tenants *t, const struct area *area)
{
	size_t page;

	for (page = 0; page < t->nr_pages; page++)
		if (area_holds(area, t->pfns[page]))
			return t->addr + page * PAGE_BYTES;
	return NULL;
}

TEST_F(short_pin, makes_a_request_for_its_range_fail_cleanly)
{
	const unsigned char *addr = first_tenant_in(&self->tenants, &self->area);
	long long fail = area_counter(&self->area, "alloc_pages_fail");
	long long success = area_counter(&self->area, "alloc_pages_success");
	long long vm_fail = vmstat("cma_alloc_fail");
	unsigned long pfn = pin_page(self->pipe, addr);

	ASSERT_NE(0, pfn);
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
	EXPECT_EQ(fail + (long)self->area.nr_pages, area_counter(&self->area, "alloc_pages_fail"));
	EXPECT_EQ(success, area_counter(&self->area, "alloc_pages_success"));
	EXPECT_EQ(vm_fail + 1, vmstat("cma_alloc_fail"));
	EXPECT_EQ(pfn, page_to_pfn(addr))
		TH_LOG("the pinned page was moved");
	EXPECT_EQ(0, cma_free_error());
}

TEST_F(short_pin, leaves_the_rest_of_the_area_usable)
{
	unsigned long pfn = pin_page(self->pipe, first_tenant_in(&self->tenants, &self->area));
	unsigned long start, len, nr = self->area.nr_pages / 4;

	ASSERT_NE(0, pfn);
	ASSERT_EQ(0, area_alloc(&self->area, nr));
	ASSERT_EQ((long)nr, area_bitmap(&self->area, self->after));
	ASSERT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	EXPECT_FALSE(pfn >= self->area.base_pfn + start && pfn < self->area.base_pfn + start + len)
		TH_LOG("a pinned page was handed out");
}

TEST_F(short_pin, is_no_obstacle_when_it_is_over)
{
	ASSERT_NE(0, pin_page(self->pipe, first_tenant_in(&self->tenants, &self->area)));
	ASSERT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	unpin_all(self->pipe);
	EXPECT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));
}

TEST_F(short_pin, in_every_second_pageblock_leaves_the_others)
{
	unsigned long start, len, page;
	int nr_pins = pin_pageblocks(&self->tenants, &self->area, self->pipe, 2);

	ASSERT_GT(nr_pins, 4);
	ASSERT_EQ(0, area_alloc(&self->area, BLOCK_PAGES));
	ASSERT_EQ((long)BLOCK_PAGES, area_bitmap(&self->area, self->after));
	ASSERT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	for (page = 0; page < self->tenants.nr_pages; page++)
		EXPECT_FALSE(page_to_pfn(self->tenants.addr + page * PAGE_BYTES) -
			     self->area.base_pfn - start < len);
}

TEST_F(short_pin, in_every_pageblock_fails_the_large_and_not_the_small)
{
	int nr_pins = pin_pageblocks(&self->tenants, &self->area, self->pipe, 1);

	ASSERT_GT(nr_pins, 8);
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages - 1));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_alloc(&self->area, 32));
	EXPECT_EQ(32, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
}

/* Pages of each kind live in the area when the long-term pin comes. */
FIXTURE(long_pin) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
	int gup;
};

FIXTURE_VARIANT(long_pin) {
	const struct tenant_kind *kind;
	unsigned int flags;
};

#define WRITE	PIN_LONGTERM_TEST_FLAG_USE_WRITE
#define FAST	PIN_LONGTERM_TEST_FLAG_USE_FAST

FIXTURE_VARIANT_ADD(long_pin, anonymous) { .kind = &tenant_anonymous, .flags = WRITE };
FIXTURE_VARIANT_ADD(long_pin, anonymous_read) { .kind = &tenant_anonymous, .flags = 0 };
FIXTURE_VARIANT_ADD(long_pin, anonymous_fast) { .kind = &tenant_anonymous, .flags = WRITE | FAST };
FIXTURE_VARIANT_ADD(long_pin, thp) { .kind = &tenant_thp, .flags = WRITE };
FIXTURE_VARIANT_ADD(long_pin, shmem) { .kind = &tenant_shmem, .flags = WRITE };
FIXTURE_VARIANT_ADD(long_pin, hugetlb) { .kind = &tenant_hugetlb, .flags = WRITE };

FIXTURE_SETUP(long_pin)
{
	if (tenant_stays(variant->kind))
		SKIP(return, "%s", tenant_stays(variant->kind));
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	self->gup = open("/sys/kernel/debug/gup_test", O_RDWR);
	ASSERT_GE(self->gup, 0);
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, variant->kind));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->tenants.nr_pages / 2);
	hog_release(&self->hog);
}

FIXTURE_TEARDOWN(long_pin)
{
	close(self->gup);
	tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(long_pin, takes_the_pages_out_of_the_area)
{
	size_t bytes = self->tenants.nr_pages * PAGE_BYTES;
	struct pin_longterm_test args = {
		.addr = (uintptr_t)self->tenants.addr, .size = bytes, .flags = variant->flags
	};
	__u64 copy;

	ASSERT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_START, &args))
		TH_LOG("%s", strerror(errno));
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));
	EXPECT_EQ(0, area_take_all(&self->area))
		TH_LOG("long-term pins stand in the way");
	EXPECT_EQ(0, tenants_wrong(&self->tenants));

	/* What the device would see is what the process sees. */
	copy = (uintptr_t)map_base_pages(self->tenants.nr_pages);
	ASSERT_NE(0, copy);
	ASSERT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_READ, &copy));
	EXPECT_EQ(0, memcmp((void *)(uintptr_t)copy, self->tenants.addr, bytes));
	munmap((void *)(uintptr_t)copy, bytes);
	EXPECT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_STOP));
}

FIXTURE(long_pin_of_new_memory) {
	struct area area;
	struct hog hog;
	int gup;
};

FIXTURE_SETUP(long_pin_of_new_memory)
{
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	self->gup = open("/sys/kernel/debug/gup_test", O_RDWR);
	ASSERT_GE(self->gup, 0);
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
}

FIXTURE_TEARDOWN(long_pin_of_new_memory)
{
	close(self->gup);
	hog_release(&self->hog);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* Only the area has much free memory when pages are faulted in by the pin itself. */
TEST_F(long_pin_of_new_memory, never_comes_from_the_area)
{
	size_t page, nr = 4 * MIB_PAGES, in_area = 0;
	unsigned char *addr = map_base_pages(nr);
	struct pin_longterm_test args = {
		.addr = (uintptr_t)addr, .size = nr * PAGE_BYTES,
		.flags = WRITE
	};

	ASSERT_NE(NULL, addr);
	ASSERT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_START, &args));
	for (page = 0; page < nr; page++)
		in_area += area_holds(&self->area, page_to_pfn(addr + page * PAGE_BYTES));
	EXPECT_EQ(0, in_area);
	hog_release(&self->hog);
	EXPECT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ(0, ioctl(self->gup, PIN_LONGTERM_TEST_STOP));
	munmap(addr, nr * PAGE_BYTES);
}

int main(int argc, char **argv)
{
	int err = tenants_prepare();

	if (err)
		ksft_exit_fail_msg("the disks cannot be made ready: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
