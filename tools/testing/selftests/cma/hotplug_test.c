// SPDX-License-Identifier: GPL-2.0
/*
 * Memory goes offline and comes back, block by block. What becomes of an area?
 *
 * The block beside it may go, and the area is not touched; a block that holds a part of it is
 * refused, and the area goes on as if nobody had asked. Boot with movablecore=, so that there
 * are blocks that can go.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define BLOCKS	"/sys/devices/system/memory/"

static unsigned long block_pages(void)
{
	char text[32];

	if (file_read(BLOCKS "block_size_bytes", text, sizeof(text)) <= 0)
		return 0;
	return strtoull(text, NULL, 16) / PAGE_BYTES;
}

static int set_state(unsigned long block, const char *state)
{
	char path[96];

	snprintf(path, sizeof(path), BLOCKS "memory%lu/state", block);
	return file_write(path, state);
}

static bool is_online(unsigned long block)
{
	char path[96];

	snprintf(path, sizeof(path), BLOCKS "memory%lu/online", block);
	return file_number(path) == 1;
}

FIXTURE(hotplug) {
	struct area area;
	unsigned long first, last;	/* the blocks that hold a part of it */
};

FIXTURE_SETUP(hotplug)
{
	unsigned long pages = block_pages();

	ASSERT_NE(0, pages);
	ASSERT_EQ(0, area_find(&self->area, AREA_DEFAULT));
	ASSERT_EQ(0, area_used(&self->area));
	self->first = self->area.base_pfn / pages;
	self->last = (self->area.base_pfn + self->area.nr_pages - 1) / pages;
	printf("# blocks of %lu MiB, the area is in %lu to %lu\n", pages / MIB_PAGES, self->first,
	       self->last);
	ASSERT_EQ(0, area_check_intact(&self->area));
}

FIXTURE_TEARDOWN(hotplug)
{
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* Both neighbours, if they are in a zone whose pages can all move. */
TEST_F(hotplug, block_beside_an_area_goes_offline_and_comes_back)
{
	unsigned long beside[] = { self->first - 1, self->last + 1 };
	long total = meminfo_pages("MemTotal"), cma = meminfo_pages("CmaTotal");
	int i, gone = 0;

	for (i = 0; i < 2; i++) {
		if (!is_online(beside[i]) || set_state(beside[i], "offline"))
			continue;
		gone++;
		EXPECT_FALSE(is_online(beside[i]));
		EXPECT_EQ(total - (long)block_pages(), meminfo_pages("MemTotal"));
		EXPECT_EQ(cma, meminfo_pages("CmaTotal"));
		EXPECT_EQ(0, area_check_intact(&self->area));
		EXPECT_EQ(0, area_alloc(&self->area, 1000));
		EXPECT_EQ(0, set_state(beside[i], "online_movable"));
		EXPECT_EQ(0, area_free(&self->area, 1000));
		EXPECT_TRUE(is_online(beside[i]));
		EXPECT_EQ(total, meminfo_pages("MemTotal"));
	}
	EXPECT_GT(gone, 0)
		TH_LOG("neither of the two blocks beside the area could go offline");
}

TEST_F(hotplug, block_of_an_idle_area_is_refused)
{
	long total = meminfo_pages("MemTotal"), cma = meminfo_pages("CmaFree");

	EXPECT_GT(0, set_state(self->first, "offline"));
	EXPECT_TRUE(is_online(self->first));
	EXPECT_EQ(total, meminfo_pages("MemTotal"));
	EXPECT_EQ(0, cma_free_error());
	EXPECT_GE(meminfo_pages("CmaFree") + (long)MIB_PAGES, cma);
}

TEST_F(hotplug, block_of_a_busy_area_is_refused)
{
	ASSERT_EQ(0, area_alloc(&self->area, self->area.nr_pages / 2));
	EXPECT_GT(0, set_state(self->first, "offline"));
	EXPECT_TRUE(is_online(self->first));
	EXPECT_EQ((long)self->area.nr_pages / 2, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
	EXPECT_EQ(0, area_give_all(&self->area));
}

TEST_HARNESS_MAIN
