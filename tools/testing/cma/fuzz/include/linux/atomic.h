/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a number. */
#ifndef _CMA_FUZZ_ATOMIC_H
#define _CMA_FUZZ_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

#endif
