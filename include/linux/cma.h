/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contiguous memory areas: physically contiguous memory that serves movable
 * pages until somebody needs it in one piece.
 *
 * An area is declared at boot, while memblock still rules, and serves requests
 * from core_initcall on. What each function does, where it may be called and
 * what it returns is told at its definition in mm/cma.c and mm/cma/.
 */
#ifndef __LINUX_CMA_H
#define __LINUX_CMA_H

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/types.h>

struct cma;
struct folio;

#ifdef CONFIG_CMA_AREAS
#define MAX_CMA_AREAS	CONFIG_CMA_AREAS
#endif

/* Length of an area's name with its terminating zero; longer ones are cut. */
#define CMA_MAX_NAME	64

/*
 * An area starts and ends on a pageblock border: a pageblock is what the buddy
 * allocator marks as a whole.
 */
#define CMA_MIN_ALIGNMENT_PAGES	pageblock_nr_pages
#define CMA_MIN_ALIGNMENT_BYTES	(PAGE_SIZE * CMA_MIN_ALIGNMENT_PAGES)

/* Pages of all areas, for /proc/meminfo; 0 without CONFIG_CMA. */
extern unsigned long totalcma_pages;

phys_addr_t cma_get_base(const struct cma *cma);
unsigned long cma_get_size(const struct cma *cma);
const char *cma_get_name(const struct cma *cma);

int __init cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
				      phys_addr_t limit, phys_addr_t alignment,
				      unsigned int order_per_bit, bool fixed,
				      const char *name, struct cma **res_cma,
				      int nid);
int __init cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
				 unsigned int order_per_bit, const char *name,
				 struct cma **res_cma);
void __init cma_reserve_pages_on_error(struct cma *cma);

/**
 * cma_declare_contiguous() - cma_declare_contiguous_nid() on any node
 * @base: physical address of the area, or 0
 * @size: size in bytes
 * @limit: end of the memory to look in, or 0
 * @alignment: alignment in bytes, or 0
 * @order_per_bit: log2 of the pages that one bit stands for
 * @fixed: the area must lie at @base
 * @name: name of the area, or NULL
 * @res_cma: where to store the area
 *
 * Return: as cma_declare_contiguous_nid().
 */
static inline int __init
cma_declare_contiguous(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
		       phys_addr_t alignment, unsigned int order_per_bit,
		       bool fixed, const char *name, struct cma **res_cma)
{
	return cma_declare_contiguous_nid(base, size, limit, alignment,
					  order_per_bit, fixed, name, res_cma,
					  NUMA_NO_NODE);
}

struct page *cma_alloc(struct cma *cma, unsigned long count,
		       unsigned int align_order, bool no_warn);
bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long count);
bool cma_pages_valid(struct cma *cma, const struct page *pages,
		     unsigned long count);
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data);

#ifdef CONFIG_CMA
struct folio *cma_alloc_folio(struct cma *cma, int order, gfp_t gfp);
bool cma_free_folio(struct cma *cma, const struct folio *folio);
#else
static inline struct folio *cma_alloc_folio(struct cma *cma, int order,
					    gfp_t gfp)
{
	return NULL;
}

static inline bool cma_free_folio(struct cma *cma, const struct folio *folio)
{
	return false;
}
#endif /* CONFIG_CMA */

#endif /* __LINUX_CMA_H */
