/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim. */
#ifndef _CMA_SHIM_LOG2_H
#define _CMA_SHIM_LOG2_H

#define ilog2(n)	(63 - __builtin_clzll(n))

#endif
