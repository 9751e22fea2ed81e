// SPDX-License-Identifier: GPL-2.0
/* In which state is memory when a request is measured? */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/fs.h>

#include "page.h"
#include "proc.h"
#include "state.h"

#define DISK		"/dev/vda"
#define RAMDISK		"/dev/ram0"
#define MOUNT		"/mnt/bench"
#define FILE_PATH	MOUNT "/file"
#define FILE_PAGES	(272 * MIB_PAGES)
#define CHUNK_BYTES	(1UL << 20)
#define MIN_FREE_KIB	1024
#define SETTLE_SECONDS	3
#define TAKE_ATTEMPTS	5
#define PCP_FRACTION	"/proc/sys/vm/percpu_pagelist_high_fraction"
#define PCP_FRACTION_SHORT	100000	/* as short as lists can be; 0 is the kernel's own choice */
#define SCATTER_PAGES	64
#define FILLER_PAGES	(32 * MIB_PAGES)
#define THP_BYTES	(BLOCK_PAGES * PAGE_BYTES)
#define MAPPING_BYTES	(FRAMES_MAX * PAGE_BYTES + THP_BYTES)

/* All of them are in place before a state is made: none may come out of the area in it. */
static unsigned long pfns[FRAMES_MAX];
static uint64_t area_flags[FRAMES_MAX / 2];
static alignas(1 << 16) unsigned char chunk[CHUNK_BYTES];

static int complain(const char *what, long err)
{
	printf("# state: %s: %s\n", what, strerror(-err));
	return err;
}

/* Memory */

long free_outside(void)
{
	return meminfo_pages("MemFree") - meminfo_pages("CmaFree");
}

static long sum_of(const char *path, const char *key, const char *not_before)
{
	char line[256], word[64];
	FILE *f = fopen(path, "r");
	long sum = 0, number;
	bool on = !not_before;

	while (f && fgets(line, sizeof(line), f)) {
		if (not_before && strstr(line, not_before))
			on = true;
		if (on && sscanf(line, "%63s %ld", word, &number) == 2 && !strcmp(word, key))
			sum += number;
	}
	if (f)
		fclose(f);
	return sum;
}

long pcp_pages(void)
{
	return sum_of("/proc/zoneinfo", "count:", "pagesets");
}

long high_watermark(void)
{
	return sum_of("/proc/zoneinfo", "high", NULL);
}

/* Work that is pending is done, per-CPU lists shrink to what they keep. Idle time is free. */
static void settle(void)
{
	sleep(SETTLE_SECONDS);
	stat_refresh();
}

/* Frames of the area */

int census_take(const struct area *area)
{
	return frames_flags(area->base_pfn, area->base_pfn + area->nr_pages, area_flags);
}

struct census census(unsigned long start, unsigned long nr_pages)
{
	struct census c = { 0 };
	unsigned long page;

	for (page = start; page < start + nr_pages; page++) {
		uint64_t flags = area_flags[page];

		if (flags & KPF(BUDDY))
			c.free++;
		else if (flags & KPF(THP))
			c.thp++;
		else if (flags & (KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL) | KPF(SLAB)))
			c.other++;
		else if (flags & KPF(ANON))
			c.base++;
		else if (flags & KPF(LRU))
			c.file++;
		else
			c.other++;
	}
	return c;
}

/* The disk */

static bool is_zero(const unsigned char *bytes, size_t nr)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, nr - 1);
}

/* An ext4 has few blocks that are not zero; a RAM disk is made of zeros. */
static int copy_disk(void)
{
	int from = open(DISK, O_RDONLY | O_DIRECT), to = open(RAMDISK, O_WRONLY);
	off_t at = 0;
	ssize_t got;
	int err = from < 0 || to < 0 ? -errno : 0;

	while (!err && (got = read(from, chunk, sizeof(chunk))) > 0) {
		if (!is_zero(chunk, got) && pwrite(to, chunk, got, at) != got)
			err = -EIO;
		at += got;
	}
	if (!err && (got < 0 || fsync(to) || ioctl(to, BLKFLSBUF)))
		err = -errno;
	close(from);
	close(to);
	return err;
}

static int write_file(int fd)
{
	size_t done;

	memset(chunk, 0x5a, sizeof(chunk));
	for (done = 0; done < FILE_PAGES * PAGE_BYTES; done += sizeof(chunk))
		if (write(fd, chunk, sizeof(chunk)) != (ssize_t)sizeof(chunk))
			return -errno;
	if (fsync(fd))
		return -errno;
	return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int make_file(struct state *s)
{
	int err = copy_disk();

	if (err)
		return err;
	mkdir("/mnt", 0755);
	mkdir(MOUNT, 0755);
	if (mount(RAMDISK, MOUNT, "ext4", MS_NOATIME, "noinit_itable"))
		return -errno;
	s->file = open(FILE_PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (s->file < 0)
		return -errno;
	err = write_file(s->file);
	if (!err) {
		sync();
		/* The inode and its extents are read once more, to places outside the area. */
		if (pread(s->file, chunk, PAGE_BYTES, (FILE_PAGES - 1) * PAGE_BYTES) < 0)
			err = -errno;
		posix_fadvise(s->file, 0, 0, POSIX_FADV_DONTNEED);
	}
	return err;
}

/*
 * The whole area but what drivers hold, which is at one of its ends. What was freed just now
 * may be on its way through a batch or a per-CPU list, so a few attempts are made.
 */
static int take_all(struct state *s)
{
	int attempt, err = -EBUSY;

	for (attempt = 0; attempt < TAKE_ATTEMPTS && err; attempt++) {
		if (attempt)
			sleep(1);
		err = area_alloc(&s->area, s->area.nr_pages - s->boot_pages);
	}
	if (attempt > 1)
		printf("# the area was taken whole at attempt %d\n", attempt);
	return err;
}

int state_give_all(struct state *s)
{
	long taken = area_used(&s->area) - s->boot_pages;

	if (taken > 0)
		area_free(&s->area, taken);
	return area_used(&s->area) == s->boot_pages ? 0 : -EBUSY;
}

int state_prepare(struct state *s, bool files)
{
	int err;

	memset(pfns, 1, sizeof(pfns));
	memset(area_flags, 1, sizeof(area_flags));
	memset(s, 0, sizeof(*s));
	s->file = -1;
	s->pipe[0] = -1;
	s->pipe[1] = -1;
	err = area_find(&s->area, AREA_DEFAULT);
	if (err)
		return complain("no area " AREA_DEFAULT, err);
	s->boot_pages = area_used(&s->area);
	if (s->boot_pages >= (long)BLOCK_PAGES ||
	    area_maxchunk(&s->area) != (long)s->area.nr_pages - s->boot_pages)
		return complain("the area is in use by more than a DMA pool", -EBUSY);
	if (file_write_number("/proc/sys/vm/min_free_kbytes", MIN_FREE_KIB) ||
	    file_write("/proc/sys/vm/watermark_scale_factor", "1") ||
	    file_write("/proc/sys/vm/watermark_boost_factor", "0"))
		return complain("watermarks", -EINVAL);
	if (!files)
		return 0;
	err = take_all(s);
	if (err)
		return complain("the area is not free after boot", err);
	err = make_file(s);
	if (err)
		complain("ext4 on " RAMDISK, err);
	sleep(10);	/* the journal's commit */
	return state_give_all(s) ?: err;
}

int state_idle(struct state *s)
{
	struct census c;
	int err = take_all(s) ?: state_give_all(s);

	if (err)
		return complain("the area cannot be taken whole", err);
	err = census_take(&s->area);
	c = census(0, s->area.nr_pages);
	/* Upstream leaves released pages on per-CPU lists. */
	if (!err && c.base + c.thp + c.file)
		err = -EBUSY;
	return err ? complain("the area is not idle", err) : 0;
}

/* Tenants */

static int map_tenants(struct state *s)
{
	int advice = s->type == TENANT_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
	unsigned char *at = mmap(NULL, MAPPING_BYTES, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	s->mapping = at;
	s->addr = at + -(uintptr_t)at % THP_BYTES;
	return madvise(at, MAPPING_BYTES, advice) ? -errno : 0;
}

static int read_some(struct state *s, size_t nr_pages)
{
	for (; nr_pages && s->nr_pages < FILE_PAGES; nr_pages--, s->nr_pages++)
		if (pread(s->file, chunk, PAGE_BYTES, s->nr_pages * PAGE_BYTES) < 0)
			return -errno;
	return nr_pages ? -ENOSPC : 0;
}

static int touch_some(struct state *s, size_t nr_pages)
{
	size_t end = s->nr_pages + nr_pages;

	if (end > FRAMES_MAX)
		return -ENOSPC;
	for (; s->nr_pages < end; s->nr_pages++)
		s->addr[s->nr_pages * PAGE_BYTES] = 1;
	return 0;
}

static bool is_huge(const unsigned char *addr)
{
	unsigned long pfn = page_to_pfn(addr);

	return pfn % BLOCK_PAGES == 0 && frames_with(&pfn, 1, KPF(THP)) == 1;
}

/*
 * Huge pages as long as there are any. Each needs a page table, from outside the area: the hog
 * lets single pages go for them, so scattered that they make no huge one.
 */
static int touch_huge(struct state *s)
{
	size_t page, misses = 0;

	for (page = 0; page < s->hog.nr_pages; page += SCATTER_PAGES)
		madvise(s->hog.addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
	while (misses < 4) {
		if (s->nr_pages + BLOCK_PAGES > FRAMES_MAX - FILLER_PAGES)
			return -ENOSPC;
		s->addr[s->nr_pages * PAGE_BYTES] = 1;
		misses += !is_huge(s->addr + s->nr_pages * PAGE_BYTES);
		s->nr_pages += BLOCK_PAGES;
	}
	return 0;
}

/* What no huge page fits into gets base pages, for which the page tables are there already. */
static int begin_filler(struct state *s)
{
	size_t page;

	s->nr_pages = FRAMES_MAX - FILLER_PAGES;
	if (madvise(s->addr + s->nr_pages * PAGE_BYTES, FILLER_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE))
		return -errno;
	for (page = s->nr_pages; page < FRAMES_MAX; page += BLOCK_PAGES)
		s->addr[page * PAGE_BYTES] = 1;
	return 0;
}

/* Frames of the area that wait on per-CPU lists: free, but not on the buddy's lists. */
static long waiting_in(struct state *s)
{
	return census_take(&s->area) ? 0 : census(0, s->area.nr_pages).other - s->boot_pages;
}

static int fill(struct state *s)
{
	long cma_free = 0, waiting = 0;
	int err = 0;

	if (s->type == TENANT_THP)
		err = touch_huge(s) ?: begin_filler(s);

	while (!err) {
		long step = 32;

		stat_refresh();
		cma_free = meminfo_pages("CmaFree");
		if (cma_free < FULL_PAGES) {
			waiting = waiting_in(s);
			if (waiting < FULL_PAGES)
				return 0;
			step = waiting / 2;
		} else if (cma_free > 4 * FULL_PAGES) {
			step = cma_free / 2;
		}
		err = s->type == TENANT_FILE ? read_some(s, step) : touch_some(s, step);
	}
	printf("# state: of the area %ld pages are free, %ld wait on lists after %zu pages\n",
	       cma_free, waiting, s->nr_pages);
	return complain("the area does not become full", err);
}

int state_check_full(struct state *s)
{
	long wanted, unclaimed = s->area.nr_pages - area_used(&s->area);
	int err = census_take(&s->area);
	struct census c;

	if (err)
		return complain("kpageflags", err);
	c = census(0, s->area.nr_pages);
	wanted = s->type == TENANT_BASE ? c.base : s->type == TENANT_THP ? c.thp : c.file;
	/* Reclaim may have freed some since. */
	if (c.free < 4 * FULL_PAGES && wanted > unclaimed * 9 / 10)
		return 0;
	printf("# state: the area's frames: %ld free, %ld base, %ld huge, %ld file, %ld other\n",
	       c.free, c.base, c.thp, c.file, c.other);
	return complain("the area is not full of the tenants that were wanted", -EINVAL);
}

int state_fill(struct state *s, enum tenant_type type, size_t slack_pages)
{
	int err = 0;

	s->type = type;
	/* Short per-CPU lists meanwhile: what waits there is neither free nor a tenant. */
	file_write_number(PCP_FRACTION, PCP_FRACTION_SHORT);
	if (!s->hog.addr)
		err = hog_outside_areas(&s->hog, slack_pages);
	if (err)
		return complain("the hog", err);
	s->nr_pages = 0;
	err = map_tenants(s);
	if (err)
		return complain("mmap", err);
	err = fill(s);
	file_write_number(PCP_FRACTION, 0);
	if (err)
		return err;
	settle();
	return state_check_full(s);
}

/* Lets pages of a mapping go that are outside the area, from its end on. */
static int leave_outside(const struct area *area, unsigned char *addr, size_t nr_pages, size_t unit,
			 long target)
{
	size_t page = nr_pages - nr_pages % unit, first = page;
	long missing = target - free_outside();
	int err = 0;

	while (!err && missing > 0 && page) {
		unsigned long pfn;

		if (page == first) {
			first -= page < FRAMES_MAX ? page : FRAMES_MAX;
			err = pages_to_pfns(addr + first * PAGE_BYTES, page - first, pfns);
		}
		page -= unit;
		pfn = pfns[page - first];
		/* Of huge tenants only whole ones: single pages are no target for a huge one. */
		if (!pfn || area_holds(area, pfn) || pfn % unit)
			continue;
		if (madvise(addr + page * PAGE_BYTES, unit * PAGE_BYTES, MADV_DONTNEED))
			err = -errno;
		missing -= unit;
		if (missing <= 0) {
			settle();
			missing = target - free_outside();
		}
	}
	return err ?: missing > 0 ? -ENOMEM : 0;
}

int state_make_room(struct state *s, long nr_pages)
{
	int err;

	if (free_outside() >= nr_pages)
		return 0;
	if (s->type == TENANT_FILE)
		err = leave_outside(&s->area, s->hog.addr, s->hog.nr_pages, 1, nr_pages);
	else
		err = leave_outside(&s->area, s->addr, s->nr_pages,
				    s->type == TENANT_THP ? BLOCK_PAGES : 1, nr_pages);
	if (err)
		printf("# state: wanted %ld pages outside, there are %ld\n", nr_pages,
		       free_outside());
	return err ? complain("no room outside the area", err) : 0;
}

int state_leave_no_room(struct state *s)
{
	long high = high_watermark(), spare;
	size_t page = 0;
	int round;

	/* Some more than that may come back by itself: reclaim goes on until the watermark. */
	for (round = 0; round < 4; round++) {
		stat_refresh();
		for (spare = free_outside() - high; spare > 0; spare--)
			s->addr[page++ * PAGE_BYTES] = 1;
	}
	settle();
	spare = free_outside();
	if (spare <= 2 * high)
		return state_check_full(s);
	printf("# state: %ld pages are free outside, the high watermark is %ld\n", spare, high);
	return complain("too much is free outside", -EAGAIN);
}

long state_empty_range(struct state *s, unsigned long start, unsigned long nr_pages)
{
	size_t page;
	long err = pages_to_pfns(s->addr, s->nr_pages, pfns);

	for (page = 0; !err && page < s->nr_pages; page++)
		if (pfns[page] >= s->area.base_pfn + start &&
		    pfns[page] < s->area.base_pfn + start + nr_pages &&
		    madvise(s->addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED))
			err = -errno;
	return err;
}

static unsigned long longest_window(const struct area *area, const unsigned char *blocked)
{
	unsigned long page, run = 0, longest = 0;

	for (page = 0; page < area->nr_pages; page++) {
		run = blocked[page] ? 0 : run + 1;
		if (run > longest)
			longest = run;
	}
	return longest;
}

int state_pin(struct state *s, unsigned long every, unsigned long *window)
{
	static size_t at[FRAMES_MAX / BLOCK_PAGES];	/* its place in the mapping, + 1 */
	static unsigned char blocked[FRAMES_MAX];
	unsigned long block, nr_blocks = s->area.nr_pages / BLOCK_PAGES, page;
	int err = pages_to_pfns(s->addr, s->nr_pages, pfns), nr = 0;
	size_t i;

	memset(at, 0, sizeof(at));
	memset(blocked, 0, sizeof(blocked));
	for (i = 0; !err && i < s->nr_pages; i++) {
		if (!area_holds(&s->area, pfns[i]))
			continue;
		block = (pfns[i] - s->area.base_pfn) / BLOCK_PAGES;
		if (block % every == 0 && (!at[block] || pfns[i] < pfns[at[block] - 1]))
			at[block] = i + 1;
	}
	if (!err && (pipe(s->pipe) || fcntl(s->pipe[1], F_SETPIPE_SZ, 256 * PAGE_BYTES) < 0))
		err = -errno;
	for (block = 0; !err && block < nr_blocks; block += every) {
		struct iovec iov = { .iov_len = PAGE_BYTES };

		if (!at[block])
			return complain("a pageblock has no page to pin", -ENOENT);
		iov.iov_base = s->addr + (at[block] - 1) * PAGE_BYTES;
		if (vmsplice(s->pipe[1], &iov, 1, 0) != (ssize_t)PAGE_BYTES)
			err = -errno;
		else if (page_to_pfn(iov.iov_base) != pfns[at[block] - 1])
			err = -ESTALE;
		blocked[pfns[at[block] - 1] - s->area.base_pfn] = 1;
		nr++;
	}
	if (err)
		return complain("pins", err);
	settle();
	census_take(&s->area);
	for (page = 0; page < s->area.nr_pages; page++)
		blocked[page] |= census(page, 1).other;
	*window = longest_window(&s->area, blocked);
	return nr;
}

void state_clear(struct state *s)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (s->pipe[i] >= 0)
			close(s->pipe[i]);
		s->pipe[i] = -1;
	}
	if (s->mapping)
		munmap(s->mapping, MAPPING_BYTES);
	s->mapping = NULL;
	if (s->file >= 0)
		posix_fadvise(s->file, 0, 0, POSIX_FADV_DONTNEED);
	state_give_all(s);
}
