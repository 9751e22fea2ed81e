/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: memory, which fails when the target wants it to. */
#ifndef _CMA_FUZZ_SLAB_H
#define _CMA_FUZZ_SLAB_H

#include_next <linux/slab.h>

#define kmalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kfree(memory)		kvfree(memory)

#endif
