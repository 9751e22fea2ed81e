/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: arithmetic that says when it wraps. */
#ifndef _CMA_SHIM_OVERFLOW_H
#define _CMA_SHIM_OVERFLOW_H

#define check_add_overflow(a, b, sum)	__builtin_add_overflow(a, b, sum)
#define check_mul_overflow(a, b, product) \
	__builtin_mul_overflow(a, b, product)

#define struct_size(pointer, member, count) \
	(sizeof(*(pointer)) + (count) * sizeof((pointer)->member[0]))

#endif
