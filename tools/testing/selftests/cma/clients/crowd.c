// SPDX-License-Identifier: GPL-2.0
/* How does a driver find its area full of tenants? A crowd fills it, with known content. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crowd.h"
#include "hog.h"
#include "proc.h"

#define SLACK_PAGES	(16 * MIB_PAGES)	/* for page tables and slab, while the hog stands */
#define EXTRA_PAGES	(8 * MIB_PAGES)		/* more tenants than the area has room for */
#define PCP_FRACTION	"/proc/sys/vm/percpu_pagelist_high_fraction"
#define PCP_SHORT	100000			/* as short as lists can be; 0: as ever */
#define FREE_PAGES	1024			/* an area with less free than this is full */

static int complain(const char *what, int err)
{
	printf("# crowd: %s: %s\n", what, strerror(-err));
	return err;
}

/* Return: how many tenants settled in the area, or -errno. */
static long settle(struct crowd *crowd, long nr_pages)
{
	struct hog hog = { 0 };
	long in;

	in = hog_outside_areas(&hog, SLACK_PAGES);
	if (in)
		return complain("hog", in);
	crowd->kind = tenant_anonymous;
	crowd->kind.nr_pages = nr_pages;
	in = tenants_settle(&crowd->tenants, &crowd->kind);
	if (!in)
		in = tenants_find(&crowd->tenants, &crowd->area);
	hog_release(&hog);
	return in < 0 ? complain("tenants", in) : in;
}

int crowd_settle(struct crowd *crowd, const char *area)
{
	long room, in;
	int err;

	memset(crowd, 0, sizeof(*crowd));
	err = area_find(&crowd->area, area);
	if (err)
		return complain(area, err);
	room = crowd->area.nr_pages - area_used(&crowd->area);
	/* What waits on the list of one CPU is free, but not for the other. */
	file_write_number(PCP_FRACTION, PCP_SHORT);
	in = settle(crowd, room + EXTRA_PAGES);
	file_write_number(PCP_FRACTION, 0);
	if (in < 0)
		return in;
	printf("# crowd: %ld tenants in area %s, where %ld of %lu pages are unclaimed\n", in, area,
	       room, crowd->area.nr_pages);
	return in < room - FREE_PAGES ? complain("the area is not full", -EAGAIN) : 0;
}

long crowd_moved(struct crowd *crowd)
{
	return tenants_moved(&crowd->tenants);
}

long crowd_wrong(struct crowd *crowd)
{
	return tenants_wrong(&crowd->tenants);
}

void crowd_leave(struct crowd *crowd)
{
	tenants_leave(&crowd->tenants);
}
