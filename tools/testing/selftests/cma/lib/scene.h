/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where does a request go, and whom does it meet there? An area in which all but one window is
 * taken, with tenants in that window: whoever asks for the whole of it has to move them.
 *
 *	|## hog ##| room for them |   other areas, taken  |## taken ##| tenants |
 *	                                                   the area    the window
 */
#ifndef CMA_SELFTEST_SCENE_H
#define CMA_SELFTEST_SCENE_H

#include "area.h"
#include "blocks.h"
#include "heap.h"
#include "hog.h"
#include "tenant.h"

struct scene {
	struct heap whole;		/* the area, and what is taken of it */
	unsigned long nr_pages;		/* of the window */
	unsigned char *claimed;		/* pages that are taken, at the beginning */
	struct blocks blocks;		/* at the beginning */
	struct hog hog;
	struct tenants tenants;
	struct tenant_kind kind;
};

/* Takes everything but the window, of @nr_pages; the area hands out nothing yet. 0 or -errno. */
int scene_open(struct scene *scene, const char *name, unsigned long nr_pages);

/* Lets tenants of that kind settle, if there are none. Return: how many are in the window. */
long scene_settle(struct scene *scene, const struct tenant_kind *kind, size_t nr_pages);

/* They go. */
void scene_empty(struct scene *scene);

/*
 * Is everything as it was at the beginning: the same pages taken, the counters add up, CmaFree
 * is exact, every pageblock has its type and every page is on its list, every tenant has kept its
 * content? Return: 0, or -errno with a line on stdout.
 */
int scene_unchanged(struct scene *scene);

/* The same, and every page of the window can be taken; so tenants have moved afterwards. */
int scene_intact(struct scene *scene);

/* The lists of CPUs are short in a scene, unless it is them who play in it. */
void scene_long_lists(bool on);

void scene_close(struct scene *scene);

#endif
