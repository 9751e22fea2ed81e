/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contiguous memory behind the DMA API.
 *
 * For DMA mapping implementations and architectures, by way of
 * <linux/dma-map-ops.h>. Drivers call dma_alloc_coherent() and its relatives,
 * and never see any of this. What the functions do is told at their definition
 * in kernel/dma/contiguous.c and contiguous-boot.c.
 */
#ifndef _LINUX_DMA_CONTIGUOUS_H
#define _LINUX_DMA_CONTIGUOUS_H

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <asm/page.h>

struct cma;

#ifdef CONFIG_DMA_CMA

extern struct cma *dma_contiguous_default_area;

/**
 * dev_get_cma_area() - the area that serves a device
 * @dev: the device; NULL for the default area
 *
 * Context: any.
 * Return: the device's own area, else the default one, else NULL.
 */
static inline struct cma *dev_get_cma_area(struct device *dev)
{
	struct cma *own = dev ? dev->cma_area : NULL;

	return own ?: dma_contiguous_default_area;
}

struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp);
void dma_free_contiguous(struct device *dev, struct page *page, size_t size);
bool dma_release_from_contiguous(struct device *dev, struct page *pages,
				 int count);
struct page *dma_alloc_from_contiguous(struct device *dev, size_t count,
				       unsigned int order, bool no_warn);

int __init dma_contiguous_reserve_area(phys_addr_t size, phys_addr_t base,
				       phys_addr_t limit, struct cma **res_cma,
				       bool fixed);
void __init dma_contiguous_reserve(phys_addr_t limit);
void dma_contiguous_early_fixup(phys_addr_t base, unsigned long size);

#else /* !CONFIG_DMA_CMA */

static inline struct cma *dev_get_cma_area(struct device *dev)
{
	return NULL;
}

static inline struct page *dma_alloc_contiguous(struct device *dev, size_t size,
						gfp_t gfp)
{
	return NULL;
}

/* Callers hand in whatever they have got; here that is ordinary pages. */
static inline void dma_free_contiguous(struct device *dev, struct page *page,
				       size_t size)
{
	__free_pages(page, get_order(size));
}

static inline bool dma_release_from_contiguous(struct device *dev,
					       struct page *pages, int count)
{
	return false;
}

static inline struct page *dma_alloc_from_contiguous(struct device *dev,
						     size_t count,
						     unsigned int order,
						     bool no_warn)
{
	return NULL;
}

static inline int dma_contiguous_reserve_area(phys_addr_t size,
					      phys_addr_t base,
					      phys_addr_t limit,
					      struct cma **res_cma, bool fixed)
{
	return -ENOSYS;
}

static inline void dma_contiguous_reserve(phys_addr_t limit)
{
}

static inline void dma_contiguous_early_fixup(phys_addr_t base,
					      unsigned long size)
{
}

#endif /* CONFIG_DMA_CMA */

#if defined(CONFIG_DMA_CMA) && defined(CONFIG_OF_RESERVED_MEM)
int dma_contiguous_for_each_node_area(int (*it)(struct cma *cma, void *data),
				      void *data);
#else
static inline int
dma_contiguous_for_each_node_area(int (*it)(struct cma *cma, void *data),
				  void *data)
{
	return 0;
}
#endif

#endif /* _LINUX_DMA_CONTIGUOUS_H */
