/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the host is Linux and has the same numbers. */
#ifndef _CMA_SHIM_ERRNO_H
#define _CMA_SHIM_ERRNO_H

#include_next <linux/errno.h>

#endif
