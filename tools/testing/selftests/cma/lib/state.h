/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which state is memory when a request is measured? States are made and then checked by
 * frame; one that could not be made is an error, never a figure.
 *
 * Full of tenants, seen from the top:
 *
 *	|##### hog #####| tenants | room |      area: tenants, less than 1 MiB free      |
 *
 * The hog stays from state to state, so that making the next one is cheap. Tenants fill what
 * it left free outside and the whole area; then those outside leave until there is room to
 * move to.
 */
#ifndef CMA_SELFTEST_STATE_H
#define CMA_SELFTEST_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "area.h"
#include "hog.h"

#define BLOCK_PAGES	512UL		/* a pageblock, and a transparent huge page */
#define FULL_PAGES	256		/* an area with less free than this is full */
#define FRAMES_MAX	(256UL << 10)	/* of all memory */

enum tenant_type { TENANT_BASE, TENANT_THP, TENANT_FILE };

struct state {
	struct area area;
	long boot_pages;		/* of the area, which drivers hold since boot */
	struct hog hog;
	enum tenant_type type;
	unsigned char *mapping, *addr;	/* anonymous tenants, from a multiple of 2 MiB on */
	size_t nr_pages;		/* tenants touched, or pages of the file read */
	int file;			/* whose cached pages are tenants */
	int pipe[2];			/* holds the pins */
};

/* What the frames of a range are. */
struct census {
	long free, base, thp, file, other;
};

/*
 * Once after boot, before anything else: watermarks that let memory be filled to the brim;
 * where @files, an ext4 on /dev/ram0 copied from /dev/vda, with a file in it. The area is
 * claimed meanwhile, because the metadata that a file system holds on to must not get into it.
 * Return: 0, or -errno with a line on stdout.
 */
int state_prepare(struct state *s, bool files);

/* Nothing in the area, per-CPU lists as after one round through all of it. */
int state_idle(struct state *s);

/* Full of tenants; @slack_pages is what the hog leaves free outside, for all that will move. */
int state_fill(struct state *s, enum tenant_type type, size_t slack_pages);

/* Lets tenants outside (of a file: the hog) go until @nr_pages are free there. */
int state_make_room(struct state *s, long nr_pages);

/*
 * Does the kind that was asked for hold nearly all of the area that is not handed out? Return:
 * 0, or -errno with a line on stdout.
 */
int state_check_full(struct state *s);

/* Of a file's tenants: not much more than the high watermark stays free outside. */
int state_leave_no_room(struct state *s);

/* Lets the tenants of [@start, @start + @nr_pages) of the area go. Return: frames then free. */
long state_empty_range(struct state *s, unsigned long start, unsigned long nr_pages);

/*
 * Pins the lowest base page in each pageblock whose number in the area is a multiple of
 * @every. Return: how many, or -errno; @window: the longest run of frames that are free or of
 * unpinned tenants.
 */
int state_pin(struct state *s, unsigned long every, unsigned long *window);

/* Gives back everything that was taken by debugfs. Return: 0 or -EBUSY. */
int state_give_all(struct state *s);

/* Tenants leave, pins end, everything is given back. The hog stays. */
void state_clear(struct state *s);

long free_outside(void);
long pcp_pages(void);
long high_watermark(void);

/* Notes what every frame of the area is, for census() of any part of it. */
int census_take(const struct area *area);
struct census census(unsigned long start, unsigned long nr_pages);

#endif
