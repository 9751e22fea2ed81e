// SPDX-License-Identifier: GPL-2.0
/* Where does a request go, and whom does it meet there? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "page.h"
#include "proc.h"
#include "scene.h"

#define PCP_FRACTION	"/proc/sys/vm/percpu_pagelist_high_fraction"
#define SLACK_PAGES	(6 * MIB_PAGES)
#define ISOLATED_ATTEMPTS	50
#define ROOM_PAGES	(32 * MIB_PAGES)	/* for tenants that move, and for the test itself */

/* What is in the lists of CPUs is free to nobody else, and no counter tells of it. */
void scene_long_lists(bool on)
{
	file_write(PCP_FRACTION, on ? "0" : "100000");
}

int scene_open(struct scene *scene, const char *name, unsigned long nr_pages)
{
	struct area *area = &scene->whole.area;
	int err;

	memset(scene, 0, sizeof(*scene));
	give_all();
	scene_long_lists(false);
	err = area_find(area, name);
	if (err)
		return err;
	if (area_used(area))
		return -EBUSY;
	err = area_check_intact(area);
	if (!err && area->nr_pages > nr_pages)
		err = area_alloc(area, area->nr_pages - nr_pages);
	err = err ?: take_all_but(area);
	scene->nr_pages = nr_pages;
	scene->whole.used = area_used(area);
	scene->claimed = calloc(area->nr_pages, 1);
	if (!err && (!scene->claimed || area_bitmap(area, scene->claimed) != scene->whole.used))
		err = -ENOMEM;
	err = err ?: blocks_note(&scene->blocks);
	return err ?: hog_outside_areas(&scene->hog, SLACK_PAGES);
}

long scene_settle(struct scene *scene, const struct tenant_kind *kind, size_t nr_pages)
{
	long in_window;
	int err;

	if (scene->tenants.kind) {
		in_window = tenants_in(&scene->tenants, &scene->whole.area);
		if (in_window >= (long)nr_pages / 2)
			return in_window;
		scene_empty(scene);
	}
	scene->kind = *kind;
	scene->kind.nr_pages = nr_pages;
	err = hog_fill(&scene->hog, SLACK_PAGES);
	err = err ?: tenants_settle(&scene->tenants, &scene->kind);
	in_window = err ?: tenants_find(&scene->tenants, &scene->whole.area);
	hog_leave_room(&scene->hog, ROOM_PAGES);
	return in_window;
}

void scene_empty(struct scene *scene)
{
	if (scene->tenants.kind)
		tenants_leave(&scene->tenants);
}

/* Pages handed out and not given back are those in use. */
static long long counters_error(const struct area *area)
{
	return area_counter(area, "alloc_pages_success") -
	       area_counter(area, "release_pages_success") - area_used(area);
}

static int complain(const struct area *area, const char *what, long long by)
{
	printf("# area %s: %s: %lld\n", area->name, what, by);
	return -EUCLEAN;
}

int scene_unchanged(struct scene *scene)
{
	const struct area *area = &scene->whole.area;
	unsigned char *claimed = calloc(area->nr_pages, 1);
	long used = claimed ? area_bitmap(area, claimed) : -1;
	bool same = used == scene->whole.used &&
		    !memcmp(claimed, scene->claimed, area->nr_pages);
	long long error;
	int attempt;

	free(claimed);
	if (!same)
		return complain(area, "other pages are taken than before, pages more",
				used - scene->whole.used);
	if (area_used(area) != used)
		return complain(area, "used is not what the bitmap says", area_used(area));
	error = counters_error(area);
	if (error)
		return complain(area, "handed out - given back - in use", error);
	error = cma_free_error();
	if (error)
		return complain(area, "CmaFree is off by", error);
	error = blocks_check(&scene->blocks);
	/* The kernel may be reclaiming for itself just now. */
	for (attempt = 0; !error && isolated_check(); attempt++) {
		if (attempt == ISOLATED_ATTEMPTS)
			return -EUCLEAN;
		usleep(100 * 1000);
	}
	if (error)
		return error;
	error = scene->tenants.kind ? tenants_wrong(&scene->tenants) : 0;
	return error ? complain(area, "tenants that have lost their content", error) : 0;
}

int scene_intact(struct scene *scene)
{
	return heap_check_intact(&scene->whole) ?: scene_unchanged(scene);
}

void scene_close(struct scene *scene)
{
	scene_empty(scene);
	hog_release(&scene->hog);
	scene_long_lists(true);
	give_all();
	free(scene->claimed);
	memset(scene, 0, sizeof(*scene));
}
