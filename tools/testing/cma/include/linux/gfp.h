/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: pages are handed out by model/pcp.c. */
#ifndef _CMA_SHIM_GFP_H
#define _CMA_SHIM_GFP_H

#include <linux/bug.h>
#include <linux/contig_alloc.h>
#include <linux/gfp_types.h>
#include <linux/mmzone.h>

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
struct folio *__folio_alloc(gfp_t gfp, unsigned int order, int nid,
			    nodemask_t *nodemask);
void __free_pages(struct page *page, unsigned int order);
void split_page(struct page *page, unsigned int order);

static inline int gfp_migratetype(gfp_t gfp)
{
	return gfp & __GFP_MOVABLE ? MIGRATE_MOVABLE :
	       gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE :
	       MIGRATE_UNMOVABLE;
}

/* One node, one zone. */
#define gfp_zone(gfp)			((void)(gfp), 0)
#define node_zonelist(nid, gfp)		((void)(nid), (void)(gfp), model_zonelist())
#define for_each_zone_zonelist_nodemask(zone, ref, zonelist, index, nodes)	\
	for (ref = (zonelist)->refs, (void)(index), (void)(nodes);	\
	     (zone = (ref)->zone); (ref)++)

#endif
