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
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Asks until it is told to end. Return: how many requests were served, -1 if one was not. */
static long ask_often(const struct area *area, const bool *end)
{
	long nr;

	for (nr = 0; !__atomic_load_n(end, __ATOMIC_RELAXED); nr++)
		if (area_alloc(area, area->nr_pages / 2) || area_free(area, area->nr_pages / 2))
			return -1;
	return nr;
}

/* Both isolate pageblocks, and drain lists and batches: neither may keep the other from it. */
TEST_F(hotplug, blocks_are_asked_to_go_while_the_area_is_asked_for_pages)
{
	unsigned long beside[] = { self->first - 1, self->last + 1 };
	int round, i, status, refused = 0, gone = 0;
	struct { bool end; long nr; } *asked;
	pid_t asker;

	asked = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, asked);
	asker = fork();
	ASSERT_LE(0, asker);
	if (!asker) {
		asked->nr = ask_often(&self->area, &asked->end);
		_exit(0);
	}
	for (round = 0; round < 20; round++) {
		refused += set_state(self->first, "offline") < 0;
		for (i = 0; i < 2; i++) {
			if (!is_online(beside[i]) || set_state(beside[i], "offline"))
				continue;
			gone++;
			EXPECT_EQ(0, set_state(beside[i], "online_movable"));
		}
	}
	__atomic_store_n(&asked->end, true, __ATOMIC_RELAXED);
	EXPECT_EQ(asker, waitpid(asker, &status, 0));
	printf("# %ld requests served; the area's block refused %d times, another gone %d times\n",
	       asked->nr, refused, gone);
	EXPECT_LE(20, asked->nr);
	EXPECT_EQ(20, refused);
	EXPECT_LT(0, gone);
	EXPECT_TRUE(is_online(self->first));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
	munmap(asked, PAGE_BYTES);
}

TEST_HARNESS_MAIN
