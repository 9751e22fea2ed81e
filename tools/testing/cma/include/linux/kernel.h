/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: formatted text. */
#ifndef _CMA_SHIM_KERNEL_H
#define _CMA_SHIM_KERNEL_H

#include <linux/types.h>

int scnprintf(char *text, size_t size, const char *format, ...);
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

#endif
