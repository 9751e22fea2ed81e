/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a page still hold what was put into it? Every page gets words that no other page of any
 * seed holds.
 */
#ifndef CMA_SELFTEST_PATTERN_H
#define CMA_SELFTEST_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "proc.h"

#define PAGE_WORDS	(PAGE_BYTES / sizeof(uint64_t))

static inline uint64_t pattern_word(uint64_t seed, size_t page)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + page;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static inline void pattern_fill_page(uint64_t *words, uint64_t seed, size_t page)
{
	uint64_t word = pattern_word(seed, page);
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++, word += 0x9e3779b97f4a7c15ULL)
		words[i] = word;
}

/* Return: nonzero when a word of the page is not what pattern_fill_page() wrote. */
static inline int pattern_differs(const uint64_t *words, uint64_t seed, size_t page)
{
	uint64_t word = pattern_word(seed, page), difference = 0;
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++, word += 0x9e3779b97f4a7c15ULL)
		difference |= words[i] ^ word;
	return difference != 0;
}

static inline void pattern_fill(void *addr, uint64_t seed, size_t nr_pages)
{
	size_t page;

	for (page = 0; page < nr_pages; page++)
		pattern_fill_page((uint64_t *)addr + page * PAGE_WORDS, seed, page);
}

/* Return: the number of pages that differ. */
static inline size_t pattern_wrong_pages(const void *addr, uint64_t seed, size_t nr_pages)
{
	size_t page, wrong = 0;

	for (page = 0; page < nr_pages; page++)
		wrong += pattern_differs((const uint64_t *)addr + page * PAGE_WORDS, seed, page);
	return wrong;
}

#endif
