/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: memory, which fails when a test wants it to. */
#ifndef _CMA_SHIM_SLAB_H
#define _CMA_SHIM_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL	0u

void *kvcalloc(size_t nr, size_t size, gfp_t gfp);
void kvfree(const void *memory);

#endif
