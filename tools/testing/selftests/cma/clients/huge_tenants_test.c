// SPDX-License-Identifier: GPL-2.0
/*
 * Do many huge pages in use leave an area that is larger than what is left outside?
 *
 * Whoever moves takes a free page of the pool or a fresh one, and leaves a free one behind: one
 * after the other could move to where the one before it was, in the range that is being emptied.
 */
#include <sys/mman.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define HUGE		"/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define HUGE_PAGES	(2 * MIB_PAGES)
#define NR_HUGE		128
#define NR_PAGES	(NR_HUGE * HUGE_PAGES)

#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB	(21 << 26)
#endif

FIXTURE(huge_tenants) {
	struct area area;
	char *at;
};

static size_t count_inside(const struct area *area, const char *at)
{
	size_t page, nr = 0;

	for (page = 0; page < NR_PAGES; page += HUGE_PAGES)
		nr += area_holds(area, page_to_pfn(at + page * PAGE_BYTES));
	return nr;
}

FIXTURE_SETUP(huge_tenants)
{
	size_t page, inside;

	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, file_write_number(HUGE "nr_hugepages", NR_HUGE));
	ASSERT_EQ(NR_HUGE, file_number(HUGE "nr_hugepages"));
	self->at = mmap(NULL, NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
	ASSERT_NE(MAP_FAILED, self->at);
	for (page = 0; page < NR_PAGES; page++)
		pattern_fill_page((uint64_t *)(self->at + page * PAGE_BYTES), 3, page);
	inside = count_inside(&self->area, self->at);
	printf("# of %d huge pages %zu lie in the area\n", NR_HUGE, inside);
	ASSERT_LE(NR_HUGE / 2, inside);
}

FIXTURE_TEARDOWN(huge_tenants)
{
	munmap(self->at, NR_PAGES * PAGE_BYTES);
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, file_write(HUGE "nr_hugepages", "0"));
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(huge_tenants, leave_with_their_content_and_move_but_a_few_times)
{
	long migrated = vmstat("pgmigrate_success");
	size_t page, wrong = 0;

	ASSERT_EQ(0, area_take_all(&self->area));
	migrated = vmstat("pgmigrate_success") - migrated;
	printf("# %zu pages of them, %ld migrations\n", (size_t)NR_PAGES, migrated);
	EXPECT_GE(3 * (long)NR_PAGES, migrated);
	EXPECT_EQ(0, count_inside(&self->area, self->at));
	for (page = 0; page < NR_PAGES; page++)
		wrong += !!pattern_differs((uint64_t *)(self->at + page * PAGE_BYTES), 3, page);
	EXPECT_EQ(0, wrong);
}

TEST_HARNESS_MAIN
