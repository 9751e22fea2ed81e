/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: extremes of integer types. */
#ifndef _CMA_SHIM_LIMITS_H
#define _CMA_SHIM_LIMITS_H

#include_next <linux/limits.h>
#include <limits.h>

#endif
