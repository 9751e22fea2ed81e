/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host shim: as strict about types as the kernel, or stricter. Both are of one
 * type, but for a constant that is not negative.
 */
#ifndef _CMA_SHIM_MINMAX_H
#define _CMA_SHIM_MINMAX_H

#define SHIM_IS_CONST(x)						\
	(sizeof(int) == sizeof(*(8 ? (void *)((long)(x) * 0L) : (int *)8)))
#define SHIM_PICK(a, op, b) ({						\
	__auto_type _pick_a = (a);					\
	__auto_type _pick_b = (b);					\
	_Static_assert(__builtin_types_compatible_p(			\
		__typeof__(_pick_a), __typeof__(_pick_b)) ||		\
		__builtin_choose_expr(SHIM_IS_CONST(b), b, -1) >= 0,	\
		"types differ");					\
	_pick_a op(__typeof__(_pick_a))_pick_b ? _pick_a :		\
						 (__typeof__(_pick_a))_pick_b; })

#define min(a, b)	SHIM_PICK(a, <, b)
#define max(a, b)	SHIM_PICK(a, >, b)
#define max3(a, b, c)	max(max(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define clamp(x, low, high)	min(max(x, low), high)

#endif
