// SPDX-License-Identifier: GPL-2.0
/*
 * Does an area that lends its memory to nobody keep it, and is it counted for what it is?
 *
 * Boot with private.dtso: the default area is a private one, and there is an ordinary one
 * beside it.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define LENT		"lent@58000000"

FIXTURE(private) {
	struct area area, lent;
};

FIXTURE_SETUP(private)
{
	ASSERT_EQ(0, area_find(&self->area, AREA_DEFAULT));
	ASSERT_EQ(0, area_find(&self->lent, LENT));
}

FIXTURE_TEARDOWN(private)
{
	EXPECT_EQ(0, area_give_all(&self->lent));
}

static long long available(const struct area *area)
{
	return area_counter(area, "available_pages");
}

TEST_F(private, total_counts_it_and_free_does_not)
{
	long used = area_used(&self->area);

	EXPECT_EQ((long)(self->area.nr_pages + self->lent.nr_pages), meminfo_pages("CmaTotal"));
	EXPECT_LE(meminfo_pages("CmaFree"), (long)self->lent.nr_pages);
	EXPECT_EQ((long long)self->area.nr_pages - used, available(&self->area));
	EXPECT_EQ((long long)self->lent.nr_pages,
		  file_number_of("/proc/zoneinfo", "        cma     "));
}

TEST_F(private, pages_are_reserved_ones)
{
	unsigned long end = self->area.base_pfn + self->area.nr_pages;

	EXPECT_EQ((long)self->area.nr_pages,
		  frames_count(self->area.base_pfn, end, KPF(RESERVED), KPF(RESERVED)));
	EXPECT_EQ(0, frames_count(self->area.base_pfn, end, KPF(BUDDY), KPF(BUDDY)));
}

/* All of the memory that programs can have is taken; the area is there as if nothing was. */
TEST_F(private, full_machine_leaves_it_alone)
{
	unsigned long end = self->area.base_pfn + self->area.nr_pages;
	long rest = self->area.nr_pages - area_used(&self->area);
	size_t nr, page, in_area = 0, in_lent = 0;
	unsigned long *pfns;
	unsigned char *addr;
	long long moved;

	keep_cpu_lists_short();
	/* Half of what is left free may lie in the lent area. */
	nr = meminfo_pages("MemFree") - 24 * MIB_PAGES;
	addr = map_base_pages(nr);
	pfns = calloc(nr, sizeof(*pfns));

	ASSERT_NE(NULL, addr);
	for (page = 0; page < nr; page++)
		addr[page * PAGE_BYTES] = 1;
	ASSERT_EQ(0, pages_to_pfns(addr, nr, pfns));
	for (page = 0; page < nr; page++) {
		in_area += area_holds(&self->area, pfns[page]);
		in_lent += area_holds(&self->lent, pfns[page]);
	}
	EXPECT_EQ(0, in_area);
	EXPECT_LT(self->lent.nr_pages / 2, in_lent);
	EXPECT_EQ(0, frames_count(self->area.base_pfn, end, KPF(LRU), KPF(LRU)));

	/* Half of the rest, so that it need not be in one piece. */
	moved = vmstat("pgmigrate_success");
	EXPECT_EQ(0, area_alloc(&self->area, rest / 2));
	EXPECT_EQ(moved, vmstat("pgmigrate_success"));
	EXPECT_EQ(rest - rest / 2, available(&self->area));
	EXPECT_EQ(0, area_free(&self->area, rest / 2));
	EXPECT_EQ(rest, available(&self->area));
	munmap(addr, nr * PAGE_BYTES);
	free(pfns);
}

TEST_HARNESS_MAIN
