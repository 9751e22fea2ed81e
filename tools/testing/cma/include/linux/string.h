/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what of the kernel's string functions the C library has too. */
#ifndef _CMA_SHIM_STRING_H
#define _CMA_SHIM_STRING_H

#include <linux/kernel.h>
#include <linux/compiler.h>
#include <string.h>

/* Of bitmaps, which are words, and written as words. */
static inline void shim_set_words(void *memory, int value, size_t size)
{
	unsigned long *words = memory;

	for (; size >= sizeof(*words); size -= sizeof(*words))
		WRITE_ONCE(*words++, value ? ~0UL : 0);
}

#ifdef SHIM_THREADS
#define memset(words, value, size)	shim_set_words(words, value, size)
#endif

/* Into an array, whose size is known. */
#define strscpy(to, from)	((void)scnprintf(to, sizeof(to), "%s", from))

#endif
