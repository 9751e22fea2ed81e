/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what may be accessed by several threads at once. */
#ifndef _CMA_SHIM_COMPILER_H
#define _CMA_SHIM_COMPILER_H

#define likely(condition)	__builtin_expect(!!(condition), 1)
#define unlikely(condition)	__builtin_expect(!!(condition), 0)

#define READ_ONCE(variable)	__atomic_load_n(&(variable), __ATOMIC_RELAXED)
#define WRITE_ONCE(variable, value) \
	__atomic_store_n(&(variable), (value), __ATOMIC_RELAXED)

/* For KCSAN in the kernel; find.h reads such words whole for the sanitizer here. */
#define data_race(expression)	(expression)

#endif
