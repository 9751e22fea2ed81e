/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: memory, which fails when a test wants it to. */
#ifndef _CMA_SHIM_SLAB_H
#define _CMA_SHIM_SLAB_H

#include <linux/gfp_types.h>
#include <linux/types.h>

void *kvcalloc(size_t nr, size_t size, gfp_t gfp);
void kvfree(const void *memory);

#define kcalloc(nr, size, gfp)	kvcalloc(nr, size, gfp)
#define kmalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kfree(memory)		kvfree(memory)

#endif
