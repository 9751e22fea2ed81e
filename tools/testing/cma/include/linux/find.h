/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host shim: searching bitmaps. As in the kernel no word outside of the range
 * is read, so that the address sanitizer sees what the kernel would touch. Words
 * are read whole: what mm/cma/map.c reads without a lock is a hint.
 */
#ifndef _CMA_SHIM_FIND_H
#define _CMA_SHIM_FIND_H

#include <linux/bitops.h>
#include <linux/compiler.h>

/* The first bit from @from on that is set after inverting with @flip. */
static inline unsigned long shim_find(const unsigned long *bits,
				      unsigned long size, unsigned long from,
				      unsigned long flip)
{
	unsigned long word, at;

	while (from < size) {
		at = from % BITS_PER_LONG;
		word = (READ_ONCE(bits[from / BITS_PER_LONG]) ^ flip) >> at;
		if (word) {
			from += __ffs(word);
			return from < size ? from : size;
		}
		from += BITS_PER_LONG - at;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *bits,
					  unsigned long size, unsigned long from)
{
	return shim_find(bits, size, from, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *bits,
					       unsigned long size,
					       unsigned long from)
{
	return shim_find(bits, size, from, ~0UL);
}

/* The last bit set below @size; @size if there is none. */
static inline unsigned long find_last_bit(const unsigned long *bits,
					  unsigned long size)
{
	unsigned long end = size;
	unsigned long word, spare;

	while (end) {
		word = bits[(end - 1) / BITS_PER_LONG];
		spare = -end % BITS_PER_LONG;
		word = word << spare >> spare;
		end = (end - 1) / BITS_PER_LONG * BITS_PER_LONG;
		if (word)
			return end + __fls(word);
	}
	return size;
}

#endif
