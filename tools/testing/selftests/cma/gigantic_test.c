// SPDX-License-Identifier: GPL-2.0
/*
 * Do gigantic pages come from the areas that hugetlb_cma= makes, and go back there? hugetlb is
 * an unmodified client; each bit of its areas' map stands for many pages.
 *
 * Boot with hugetlb_cma=1G.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define GIB_BYTES	(1UL << 30)
#define GIB_PAGES	(GIB_BYTES / PAGE_BYTES)
#define POOL		"/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
#define AREA		"hugetlb0"
#define STEP_PAGES	(4 * MIB_PAGES)		/* between pages that are looked at */

FIXTURE(gigantic) {
	struct area area;
};

FIXTURE_SETUP(gigantic)
{
	ASSERT_EQ(0, area_find(&self->area, AREA))
		TH_LOG("no area " AREA);
	ASSERT_EQ(GIB_PAGES, self->area.nr_pages);
	ASSERT_EQ(0, area_used(&self->area));
	ASSERT_EQ(0, file_number(POOL));
}

FIXTURE_TEARDOWN(gigantic)
{
	EXPECT_EQ(0, file_write(POOL, "0"));
	EXPECT_EQ(0, file_number(POOL));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
}

TEST_F(gigantic, comes_from_the_area_and_goes_back)
{
	int round;

	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, file_write(POOL, "1"));
		ASSERT_EQ(1, file_number(POOL));
		EXPECT_EQ((long)GIB_PAGES, area_used(&self->area));
		EXPECT_EQ((long)GIB_PAGES, frames_count(self->area.base_pfn,
							self->area.base_pfn + GIB_PAGES,
							KPF(HUGE), KPF(HUGE)));
		EXPECT_EQ(0, cma_free_error());
		ASSERT_EQ(0, file_write(POOL, "0"));
		EXPECT_EQ(0, area_used(&self->area));
		EXPECT_EQ(0, frames_count(self->area.base_pfn, self->area.base_pfn + GIB_PAGES,
					  KPF(HUGE), KPF(HUGE)));
	}
}

TEST_F(gigantic, is_memory_of_a_program)
{
	unsigned char *addr;
	size_t page;

	ASSERT_EQ(0, file_write(POOL, "1"));
	addr = mmap(NULL, GIB_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 30 << MAP_HUGE_SHIFT, -1, 0);
	ASSERT_NE(MAP_FAILED, addr);
	for (page = 0; page < GIB_PAGES; page += STEP_PAGES)
		pattern_fill_page((void *)(addr + page * PAGE_BYTES), 7, page);
	for (page = 0; page < GIB_PAGES; page += STEP_PAGES)
		EXPECT_FALSE(pattern_differs((void *)(addr + page * PAGE_BYTES), 7, page));
	EXPECT_EQ(self->area.base_pfn, page_to_pfn(addr));
	munmap(addr, GIB_BYTES);
}

TEST_F(gigantic, is_refused_beyond_the_area)
{
	file_write(POOL, "3");
	EXPECT_GE(file_number(POOL), 1);
	EXPECT_EQ((long)GIB_PAGES, area_used(&self->area));
}

TEST_HARNESS_MAIN
