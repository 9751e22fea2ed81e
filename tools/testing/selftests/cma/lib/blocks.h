/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Has a request left something in a state that it was only meant to be in for a while? Pageblocks
 * that are isolated or of another type, pages that are off the LRU lists.
 */
#ifndef CMA_SELFTEST_BLOCKS_H
#define CMA_SELFTEST_BLOCKS_H

/* Pageblocks of all zones; a type that gets lost is lost for good. */
struct blocks {
	long cma, isolated;
};

/* Return: 0; -EINVAL if the kernel tells of no pageblock of an area. */
int blocks_note(struct blocks *blocks);

/*
 * Are they the same as then? Nobody may be at work. Return: 0, or -EUCLEAN with a line on stdout.
 */
int blocks_check(const struct blocks *then);

/*
 * Is everything that was taken off an LRU list on one again, or free? Return: as blocks_check().
 */
int isolated_check(void);

#endif
