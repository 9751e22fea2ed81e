/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which requests must succeed? Those for a piece that nobody has claimed, while nobody pins pages
 * of it and there is room outside the areas for all who live in it. Pages that are busy for a
 * moment (under writeback, being read by a disk) may make an attempt fail, but not all of
 * MUST_ATTEMPTS.
 */
#ifndef CMA_SOAK_MUST_H
#define CMA_SOAK_MUST_H

#include <stdint.h>

#define MUST_ATTEMPTS	20

struct must {
	const char *name;
	unsigned long asked;
	unsigned long at_once, later, never;
	unsigned long not_asked;		/* there was no room outside */
	unsigned long longest_ms;		/* all attempts of a request */
};

/* Clients and all loads rest: asks each area for the largest piece there is. */
void must_take_rest(struct must *m);

/* Clients rest and loads do that do not write files: asks for @nr pieces of random sizes. */
void must_take_some(struct must *m, unsigned int nr, uint64_t *random);

/* Prints the figures. */
void must_print(const struct must *m);

#endif
