// SPDX-License-Identifier: GPL-2.0
/*
 * Does memory that cannot be moved stay out of the areas, even when there is hardly any other?
 *
 * While a hog holds what is outside, pipes, page tables, slab and the metadata of a file system
 * are made to grow. None of it may come into the area; the area must be there as a whole
 * afterwards, while all of it still stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define HOG_SLACK_PAGES	(48 * MIB_PAGES)
#define PIPE_PAGES	MIB_PAGES
#define PIPES_MAX	400
#define TABLE_MAPS	(PAGE_BYTES / 8 * PAGE_BYTES)	/* by entries of 8 bytes */

FIXTURE(unmovable) {
	struct area area;
	struct hog hog;
};

FIXTURE_SETUP(unmovable)
{
	struct rlimit limit = { 2 * PIPES_MAX + 64, 2 * PIPES_MAX + 64 };

	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, HOG_SLACK_PAGES));
}

FIXTURE_TEARDOWN(unmovable)
{
	hog_release(&self->hog);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* What is left outside the areas, above the kernel's own reserve. */
static long room_outside(void)
{
	return meminfo_pages("MemFree") - meminfo_pages("CmaFree") -
	       file_number("/proc/sys/vm/min_free_kbytes") * 1024 / (long)PAGE_BYTES;
}

static long frames_in(const struct area *area, uint64_t flag)
{
	return frames_count(area->base_pfn, area->base_pfn + area->nr_pages, flag, flag);
}

/* The area must be there while the hog is not, but all that was made to grow is. */
static int take_without_hog(struct hog *hog, const struct area *area)
{
	hog_release(hog);
	return area_take_all(area);
}

TEST_F(unmovable, pipe_buffers_stay_out_of_the_area)
{
	char *data = calloc(PIPE_PAGES, PAGE_BYTES);
	int fds[PIPES_MAX][2], nr = 0;

	while (nr < PIPES_MAX && room_outside() > (long)(8 * MIB_PAGES)) {
		ASSERT_EQ(0, pipe(fds[nr]));
		ASSERT_GT(fcntl(fds[nr][1], F_SETPIPE_SZ, PIPE_PAGES * PAGE_BYTES), 0);
		ASSERT_EQ((ssize_t)(PIPE_PAGES * PAGE_BYTES), write(fds[nr][1], data,
								    PIPE_PAGES * PAGE_BYTES));
		nr++;
	}
	printf("# %d MiB in pipes, CmaFree %ld pages of %lu\n", nr, meminfo_pages("CmaFree"),
	       self->area.nr_pages);
	EXPECT_GE(nr, 20);
	EXPECT_EQ(0, take_without_hog(&self->hog, &self->area))
		TH_LOG("pipe buffers live in the area");
	while (nr--) {
		close(fds[nr][0]);
		close(fds[nr][1]);
	}
	free(data);
}

/* To read a page of untouched memory takes a page table for TABLE_MAPS bytes, and no memory. */
TEST_F(unmovable, page_tables_stay_out_of_the_area)
{
	size_t span = TABLE_MAPS, nr = 0, max = sizeof(long) == 8 ? 64 * 1024 : 512;
	long long least = max < 16 * MIB_PAGES ? max : 16 * MIB_PAGES;
	char *addr = mmap(NULL, max * span, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			  -1, 0);

	ASSERT_NE(MAP_FAILED, addr);
	ASSERT_EQ(0, madvise(addr, max * span, MADV_NOHUGEPAGE));
	while (nr < max && (nr % MIB_PAGES || room_outside() > (long)(8 * MIB_PAGES)))
		page_touch(addr + nr++ * span);
	printf("# %lld pages of page tables, %ld in the area\n", vmstat("nr_page_table_pages"),
	       frames_in(&self->area, KPF(PGTABLE)));
	EXPECT_GE(vmstat("nr_page_table_pages"), least);
	EXPECT_EQ(0, frames_in(&self->area, KPF(PGTABLE)));
	EXPECT_EQ(0, take_without_hog(&self->hog, &self->area));
	munmap(addr, max * span);
}

/* Empty files: inodes and directory entries. */
TEST_F(unmovable, slab_stays_out_of_the_area)
{
	char path[64];
	int nr = 0, fd;

	mkdir("/tmp/slab", 0700);
	ASSERT_EQ(0, mount("slab", "/tmp/slab", "tmpfs", 0, "nr_inodes=0"));
	while (nr < 40000 && (nr % 256 || room_outside() > (long)(8 * MIB_PAGES))) {
		snprintf(path, sizeof(path), "/tmp/slab/%d", nr++);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		ASSERT_GE(fd, 0);
		close(fd);
	}
	printf("# %d files, %lld + %lld pages of slab, %ld in the area\n", nr,
	       vmstat("nr_slab_unreclaimable"),
	       vmstat("nr_slab_reclaimable"), frames_in(&self->area, KPF(SLAB)));
	EXPECT_GE(vmstat("nr_slab_unreclaimable") + vmstat("nr_slab_reclaimable"),
		  (long long)(16 * MIB_PAGES));
	EXPECT_EQ(0, frames_in(&self->area, KPF(SLAB)));
	EXPECT_EQ(0, take_without_hog(&self->hog, &self->area));
	umount("/tmp/slab");
	rmdir("/tmp/slab");
}

/*
 * Directories, a block of a kibibyte or more each: their buffers are in the hands of the
 * journal until it has written them to their places. Nothing makes it do so here.
 */
#define DIRECTORIES	3000
#define METADATA	"/mnt/metadata"

TEST_F(unmovable, metadata_of_a_file_system_stays_out_of_the_area)
{
	char path[64];
	int nr;

	mkdir("/mnt", 0755);
	mkdir(METADATA, 0755);
	ASSERT_EQ(0, mount("/dev/vda", METADATA, "ext4", 0, NULL));
	for (nr = 0; nr < DIRECTORIES; nr++) {
		snprintf(path, sizeof(path), METADATA "/%d", nr);
		ASSERT_EQ(0, mkdir(path, 0700));
	}
	printf("# %d directories, %ld KiB of buffers, CmaFree %ld pages of %lu\n", nr,
	       meminfo_pages("Buffers") * (long)PAGE_BYTES / 1024, meminfo_pages("CmaFree"),
	       self->area.nr_pages);
	EXPECT_LE(DIRECTORIES * 1024 / (long)PAGE_BYTES, meminfo_pages("Buffers"));
	EXPECT_EQ(0, take_without_hog(&self->hog, &self->area))
		TH_LOG("metadata lives in the area");
	while (nr--) {
		snprintf(path, sizeof(path), METADATA "/%d", nr);
		rmdir(path);
	}
	ASSERT_EQ(0, umount(METADATA));
}

/*
 * Free pages of an area are no help for a request that may not use them: it has to reclaim
 * instead of failing. The memory outside is full of clean file pages, the area is free.
 */
#define FILE_PAGES	(64 * MIB_PAGES)

TEST_F(unmovable, memory_is_reclaimed_while_only_the_area_is_free)
{
	char *data = calloc(PIPE_PAGES, PAGE_BYTES);
	int fds[PIPES_MAX][2], nr = 0, disk = open("/dev/vdb", O_RDONLY);
	long long scanned = vmstat("pgscan_kswapd") + vmstat("pgscan_direct");
	size_t read_pages = 0;

	/*
	 * The page cache of a block device is not movable memory, so it fills what the hog has
	 * left.
	 */
	ASSERT_GE(disk, 0);
	while (room_outside() > 0 && read_pages < FILE_PAGES &&
	       read(disk, data, PIPE_PAGES * PAGE_BYTES) == (ssize_t)(PIPE_PAGES * PAGE_BYTES))
		read_pages += PIPE_PAGES;
	/* More than is free outside the area. */
	for (; nr < 30; nr++) {
		ASSERT_EQ(0, pipe(fds[nr]));
		ASSERT_GT(fcntl(fds[nr][1], F_SETPIPE_SZ, PIPE_PAGES * PAGE_BYTES), 0);
		ASSERT_EQ((ssize_t)(PIPE_PAGES * PAGE_BYTES), write(fds[nr][1], data,
								    PIPE_PAGES * PAGE_BYTES));
	}
	scanned = vmstat("pgscan_kswapd") + vmstat("pgscan_direct") - scanned;
	printf("# %zu MiB of cache, %d MiB in pipes, %lld pages scanned, CmaFree %ld\n",
	       read_pages / MIB_PAGES, nr,
	       scanned, meminfo_pages("CmaFree"));
	EXPECT_GT(scanned, 0);
	EXPECT_EQ(0, take_without_hog(&self->hog, &self->area));
	while (nr--) {
		close(fds[nr][0]);
		close(fds[nr][1]);
	}
	close(disk);
	free(data);
}

TEST_HARNESS_MAIN
