// SPDX-License-Identifier: GPL-2.0
/*
 * Is a kernel that lacks options just without what they name, and does the rest work?
 *
 * Nothing here depends on an option: what the running kernel is said to have comes from its own
 * /proc/config.gz.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "heap.h"
#include "hog.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

/* The heap lists a buffer's pages in one piece of its own memory: 4 KiB for this size. */
#define BUFFER_PAGES	(2 * MIB_PAGES)
#define NR_BUFFERS	16
#define LEFT_PAGES	(16 * MIB_PAGES)

static bool configured(const char *symbol)
{
	char command[128];

	snprintf(command, sizeof(command), "zcat /proc/config.gz | grep -q '^CONFIG_%s=y'", symbol);
	return !system(command);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static bool asked_for(const char *parameter)
{
	char command[128];

	snprintf(command, sizeof(command), "grep -q -w -e '%s' /proc/cmdline", parameter);
	return !system(command);
}

/* Boot with cma=64M or hugetlb_cma=: there is an area. With debugfs=off, all works without it. */
TEST(shows_what_it_is_configured_for)
{
	static const struct {
		const char *symbol, *path;
	} shown[] = {
		{ "CMA_SYSFS", "/sys/kernel/mm/cma" },
		{ "CMA_DEBUGFS", "/sys/kernel/debug/cma" },
		{ "DMABUF_HEAPS_CMA", "/dev/dma_heap/" AREA_DEFAULT },
		{ "COMPACTION", "/proc/sys/vm/compact_memory" },
		{ "CMA", "/sys/kernel/tracing/events/cma" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		bool wanted = configured(shown[i].symbol);

		printf("# CONFIG_%s: %s\n", shown[i].symbol, wanted ? "y" : "n");
		if (!strncmp(shown[i].path, "/sys/kernel/debug/", 18) && asked_for("debugfs=off"))
			wanted = false;
		EXPECT_EQ(wanted, exists(shown[i].path))
			TH_LOG("%s", shown[i].path);
	}
}

TEST(has_the_areas_that_were_asked_for)
{
	bool dma = configured("DMA_CMA");
	bool any = dma || asked_for("hugetlb_cma=");
	long total = meminfo_pages("CmaTotal"), left = meminfo_pages("CmaFree");
	long least = any ? 64 * (long)MIB_PAGES : 0;

	printf("# CmaTotal %ld, CmaFree %ld pages\n", total, left);
	EXPECT_GE(total, least);
	EXPECT_EQ(!least, !total);
	EXPECT_LE(left, total);
	EXPECT_EQ(dma, exists("/dev/dma_heap/" AREA_DEFAULT));
}

/*
 * Memory is this program's but for every fourth page, in the area as outside of it: wherever a
 * buffer is placed, pages have to move. No debugfs is needed for that.
 */
TEST(hands_out_what_programs_are_using)
{
	struct heap heap = { .fd = open("/dev/dma_heap/" AREA_DEFAULT, O_RDWR) };
	size_t nr = 0, max = meminfo_pages("MemFree"), page, wrong = 0;
	long reserve = file_number("/proc/sys/vm/min_free_kbytes") * 1024 / (long)PAGE_BYTES;
	unsigned char *addr = map_base_pages(max);
	struct buffer buffers[NR_BUFFERS];
	long long migrated;
	int round, i;

	if (heap.fd < 0)
		SKIP(return, "no heap here, and so no program that could ask for a buffer");
	ASSERT_NE(NULL, addr);
	/* What one zone keeps from requests that can have another counts as free. */
	file_write("/proc/sys/vm/lowmem_reserve_ratio", "0 0 0");
	while (nr < max && (nr % MIB_PAGES || meminfo_pages("MemFree") > reserve + LEFT_PAGES)) {
		pattern_fill_page((void *)(addr + nr * PAGE_BYTES), 11, nr);
		nr++;
	}
	for (page = 0; page < nr; page += 4)
		madvise(addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);

	migrated = vmstat("pgmigrate_success");
	for (round = 0; round < 4; round++) {
		for (i = 0; i < NR_BUFFERS; i++)
			ASSERT_EQ(0, buffer_take_filled(&buffers[i], &heap, BUFFER_PAGES,
							round * NR_BUFFERS + i));
		for (i = 0; i < NR_BUFFERS; i++) {
			EXPECT_EQ(0, buffer_wrong(&buffers[i]));
			buffer_give(&buffers[i]);
		}
	}
	migrated = vmstat("pgmigrate_success") - migrated;
	for (page = 0; page < nr; page++)
		wrong += page % 4 && pattern_differs((void *)(addr + page * PAGE_BYTES), 11, page);
	EXPECT_EQ(0, wrong);
	printf("# %lld of %zu pages had to move\n", migrated, nr);
	EXPECT_GT(migrated, 8 * (long)MIB_PAGES);
	munmap(addr, max * PAGE_BYTES);
	close(heap.fd);
}

TEST_HARNESS_MAIN
