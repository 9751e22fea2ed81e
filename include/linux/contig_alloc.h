/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Physically contiguous pages beyond what the buddy allocator keeps together.
 * Told at the definitions in mm/contig; get it by way of <linux/gfp.h>.
 */
#ifndef __LINUX_CONTIG_ALLOC_H
#define __LINUX_CONTIG_ALLOC_H

#include <linux/alloc_tag.h>
#include <linux/bug.h>
#include <linux/gfp_types.h>
#include <linux/nodemask_types.h>

struct folio;
struct page;

#ifdef CONFIG_CONTIG_ALLOC
int alloc_contig_range_noprof(unsigned long start, unsigned long end,
			      unsigned int migratetype, gfp_t gfp_mask);
#define alloc_contig_range(...)						\
	alloc_hooks(alloc_contig_range_noprof(__VA_ARGS__))

struct page *alloc_contig_pages_noprof(unsigned long nr_pages, gfp_t gfp_mask,
				       int nid, nodemask_t *nodemask);
#define alloc_contig_pages(...)						\
	alloc_hooks(alloc_contig_pages_noprof(__VA_ARGS__))

/* One folio of any order; returned with folio_put(). */
static inline struct folio *
folio_alloc_gigantic_noprof(int order, gfp_t gfp, int nid, nodemask_t *node)
{
	if (WARN_ON(!order || !(gfp & __GFP_COMP)))
		return NULL;

	return (struct folio *)alloc_contig_pages_noprof(1UL << order, gfp, nid,
							 node);
}
#else
static inline struct folio *
folio_alloc_gigantic_noprof(int order, gfp_t gfp, int nid, nodemask_t *node)
{
	return NULL;
}
#endif /* CONFIG_CONTIG_ALLOC */

#define folio_alloc_gigantic(...)					\
	alloc_hooks(folio_alloc_gigantic_noprof(__VA_ARGS__))

void free_contig_range(unsigned long pfn, unsigned long nr_pages);

#endif /* __LINUX_CONTIG_ALLOC_H */
