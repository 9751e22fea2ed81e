/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: as strict about types as the kernel, or stricter. */
#ifndef _CMA_SHIM_MINMAX_H
#define _CMA_SHIM_MINMAX_H

#define SHIM_PICK(a, op, b) ({				\
	__auto_type _pick_a = (a);			\
	__auto_type _pick_b = (b);			\
	_Static_assert(__builtin_types_compatible_p(	\
		__typeof__(_pick_a), __typeof__(_pick_b)), "types differ");	\
	_pick_a op _pick_b ? _pick_a : _pick_b; })

#define min(a, b)	SHIM_PICK(a, <, b)
#define max(a, b)	SHIM_PICK(a, >, b)

#endif
