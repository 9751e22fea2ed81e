/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: rounding. The second argument of round_*() is a power of two. */
#ifndef _CMA_SHIM_MATH_H
#define _CMA_SHIM_MATH_H

#define SHIM_LOW_BITS(x, power)	((__typeof__(x))((power) - 1))

#define round_down(x, power)	((x) & ~SHIM_LOW_BITS(x, power))
#define round_up(x, power)	((((x) - 1) | SHIM_LOW_BITS(x, power)) + 1)

#define ALIGN(x, power)		round_up(x, power)
#define ALIGN_DOWN(x, power)	round_down(x, power)
#define IS_ALIGNED(x, power)	(!((x) & SHIM_LOW_BITS(x, power)))

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#endif
