/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what of the kernel's string functions the C library has too. */
#ifndef _CMA_SHIM_STRING_H
#define _CMA_SHIM_STRING_H

#include <string.h>

#endif
