/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: bitmaps as a whole. The narrow arguments are the kernel's. */
#ifndef _CMA_SHIM_BITMAP_H
#define _CMA_SHIM_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) % BITS_PER_LONG))
#define BITMAP_LAST_WORD_MASK(nr)	(~0UL >> (-(nr) % BITS_PER_LONG))

static inline unsigned int bitmap_weight(const unsigned long *bits,
					 unsigned int nr)
{
	unsigned int weight = 0;
	unsigned int i;

	for (i = 0; i < nr / BITS_PER_LONG; i++)
		weight += __builtin_popcountl(bits[i]);
	if (nr % BITS_PER_LONG)
		weight += __builtin_popcountl(bits[i] &
					      BITMAP_LAST_WORD_MASK(nr));
	return weight;
}

static inline void bitmap_to_arr32(u32 *words, const unsigned long *bits,
				   unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < (nr + 31) / 32; i++)
		words[i] = bits[i * 32 / BITS_PER_LONG] >>
			   i * 32 % BITS_PER_LONG;
	if (nr % 32)
		words[i - 1] &= ~0U >> (32 - nr % 32);
}

#endif
