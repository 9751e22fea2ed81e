/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the last line is kept, for tests to ask: shim.c. */
#ifndef _CMA_SHIM_PRINTK_H
#define _CMA_SHIM_PRINTK_H

#include <stdio.h>

#define scnprintf		snprintf

#ifndef pr_fmt
#define pr_fmt(format)	format
#endif

void shim_print(const char *format, ...);

#define pr_err(...)		shim_print(__VA_ARGS__)
#define pr_warn(...)		shim_print(__VA_ARGS__)
#define pr_info(...)		shim_print(__VA_ARGS__)
#define pr_err_ratelimited(...)	shim_print(__VA_ARGS__)

#endif
