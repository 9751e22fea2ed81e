/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: changing bitmaps. The narrow arguments are the kernel's. */
#ifndef _CMA_SHIM_BITMAP_H
#define _CMA_SHIM_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>

#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) % BITS_PER_LONG))

/* The bits of [start, end) that are in the word of @start. */
static inline unsigned long shim_mask(unsigned int start, unsigned int end)
{
	unsigned long mask = BITMAP_FIRST_WORD_MASK(start);

	if (start / BITS_PER_LONG == (end - 1) / BITS_PER_LONG)
		mask &= ~0UL >> (-end % BITS_PER_LONG);
	return mask;
}

static inline unsigned int shim_next_word(unsigned int bit)
{
	return (bit / BITS_PER_LONG + 1) * BITS_PER_LONG;
}

static inline void bitmap_set(unsigned long *bits, unsigned int start,
			      unsigned int nr)
{
	unsigned int end = start + nr;

	for (; start < end; start = shim_next_word(start))
		bits[start / BITS_PER_LONG] |= shim_mask(start, end);
}

static inline void bitmap_clear(unsigned long *bits, unsigned int start,
				unsigned int nr)
{
	unsigned int end = start + nr;

	for (; start < end; start = shim_next_word(start))
		bits[start / BITS_PER_LONG] &= ~shim_mask(start, end);
}

#endif
