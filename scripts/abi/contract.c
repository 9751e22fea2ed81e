// SPDX-License-Identifier: GPL-2.0
/*
 * Has every function and macro that clients use the type that they rely on? Each is assigned
 * to a pointer of that type, with CONFIG_CMA and without; nothing here is ever run.
 */
#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-isolation.h>
#include <linux/vm_event_item.h>

void probe_areas(void);
void probe_areas(void)
{
	phys_addr_t (*get_base)(const struct cma *cma) = cma_get_base;
	unsigned long (*get_size)(const struct cma *cma) = cma_get_size;
	const char *(*get_name)(const struct cma *cma) = cma_get_name;
	int (*declare_nid)(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
			   phys_addr_t alignment, unsigned int order_per_bit, bool fixed,
			   const char *name, struct cma **res_cma,
			   int nid) = cma_declare_contiguous_nid;
	int (*declare)(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
		       phys_addr_t alignment, unsigned int order_per_bit, bool fixed,
		       const char *name, struct cma **res_cma) = cma_declare_contiguous;
	int (*init_reserved)(phys_addr_t base, phys_addr_t size, unsigned int order_per_bit,
			     const char *name, struct cma **res_cma) = cma_init_reserved_mem;
	void (*reserve_on_error)(struct cma *cma) = cma_reserve_pages_on_error;
	struct page *(*alloc)(struct cma *cma, unsigned long count, unsigned int align,
			      bool no_warn) = cma_alloc;
	bool (*release)(struct cma *cma, const struct page *pages,
			unsigned long count) = cma_release;
	bool (*valid)(struct cma *cma, const struct page *pages,
		      unsigned long count) = cma_pages_valid;
	struct folio *(*alloc_folio)(struct cma *cma, int order, gfp_t gfp) = cma_alloc_folio;
	bool (*free_folio)(struct cma *cma, const struct folio *folio) = cma_free_folio;
	int (*for_each)(int (*it)(struct cma *cma, void *data), void *data) = cma_for_each_area;
	unsigned long *total = &totalcma_pages;

	OPTIMIZER_HIDE_VAR(get_base);
	OPTIMIZER_HIDE_VAR(get_size);
	OPTIMIZER_HIDE_VAR(get_name);
	OPTIMIZER_HIDE_VAR(declare_nid);
	OPTIMIZER_HIDE_VAR(declare);
	OPTIMIZER_HIDE_VAR(init_reserved);
	OPTIMIZER_HIDE_VAR(reserve_on_error);
	OPTIMIZER_HIDE_VAR(alloc);
	OPTIMIZER_HIDE_VAR(release);
	OPTIMIZER_HIDE_VAR(valid);
	OPTIMIZER_HIDE_VAR(alloc_folio);
	OPTIMIZER_HIDE_VAR(free_folio);
	OPTIMIZER_HIDE_VAR(for_each);
	OPTIMIZER_HIDE_VAR(total);

	BUILD_BUG_ON(CMA_MAX_NAME != 64);
#ifdef CONFIG_CMA
	BUILD_BUG_ON(MAX_CMA_AREAS != CONFIG_CMA_AREAS);
#endif
	/* Of an architecture where pageblock_order is not a constant, they are not either. */
	total = (unsigned long *)(CMA_MIN_ALIGNMENT_PAGES * PAGE_SIZE);
	BUILD_BUG_ON(CMA_MIN_ALIGNMENT_BYTES != PAGE_SIZE * CMA_MIN_ALIGNMENT_PAGES);
}

void probe_dma(struct device *dev);
void probe_dma(struct device *dev)
{
	struct cma *(*area)(struct device *dev) = dev_get_cma_area;
	void (*reserve)(phys_addr_t limit) = dma_contiguous_reserve;
	int (*reserve_area)(phys_addr_t size, phys_addr_t base, phys_addr_t limit,
			    struct cma **res_cma, bool fixed) = dma_contiguous_reserve_area;
	struct page *(*alloc_from)(struct device *dev, size_t count, unsigned int order,
				   bool no_warn) = dma_alloc_from_contiguous;
	bool (*release_from)(struct device *dev, struct page *pages,
			     int count) = dma_release_from_contiguous;
	struct page *(*alloc)(struct device *dev, size_t size, gfp_t gfp) = dma_alloc_contiguous;
	void (*free)(struct device *dev, struct page *page, size_t size) = dma_free_contiguous;
	void (*fixup)(phys_addr_t base, unsigned long size) = dma_contiguous_early_fixup;

	OPTIMIZER_HIDE_VAR(area);
	OPTIMIZER_HIDE_VAR(reserve);
	OPTIMIZER_HIDE_VAR(reserve_area);
	OPTIMIZER_HIDE_VAR(alloc_from);
	OPTIMIZER_HIDE_VAR(release_from);
	OPTIMIZER_HIDE_VAR(alloc);
	OPTIMIZER_HIDE_VAR(free);
	OPTIMIZER_HIDE_VAR(fixup);
#ifdef CONFIG_DMA_CMA
	{
		struct cma **default_area = &dma_contiguous_default_area;
		struct cma **own = &dev->cma_area;

		OPTIMIZER_HIDE_VAR(default_area);
		OPTIMIZER_HIDE_VAR(own);
	}
#endif
}

/* Macros, which count what they allocate under the caller's line: called, not assigned. */
int probe_ranges(nodemask_t *nodes);
int probe_ranges(nodemask_t *nodes)
{
	struct folio *folio = folio_alloc_gigantic(3, GFP_KERNEL | __GFP_COMP, NUMA_NO_NODE,
						   nodes);
	struct folio *(*gigantic)(int order, gfp_t gfp, int nid,
				  nodemask_t *node) = folio_alloc_gigantic_noprof;
	void (*free_range)(unsigned long pfn, unsigned long nr_pages) = free_contig_range;
	int err = 0;

	OPTIMIZER_HIDE_VAR(gigantic);
	OPTIMIZER_HIDE_VAR(free_range);
#ifdef CONFIG_CONTIG_ALLOC
	{
		int (*range)(unsigned long start, unsigned long end, unsigned int migratetype,
			     gfp_t gfp) = alloc_contig_range_noprof;
		struct page *(*pages)(unsigned long nr_pages, gfp_t gfp, int nid,
				      nodemask_t *nodemask) = alloc_contig_pages_noprof;
		struct page *page = alloc_contig_pages(8, GFP_KERNEL, NUMA_NO_NODE, nodes);

		OPTIMIZER_HIDE_VAR(range);
		OPTIMIZER_HIDE_VAR(pages);
		err = alloc_contig_range(0, 8, MIGRATE_MOVABLE, GFP_KERNEL);
		err += !page;
	}
#endif
	return err + !folio;
}

bool probe_mm(struct zone *zone, struct page *page, struct folio *folio, int migratetype);
bool probe_mm(struct zone *zone, struct page *page, struct folio *folio, int migratetype)
{
	unsigned long (*cma_pages)(struct zone *zone) = zone_cma_pages;
	bool (*pinnable)(struct folio *folio) = folio_is_longterm_pinnable;

	OPTIMIZER_HIDE_VAR(cma_pages);
	OPTIMIZER_HIDE_VAR(pinnable);
#ifdef CONFIG_CMA
	zone->cma_pages = 0;
	BUILD_BUG_ON(MIGRATE_CMA != 4);
	BUILD_BUG_ON(CMA_ALLOC_FAIL != CMA_ALLOC_SUCCESS + 1);
#endif
	BUILD_BUG_ON(MIGRATE_TYPES > 8);
	BUILD_BUG_ON(NR_FREE_CMA_PAGES >= NR_VM_ZONE_STAT_ITEMS);
	return is_migrate_cma(migratetype) || is_migrate_cma_page(page) ||
	       is_migrate_cma_folio(folio, 0) || is_migrate_movable(migratetype);
}
