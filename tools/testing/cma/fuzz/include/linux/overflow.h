/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: sizes of what ends in an array; none overflows here. */
#ifndef _CMA_FUZZ_OVERFLOW_H
#define _CMA_FUZZ_OVERFLOW_H

#include_next <linux/overflow.h>

#ifndef __counted_by
#define __counted_by(member)
#endif

#define struct_size(pointer, member, count) \
	(sizeof(*(pointer)) + (count) * sizeof((pointer)->member[0]))

#endif
