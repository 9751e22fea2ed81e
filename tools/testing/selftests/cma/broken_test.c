// SPDX-License-Identifier: GPL-2.0
/*
 * Memory breaks: a page that is handed out, one that is free, one that a tenant has, one that is
 * just being taken. What becomes of the area?
 *
 * That page is handed out to nobody any more, and every other one is: no more is lost, and a
 * request that has no range without it fails and says so. What the kernel can repair is repaired
 * at the end. Boot with virt-camera.dtso, and a kernel with HWPOISON_INJECT and FAIL_CMA.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "area.h"
#include "fault.h"
#include "heap.h"
#include "hog.h"
#include "page.h"
#include "proc.h"
#include "tenant.h"
#include "test.h"

#define BANK		"camera-bank0@58000000"
#define HWPOISON	"/sys/kernel/debug/hwpoison/"
#define CHUNK_PAGES	64UL
#define RANGE_PAGES	(2 * MIB_PAGES)
#define TENANT_PAGES	(16 * MIB_PAGES)

FIXTURE(broken) {
	struct area area;
	unsigned char *before, *after;
	struct held request;
	struct hog hog;
	struct tenants tenants;
	struct tenant_kind kind;
};

static long nr_broken(const struct area *area)
{
	return frames_count(area->base_pfn, area->base_pfn + area->nr_pages, KPF(HWPOISON),
			    KPF(HWPOISON));
}

static bool is_broken(unsigned long pfn)
{
	return frames_with(&pfn, 1, KPF(HWPOISON)) == 1;
}

/* What memory_failure() says of success is its own affair; the page is marked or it is not. */
static bool break_page(unsigned long pfn)
{
	file_write_number(HWPOISON "corrupt-pfn", pfn);
	return is_broken(pfn);
}

static int repair(unsigned long pfn)
{
	return file_write_number(HWPOISON "unpoison-pfn", pfn);
}

/* Return: how many pages can be had, all in all; they are given back. */
static long takeable(const struct area *area)
{
	unsigned long size;
	long used;

	for (size = RANGE_PAGES; size; size = size > 1 ? size / 8 : 0)
		while (!area_alloc(area, size))
			;
	used = area_used(area);
	area_give_all(area);
	return used;
}

FIXTURE_SETUP(broken)
{
	ASSERT_EQ(0, access(HWPOISON "corrupt-pfn", W_OK))
		TH_LOG("this kernel has no HWPOISON_INJECT");
	ASSERT_EQ(0, fault_prepare())
		TH_LOG("this kernel has no FAIL_CMA, FAILSLAB or FAIL_PAGE_ALLOC");
	ASSERT_EQ(0, area_find(&self->area, BANK));
	ASSERT_EQ(0, area_used(&self->area));
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	ASSERT_NE(NULL, self->after);
}

FIXTURE_TEARDOWN(broken)
{
	fault_end();
	hog_release(&self->hog);
	if (self->tenants.kind)
		tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
	EXPECT_EQ((long)self->area.nr_pages - nr_broken(&self->area), takeable(&self->area));
}

/* Return: the first frame of a buffer that was taken just now, 0 if there is none. */
static unsigned long take(FIXTURE_DATA(broken) *self, unsigned long nr_pages)
{
	unsigned long start, len;

	area_bitmap(&self->area, self->before);
	if (area_alloc(&self->area, nr_pages) ||
	    area_bitmap(&self->area, self->after) < 0 ||
	    !bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len))
		return 0;
	return self->area.base_pfn + start;
}

TEST_F(broken, page_that_is_free_is_handed_out_to_nobody)
{
	unsigned long pfn = take(self, RANGE_PAGES);

	ASSERT_NE(0, pfn);
	ASSERT_EQ(0, area_give_all(&self->area));
	ASSERT_TRUE(break_page(pfn + 5));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	EXPECT_EQ((long)self->area.nr_pages - nr_broken(&self->area), takeable(&self->area));
	EXPECT_EQ(0, repair(pfn + 5));
}

TEST_F(broken, page_of_a_tenant_costs_the_tenant_that_page_only)
{
	struct tenants *tenants = &self->tenants;
	unsigned long pfn = 0;
	size_t page;
	int status;
	pid_t child;

	ASSERT_EQ(0, take_all_but(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, 6 * MIB_PAGES));
	self->kind = tenant_anonymous;
	self->kind.nr_pages = TENANT_PAGES;
	ASSERT_EQ(0, tenants_settle(tenants, &self->kind));
	ASSERT_LT(0, tenants_find(tenants, &self->area));
	hog_release(&self->hog);
	give_all();
	for (page = 0; page < tenants->nr_pages && !pfn; page++)
		if (area_holds(&self->area, tenants->pfns[page]))
			pfn = tenants->pfns[page];
	page--;
	ASSERT_NE(0, pfn);

	ASSERT_TRUE(break_page(pfn));
	child = fork();
	if (!child) {
		page_touch(tenants->addr + page * PAGE_BYTES);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		TH_LOG("status %#x: broken memory was read", status);
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	EXPECT_EQ((long)self->area.nr_pages - nr_broken(&self->area), takeable(&self->area));
	tenants_leave(tenants);
	EXPECT_EQ(0, repair(pfn));
}

/* The request holds the pageblocks, and finds the page gone. */
TEST_F(broken, page_of_a_pageblock_that_is_isolated)
{
	unsigned long pfn;

	ASSERT_EQ(0, take_all_but(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, 6 * MIB_PAGES));
	self->kind = tenant_anonymous;
	self->kind.nr_pages = TENANT_PAGES;
	ASSERT_EQ(0, tenants_settle(&self->tenants, &self->kind));
	ASSERT_LT(0, tenants_find(&self->tenants, &self->area));
	hog_release(&self->hog);
	give_all();

	ASSERT_EQ(0, held_at(&self->request, "evacuate", &self->area, self->area.nr_pages));
	for (pfn = self->area.base_pfn; frames_with(&pfn, 1, KPF(BUDDY)) != 1; pfn++)
		ASSERT_TRUE(area_holds(&self->area, pfn));
	ASSERT_TRUE(break_page(pfn));
	EXPECT_EQ(-ENOMEM, held_go(&self->request));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, tenants_wrong(&self->tenants));
	EXPECT_EQ(0, repair(pfn));
}

/*
 * From here on the kernel has no way to repair: a page that was nobody's when it was marked, or
 * that was freed with the mark, is kept by nobody.
 */
TEST_F(broken, page_that_is_just_being_taken)
{
	unsigned long pfn = take(self, RANGE_PAGES);

	ASSERT_NE(0, pfn);
	ASSERT_EQ(0, area_give_all(&self->area));
	ASSERT_EQ(0, held_at(&self->request, "take", &self->area, RANGE_PAGES));
	area_bitmap(&self->area, self->after);
	ASSERT_TRUE(self->after[pfn + 7 - self->area.base_pfn])
		TH_LOG("another range is being taken");
	ASSERT_TRUE(break_page(pfn + 7));
	/* There are other ranges. */
	EXPECT_EQ(0, held_go(&self->request));
	EXPECT_EQ(RANGE_PAGES, area_used(&self->area));
	area_bitmap(&self->area, self->after);
	EXPECT_FALSE(self->after[pfn + 7 - self->area.base_pfn])
		TH_LOG("a broken page was handed out");
}

TEST_F(broken, page_that_is_handed_out_is_kept_out_when_it_returns)
{
	unsigned long pfn = take(self, RANGE_PAGES);
	long before = nr_broken(&self->area);

	ASSERT_NE(0, pfn);
	ASSERT_TRUE(break_page(pfn + 9));
	EXPECT_EQ(RANGE_PAGES, area_used(&self->area));
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(before + 1, nr_broken(&self->area));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
}

TEST_HARNESS_MAIN
