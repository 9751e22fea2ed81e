/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim. */
#ifndef _CMA_SHIM_LOG2_H
#define _CMA_SHIM_LOG2_H

#include <stdbool.h>

#define ilog2(n)	(63 - __builtin_clzll(n))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

/* The least order that @n is not larger than 1 << of. */
static inline unsigned int order_base_2(unsigned long n)
{
	return n > 1 ? ilog2(n - 1) + 1 : 0;
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1UL << order_base_2(n);
}

#endif
