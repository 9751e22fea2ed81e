/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How do new pages get into the areas? By leaving them no other place.
 *
 * A hog is anonymous memory that holds (nearly) everything outside the areas, and nothing
 * inside:
 *
 *	|########## hog ##########| slack |      areas, free      |
 *
 * What is allocated while it stands lands in the areas if it is movable. After hog_release()
 * there is room again for whatever an area's tenants are moved to.
 */
#ifndef CMA_SELFTEST_HOG_H
#define CMA_SELFTEST_HOG_H

#include <stddef.h>

struct hog {
	unsigned char *addr;
	size_t nr_pages;
};

/*
 * Leaves about @slack_pages above the kernel's own reserve (min_free_kbytes) free outside the
 * areas. Return: 0 or -errno.
 */
int hog_outside_areas(struct hog *hog, size_t slack_pages);
void hog_release(struct hog *hog);

/* Gives up so much that @nr_pages are there for others; and takes it back. */
void hog_leave_room(struct hog *hog, size_t nr_pages);
int hog_fill(struct hog *hog, size_t slack_pages);

/* How much more than @slack_pages is free outside the areas: a hog leaves some by chance. */
size_t hog_left_outside(size_t slack_pages);

/*
 * The list of each CPU may hold an eighth of memory, neither free nor in use: keeps it to a
 * thousandth from now on.
 */
void keep_cpu_lists_short(void);

/* Maps base pages (no THP) and touches none. Return: the address, or NULL. */
void *map_base_pages(size_t nr_pages);

#endif
