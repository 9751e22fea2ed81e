/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what every file of the kernel gets without asking for it. */
#ifndef _CMA_SHIM_COMPILER_TYPES_H
#define _CMA_SHIM_COMPILER_TYPES_H

#include <linux/kconfig.h>

#define __counted_by(member)
#define __maybe_unused	__attribute__((__unused__))

#endif
