/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: allocations are not profiled. */
#ifndef _CMA_SHIM_ALLOC_TAG_H
#define _CMA_SHIM_ALLOC_TAG_H

#define alloc_hooks(call)	(call)

#endif
