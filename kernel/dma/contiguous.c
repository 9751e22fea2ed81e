// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous DMA buffers: from a device to the area that serves it, and back.
 *
 * A device without an IOMMU needs a buffer in one piece. This file finds the
 * area to take it from; taking it is cma_alloc()'s business. In this order:
 *
 *	the device's own area	 if it has one, and then no other
 *	the areas of its node	 contiguous-numa.c, larger than a page only
 *	the default area	 larger than a page only
 *
 * A device gets an area of its own from the device tree, and that is a
 * constraint, not a preference. The device may reach nothing else, as a codec
 * whose two ports see one memory bank each, or the region may be the one that a
 * firewall opens for it. So when it is exhausted no other area steps in. (Our
 * callers may still try ordinary pages, which they check against the device's
 * mask; that has always been so and is not ours to forbid.)
 *
 * A single page is contiguous anyway: outside the device's own area it comes
 * from the page allocator, and the areas keep their large pieces.
 *
 * When a buffer comes back, its owner is whichever area contains it. What the
 * device is attached to by then does not matter: a driver may well detach the
 * region first and free its buffers later.
 *
 * Units: sizes in bytes, as DMA clients have them, unless a name says pages.
 * No locks here: dma_contiguous_default_area and dev->cma_area are written
 * before anybody takes buffers, and the areas lock for themselves.
 */
#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "contiguous.h"

/* Serves every device that has no area of its own; NULL if there is none. */
struct cma *dma_contiguous_default_area __ro_after_init;

/*
 * Buffers lie on a multiple of their size, as dma_alloc_coherent() promises,
 * up to a limit: aligning a very large one would cost more than it gives.
 */
static unsigned int alignment_order(unsigned int order)
{
	return min_t(unsigned int, order, CONFIG_CMA_ALIGNMENT);
}

/* What the caller must not start, whoever acts on his behalf: a PF_ mask. */
static unsigned int scope_of(gfp_t gfp)
{
	unsigned int scope = 0;

	if (!(gfp & __GFP_IO))
		scope |= PF_MEMALLOC_NOIO;
	if (!(gfp & __GFP_FS))
		scope |= PF_MEMALLOC_NOFS;
	return scope;
}

/* What records of its buffers say; a device has its name until it is freed. */
static const char *name_of(struct device *dev)
{
	return dev ? dev_name(dev) : NULL;
}

/**
 * dma_cma_take() - take a buffer out of one area
 * @cma: the area, or NULL
 * @dev: the device that it is for
 * @size: size in bytes, rounded up to whole pages
 * @gfp: __GFP_IO and __GFP_FS restrict what may be done to make room;
 *	 __GFP_NOWARN keeps a failure out of the log
 *
 * cma_alloc() has no gfp argument. A restriction reaches it as the scope of
 * this task, which everything below respects; without that, an allocation with
 * GFP_NOIO would wait for the very writeback that waits for its caller.
 *
 * Context: Process context, may sleep.
 * Return: the first page, or NULL.
 */
struct page *dma_cma_take(struct cma *cma, struct device *dev, size_t size,
			  gfp_t gfp)
{
	/* A size that wraps when it is rounded up becomes 0 here. */
	unsigned long nr_pages = PAGE_ALIGN(size) >> PAGE_SHIFT;
	unsigned int saved_scope;
	struct page *page;

	if (!nr_pages)
		return NULL;

	saved_scope = memalloc_flags_save(scope_of(gfp));
	page = cma_alloc_for(cma, name_of(dev), nr_pages,
			     alignment_order(get_order(size)),
			     gfp & __GFP_NOWARN);
	memalloc_flags_restore(saved_scope);
	return page;
}

/**
 * dma_alloc_from_contiguous() - take pages from the area that serves a device
 * @dev: the device; NULL for the default area
 * @count: number of pages
 * @order: log2 of the alignment in pages, cut to CONFIG_CMA_ALIGNMENT
 * @no_warn: keep a failure out of the log
 *
 * For callers that want exactly this area, whatever the size; the others use
 * dma_alloc_contiguous(). The pages are not zeroed.
 *
 * Context: Process context, may sleep.
 * Return: the first page, or NULL.
 */
struct page *dma_alloc_from_contiguous(struct device *dev, size_t count,
				       unsigned int order, bool no_warn)
{
	return cma_alloc_for(dev_get_cma_area(dev), name_of(dev), count,
			     alignment_order(order), no_warn);
}

/**
 * dma_release_from_contiguous() - undo dma_alloc_from_contiguous()
 * @dev: the device that the pages were taken for
 * @pages: the first of them
 * @count: number of pages
 *
 * Context: any, as cma_release().
 * Return: false if the pages are not from this area: they are still the
 * caller's. Else true.
 */
bool dma_release_from_contiguous(struct device *dev, struct page *pages,
				 int count)
{
	return cma_release(dev_get_cma_area(dev), pages, count);
}

/**
 * dma_alloc_contiguous() - find a contiguous buffer for a device
 * @dev: the device
 * @size: size in bytes, rounded up to whole pages
 * @gfp: as for the page allocator. If it does not allow blocking, the answer is
 *	 NULL. With a zone modifier, areas of nodes are not asked, as they may
 *	 lie anywhere. __GFP_ZERO is for the caller to do.
 *
 * The buffer need not be within reach of @dev: the caller checks.
 *
 * Context: Any; sleeps if @gfp allows it.
 * Return: the first page; free it with dma_free_contiguous(). NULL if no area
 * serves this request, and then ordinary pages are the caller's next choice.
 */
struct page *dma_alloc_contiguous(struct device *dev, size_t size, gfp_t gfp)
{
	struct page *page = NULL;

	if (!gfpflags_allow_blocking(gfp))
		return NULL;
	if (dev->cma_area)
		return dma_cma_take(dev->cma_area, dev, size, gfp);
	if (size <= PAGE_SIZE)
		return NULL;

	if (!(gfp & (GFP_DMA | GFP_DMA32)))
		page = dma_cma_take_near(dev, size, gfp);
	if (!page)
		page = dma_cma_take(dma_contiguous_default_area, dev, size,
				    gfp);
	return page;
}

/* A buffer on its way back. */
struct returned {
	struct page *page;
	unsigned long nr_pages;
};

static int release_if_owned(struct cma *cma, void *data)
{
	struct returned *buffer = data;

	return cma_release(cma, buffer->page, buffer->nr_pages);
}

/**
 * dma_free_contiguous() - free a buffer of dma_alloc_contiguous(), or any other
 * @dev: the device that it was for
 * @page: first page
 * @size: size in bytes, as it was when allocated
 *
 * Takes back ordinary pages just as well: callers do not know what they got.
 *
 * Context: Any.
 */
void dma_free_contiguous(struct device *dev, struct page *page, size_t size)
{
	struct returned buffer = {
		.page = page,
		.nr_pages = PAGE_ALIGN(size) >> PAGE_SHIFT,
	};

	/* Nearly always the right guess. */
	if (cma_release(dev_get_cma_area(dev), page, buffer.nr_pages))
		return;
	if (cma_for_each_area(release_if_owned, &buffer))
		return;
	__free_pages(page, get_order(size));
}
