/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: what is said is checked to be a format, and not printed. */
#ifndef _CMA_FUZZ_PRINTK_H
#define _CMA_FUZZ_PRINTK_H

#include <stdio.h>

#define scnprintf	snprintf

__attribute__((format(printf, 1, 2)))
static inline void shim_printk(const char *format, ...)
{
	(void)format;
}

#define pr_err(...)	shim_printk(__VA_ARGS__)
#define pr_warn(...)	shim_printk(__VA_ARGS__)
#define pr_info(...)	shim_printk(__VA_ARGS__)

#endif
