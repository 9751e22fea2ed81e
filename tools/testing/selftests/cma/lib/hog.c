// SPDX-License-Identifier: GPL-2.0
/* How do new pages get into the areas? By leaving them no other place. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "proc.h"

#define STEP_PAGES	(1 * MIB_PAGES)
#define ROUNDS_MAX	8

void keep_cpu_lists_short(void)
{
	file_write("/proc/sys/vm/percpu_pagelist_high_fraction", "1000");
}

void *map_base_pages(size_t nr_pages)
{
	void *addr = mmap(NULL, nr_pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (addr == MAP_FAILED)
		return NULL;
	/* Unheeded, it would quietly turn every base page of a test into a huge one. */
	if (madvise(addr, nr_pages * PAGE_BYTES, MADV_NOHUGEPAGE) &&
	    !access("/sys/kernel/mm/transparent_hugepage", F_OK)) {
		munmap(addr, nr_pages * PAGE_BYTES);
		return NULL;
	}
	return addr;
}

/* Room for what is given up again as well, as far as an address space of 32 bits has it. */
static size_t span_pages(void)
{
	size_t span = 4 * meminfo_pages("MemTotal"), most = (SIZE_MAX >> 1) / PAGE_BYTES;

	return span < most ? span : most;
}

static long free_outside(void)
{
	return meminfo_pages("MemFree") - meminfo_pages("CmaFree");
}

/* Nobody gets at the last of it. */
static size_t reserve_pages(void)
{
	return file_number("/proc/sys/vm/min_free_kbytes") * 1024 / PAGE_BYTES;
}

size_t hog_left_outside(size_t slack_pages)
{
	long left = free_outside() - (long)(slack_pages + reserve_pages());

	return left > 0 ? left : 0;
}

static void touch(struct hog *hog, size_t nr_pages)
{
	size_t end = hog->nr_pages + nr_pages;

	for (; hog->nr_pages < end; hog->nr_pages++)
		hog->addr[hog->nr_pages * PAGE_BYTES] = 1;
}

/* Gives up those of the last @nr_pages pages that lie in an area. */
static int leave_areas(struct hog *hog, size_t first, const struct area *areas, int nr_areas)
{
	size_t i, nr_pages = hog->nr_pages - first;
	unsigned long *pfns = malloc(nr_pages * sizeof(*pfns));
	int a, err = pfns ? pages_to_pfns(hog->addr + first * PAGE_BYTES, nr_pages, pfns) : -ENOMEM;

	for (i = 0; !err && i < nr_pages; i++)
		for (a = 0; a < nr_areas; a++)
			if (area_holds(&areas[a], pfns[i]))
				madvise(hog->addr + (first + i) * PAGE_BYTES, PAGE_BYTES,
					MADV_DONTNEED);
	free(pfns);
	return err;
}

/*
 * The kernel may fill the areas first or share them evenly, so a round fills until little is
 * free anywhere, then leaves the areas; rounds are repeated until only the areas are free.
 */
int hog_fill(struct hog *hog, size_t slack_pages)
{
	size_t span = span_pages(), first;
	struct area areas[AREAS_MAX];
	int round, err = 0, nr_areas = area_list(areas);

	/* Watermarks rise by a pageblock; where that is large, by more than is left free. */
	if (pageblock_pages() > 2 * MIB_PAGES) {
		file_write("/proc/sys/vm/watermark_boost_factor", "0");
		keep_cpu_lists_short();
	}
	/* What one zone keeps from requests that can have another would count as free. */
	file_write("/proc/sys/vm/lowmem_reserve_ratio", "0 0 0");
	slack_pages += reserve_pages();
	for (round = 0; round < ROUNDS_MAX && !err; round++) {
		if (free_outside() < (long)(slack_pages + STEP_PAGES))
			return 0;
		first = hog->nr_pages;
		while (hog->nr_pages + STEP_PAGES <= span &&
		       meminfo_pages("MemFree") > (long)(slack_pages + STEP_PAGES) &&
		       free_outside() > (long)slack_pages)
			touch(hog, STEP_PAGES);
		err = leave_areas(hog, first, areas, nr_areas);
		stat_refresh();
	}
	if (!err && free_outside() > (long)(2 * slack_pages + STEP_PAGES))
		err = -EAGAIN;
	return err;
}

int hog_outside_areas(struct hog *hog, size_t slack_pages)
{
	size_t span = span_pages();
	int err;

	hog->nr_pages = 0;
	hog->addr = map_base_pages(span);
	if (!hog->addr)
		return -ENOMEM;
	/* A child must not hold what the parent releases. */
	madvise(hog->addr, span * PAGE_BYTES, MADV_DONTFORK);
	err = hog_fill(hog, slack_pages);
	if (err)
		hog_release(hog);
	return err;
}

void hog_leave_room(struct hog *hog, size_t nr_pages)
{
	nr_pages += reserve_pages();
	while (free_outside() < (long)nr_pages && hog->nr_pages >= STEP_PAGES) {
		hog->nr_pages -= STEP_PAGES;
		madvise(hog->addr + hog->nr_pages * PAGE_BYTES, STEP_PAGES * PAGE_BYTES,
			MADV_DONTNEED);
		stat_refresh();
	}
}

void hog_release(struct hog *hog)
{
	if (hog->addr)
		munmap(hog->addr, span_pages() * PAGE_BYTES);
	hog->addr = NULL;
}
