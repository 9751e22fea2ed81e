/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tags does memory have? By the instructions of arm64's memory tagging extension: four
 * bits for each granule of 16 bytes, in the frame beside the data. Every page gets a row of
 * tags of its own.
 */
#ifndef CMA_SELFTEST_TAG_H
#define CMA_SELFTEST_TAG_H

#include <stddef.h>
#include <stdint.h>

#define GRANULE_BYTES	16UL

#ifndef PROT_MTE
#define PROT_MTE	0x20
#endif

/* Return: NULL, or why this machine has no tags. */
const char *tags_missing(void);

/* Memory that is mapped already has tags from now on, all of them 0. Return: 0 or -errno. */
int tags_enable(void *addr, size_t nr_pages);

unsigned int tag_read(const void *granule);
void tag_write(void *granule, unsigned int tag);

/* The same by the same seed. */
void tags_fill(void *addr, uint64_t seed, size_t nr_pages);

/* Return: the number of pages whose tags are not those. */
size_t tags_wrong(const void *addr, uint64_t seed, size_t nr_pages);

/* Return: the number of granules whose tag is not 0. */
size_t tags_set(const void *addr, size_t nr_pages);

/*
 * In each page, a granule is read through a pointer that has its tag, and through one that has
 * another. Return: how often the CPU has let the wrong one pass or refused the right one.
 */
size_t tags_misjudged(const void *addr, uint64_t seed, size_t nr_pages);

#endif
