/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of contiguous DMA memory know of each other.
 *
 *	contiguous.c		buffers, at run time
 *	contiguous-numa.c	an area for each node, and buffers from it
 *	contiguous-boot.c	the default area, and what "cma=" says of it
 *	contiguous-of.c		areas from reserved-memory nodes
 *	contiguous-parse.c	understands what people write, nothing else
 */
#ifndef _KERNEL_DMA_CONTIGUOUS_H
#define _KERNEL_DMA_CONTIGUOUS_H

#include <linux/gfp_types.h>
#include <linux/init.h>
#include <linux/types.h>

struct cma;
struct device;
struct page;

/* The largest physical address that this kernel can name. */
#define DMA_CMA_LAST_ADDR	((u64)~(phys_addr_t)0)

struct page *dma_cma_take(struct cma *cma, struct device *dev, size_t size,
			  gfp_t gfp);

bool dma_cma_cmdline_given(void) __init;

#ifdef CONFIG_DMA_NUMA_CMA
struct page *dma_cma_take_near(struct device *dev, size_t size, gfp_t gfp);
void dma_cma_reserve_numa(void) __init;
#else
static inline struct page *dma_cma_take_near(struct device *dev, size_t size,
					     gfp_t gfp)
{
	return NULL;
}

static inline void dma_cma_reserve_numa(void)
{
}
#endif /* CONFIG_DMA_NUMA_CMA */

#endif /* _KERNEL_DMA_CONTIGUOUS_H */
