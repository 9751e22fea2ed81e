/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: counters that several threads change at once. */
#ifndef _CMA_SHIM_ATOMIC_H
#define _CMA_SHIM_ATOMIC_H

#include <linux/types.h>

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { long counter; } atomic_long_t;

#define SHIM_LOAD(v)	__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define SHIM_ADD(n, v)	__atomic_add_fetch(&(v)->counter, n, __ATOMIC_ACQ_REL)

#define atomic_read(v)			SHIM_LOAD(v)
#define atomic64_read(v)		SHIM_LOAD(v)
#define atomic_long_read(v)		SHIM_LOAD(v)
#define atomic64_add(n, v)		((void)SHIM_ADD(n, v))
#define atomic_long_inc(v)		((void)SHIM_ADD(1, v))
#define atomic_add_return(n, v)		SHIM_ADD(n, v)
#define atomic_set(v, i) \
	__atomic_store_n(&(v)->counter, i, __ATOMIC_RELEASE)
/* True if it was @old, and is @new now. */
#define atomic_replace(v, old, new) ({					\
	int _old = (old);						\
	__atomic_compare_exchange_n(&(v)->counter, &_old, new, false,	\
				    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED); })

#endif
