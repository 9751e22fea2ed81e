/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: off. */
#ifndef _CMA_SHIM_KASAN_ENABLED_H
#define _CMA_SHIM_KASAN_ENABLED_H

#define kasan_enabled()			false

#endif
