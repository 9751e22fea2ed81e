/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: single words. */
#ifndef _CMA_SHIM_BITOPS_H
#define _CMA_SHIM_BITOPS_H

#include <linux/bits.h>

#define BITS_TO_LONGS(nr) \
	((nr) / BITS_PER_LONG + !!((nr) % BITS_PER_LONG))

#define __ffs(word)	((unsigned long)__builtin_ctzl(word))
#define __fls(word)	((unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(word)))

#endif
