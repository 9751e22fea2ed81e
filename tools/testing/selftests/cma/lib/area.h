/* SPDX-License-Identifier: GPL-2.0 */
/* What does an area hold, and how is it told to take and give back pages? By debugfs and sysfs. */
#ifndef CMA_SELFTEST_AREA_H
#define CMA_SELFTEST_AREA_H

#include <stdbool.h>
#include <stddef.h>

#define AREA_NAME_MAX	64
#define AREAS_MAX	20
#define AREA_DEFAULT	"reserved"	/* what `cma=` makes */

struct area {
	char name[AREA_NAME_MAX];
	unsigned long base_pfn;
	unsigned long nr_pages;
};

/* Return: 0, or -errno when there is no such area or it is not alive. */
int area_find(struct area *area, const char *name);

/* Return: the number of areas that are alive, in the order of their addresses. */
int area_list(struct area areas[AREAS_MAX]);

/*
 * The area to test with: the largest that hands out nothing. (The default area seldom
 * qualifies: the DMA pools and drivers live in it.) Return: 0 or -ENOENT.
 */
int area_pick(struct area *area);

bool area_holds(const struct area *area, unsigned long pfn);

/*
 * debugfs `alloc` and `free`: pages come back in the order last taken, first given. Return: 0
 * or -errno.
 */
int area_alloc(const struct area *area, unsigned long long nr_pages);
int area_free(const struct area *area, unsigned long nr_pages);

/*
 * Takes every page of an area that hands out nothing. A movable tenant may be busy for a
 * moment (writeback, a batch on its way to the LRU), so a few attempts are made. Return: 0 or
 * the last attempt's -errno.
 */
int area_take_all(const struct area *area);

/* Gives back whatever debugfs holds. Return: 0, or -EBUSY when pages stay in use. */
int area_give_all(const struct area *area);

/* The path of a debugfs file of the area, good until the thread's next call. */
const char *area_file(const struct area *area, const char *file);

/* Return: how many of the area's frames the buddy allocator has on a free list, or -1. */
long area_buddy_frames(const struct area *area);

/*
 * Does CmaFree equal the frames that really are free in all areas? Both are read while others
 * allocate, so a few attempts are made. Return: 0, or what CmaFree says too much.
 */
long cma_free_error(void);

/*
 * Is nothing lost? The area hands out nothing, every page of it can be taken, and CmaFree is
 * exact while it is. Return: 0, or -errno with a line on stdout that says what is wrong.
 */
int area_check_intact(const struct area *area);

long area_used(const struct area *area);
long area_maxchunk(const struct area *area);

/* @counter: a file in /sys/kernel/mm/cma/<name>. Return: its number, or -1. */
long long area_counter(const struct area *area, const char *counter);

/*
 * Reads the bitmap into @claimed, a byte for each of the area's pages. Return: the number of
 * claimed pages, or -1.
 */
long area_bitmap(const struct area *area, unsigned char *claimed);

/*
 * What a range of set bytes says that is clear in @before: its start page and length, or false
 * if not one run.
 */
bool bitmap_new_run(const unsigned char *before, const unsigned char *after, unsigned long nr_pages,
		    unsigned long *start, unsigned long *len);

#endif
