/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where do requests go, and is all in order there? A place is an area with what leads to it: its
 * debugfs files, its dma-buf heap and its bank of the camera, where there are any.
 */
#ifndef CMA_SOAK_PLACES_H
#define CMA_SOAK_PLACES_H

#include <stdbool.h>

#include "../lib/heap.h"

#define PLACES_MAX	AREAS_MAX
#define CAMERA		"/sys/bus/platform/devices/camera/"

/* How a client gets at pages of it. */
enum way { WAY_DEBUGFS, WAY_HEAP, WAY_CAMERA, NR_WAYS };

struct place {
	struct heap heap;		/* .fd is -1 where there is none */
	int bank;			/* of the camera, or -1 */
	bool shared;			/* drivers of the machine take pages of it, too */
	long budget;			/* as much is taken at most */
	long wanted;			/* taken, and asked for at this moment */
	long held[NR_WAYS];		/* pages that clients hold */
	long long had, refused;		/* pages, since the start */
	long long success, fail, release;	/* its counters at the start */
};

extern struct place places[PLACES_MAX];
extern int nr_places;

/* Finds them, and notes what they are like. Return: 0 or -errno, with a line on stdout. */
int places_open(void);

/*
 * Nobody takes or gives at the moment. Is what clients hold exactly what is handed out, and has
 * nobody else a use for any of these frames? Return: the number of things that are wrong, each
 * with a line on stdout.
 */
int places_check_held(void);

/* Return: pages that clients hold. */
long place_held(const struct place *p);

/* All is given back, and nobody is at work. Is everything as it was at the start? As above. */
int places_check_end(void);

#endif
