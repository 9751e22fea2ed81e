/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds which buffer of the default area, and what is in it? By /dev/dma_heap: unlike
 * debugfs, it gives back any buffer at any time, to any number of threads.
 */
#ifndef CMA_SELFTEST_HEAP_H
#define CMA_SELFTEST_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "area.h"

struct heap {
	struct area area;
	int fd;
	long used;	/* pages that drivers of the machine held when it was opened */
};

struct buffer {
	size_t nr_pages;	/* 0: none */
	void *addr;
	uint64_t seed;		/* of the pattern */
};

/* Return: 0 or -errno. */
int heap_open(struct heap *heap);
void heap_close(struct heap *heap);

/*
 * Is nothing lost? Only what the drivers held is still in use, every other page of the area can
 * be taken, and CmaFree is exact while they are. Return: as area_check_intact().
 */
int heap_check_intact(const struct heap *heap);

/* Takes every page that is left, for debugfs to hold. Return: 0 or -errno. */
int heap_take_rest(const struct heap *heap);

/* Takes a buffer and maps it, zeroed. Return: 0 or -errno. */
int buffer_take(struct buffer *buffer, const struct heap *heap, size_t nr_pages);

/* The same, and fills it with a pattern. Return: 0 or -errno. */
int buffer_take_filled(struct buffer *buffer, const struct heap *heap, size_t nr_pages,
		       uint64_t seed);

/* Return: how many of its pages do not hold the pattern. */
size_t buffer_wrong(const struct buffer *buffer);

/* The pages are back in the area when this returns. */
void buffer_give(struct buffer *buffer);

static inline bool buffer_held(const struct buffer *buffer)
{
	return buffer->nr_pages;
}

/* Small, fast, and the same in every run. Return: a number below @limit. */
static inline unsigned long random_below(uint64_t *state, unsigned long limit)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 33) % limit;
}

/* While everything else is held, new pages come into one area only. Return: 0 or -errno. */
int take_all_but(const struct area *but);

/*
 * What debugfs holds; the rest is the drivers'. A test that ended by an assertion has not tidied
 * up, so every setup does it.
 */
void give_all(void);

#endif
