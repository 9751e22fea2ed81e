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

#include <linux/bits.h>
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

/**
 * enum cma_declare_flags - what an area has to be
 * @CMA_DECLARE_FIXED: it lies at the address that is given, or nowhere
 * @CMA_DECLARE_SCATTERED: it may consist of several ranges, if there is no place
 *	for it in one piece. A request is served from one of them.
 * @CMA_DECLARE_PRIVATE: its memory is lent to nobody. Nothing has to be moved
 *	out of the way of a request, and nothing else can use the memory.
 * @CMA_DECLARE_RESERVED: the caller has reserved the memory already, and keeps
 *	it if the area cannot be made; implies CMA_DECLARE_FIXED
 * @CMA_DECLARE_ZEROED: what it hands out is zeroed, whoever had it before
 */
enum cma_declare_flags {
	CMA_DECLARE_FIXED	= BIT(0),
	CMA_DECLARE_SCATTERED	= BIT(1),
	CMA_DECLARE_PRIVATE	= BIT(2),
	CMA_DECLARE_RESERVED	= BIT(3),
	CMA_DECLARE_ZEROED	= BIT(4),
};

/**
 * struct cma_declaration - an area as its declarer wants it
 * @base: physical address in bytes: the area's with CMA_DECLARE_FIXED, else the
 *	  least one that it may have; 0 for any, whatever the flags say
 * @size: in bytes, rounded up to the alignment
 * @limit: end of the memory to look in, in bytes; 0 for no limit
 * @alignment: in bytes, a power of two; 0, or less than
 *	       CMA_MIN_ALIGNMENT_BYTES, for that
 * @order_per_bit: requests start and end on a multiple of 1 << this, in pages
 * @flags: of enum cma_declare_flags
 * @name: name of the area, or NULL for one of the allocator's choice
 * @nid: node whose memory to take; NUMA_NO_NODE, which is not 0, for any
 */
struct cma_declaration {
	phys_addr_t base;
	phys_addr_t size;
	phys_addr_t limit;
	phys_addr_t alignment;
	unsigned int order_per_bit;
	unsigned int flags;
	const char *name;
	int nid;
};

int __init cma_declare(const struct cma_declaration *decl,
		       struct cma **res_cma);

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
int __init cma_declare_contiguous_multi(phys_addr_t size, phys_addr_t align,
					unsigned int order_per_bit,
					const char *name, struct cma **res_cma,
					int nid);
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
struct page *cma_alloc_for(struct cma *cma, const char *device,
			   unsigned long count, unsigned int align_order,
			   bool no_warn);
bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long count);
bool cma_pages_valid(struct cma *cma, const struct page *pages,
		     unsigned long count);
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data);
bool cma_intersects(struct cma *cma, unsigned long start, unsigned long end);

/* Pages without a reference, for owners who count in a way of their own. */
struct page *cma_alloc_frozen(struct cma *cma, unsigned long count,
			      unsigned int align_order, bool no_warn);
struct page *cma_alloc_frozen_compound(struct cma *cma, unsigned int order);
bool cma_release_frozen(struct cma *cma, const struct page *pages,
			unsigned long count);

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
