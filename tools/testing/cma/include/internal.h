/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: mm/internal.h, what the parts of mm know of each other. */
#ifndef _CMA_SHIM_INTERNAL_H
#define _CMA_SHIM_INTERNAL_H

#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/migrate.h>
#include <linux/mm.h>

#define ALLOC_CMA	0x80u

#define buddy_order(page)		((unsigned int)page_private(page))
#define buddy_order_unsafe(page)	buddy_order(page)

/* NULL unless both ends are memory of the zone. */
struct page *pageblock_pfn_to_page(unsigned long start_pfn,
				   unsigned long end_pfn, struct zone *zone);
struct page *pfn_to_online_page(unsigned long pfn);

bool free_pages_prepare(struct page *page, unsigned int order);
void post_alloc_hook(struct page *page, unsigned int order, gfp_t gfp);
void prep_compound_page(struct page *page, unsigned int order);
void __putback_isolated_page(struct page *page, unsigned int order,
			     int migratetype);
void drain_all_pages(struct zone *zone);

struct migration_target_control {
	int nid;
	gfp_t gfp_mask;
	int reason;
};

struct folio *alloc_migration_target(struct folio *src, unsigned long private);

struct compact_control {
	struct list_head migratepages;
	unsigned int nr_migratepages;
	unsigned long migrate_pfn;
	int order;
	struct zone *zone;
	enum migrate_mode mode;
	gfp_t gfp_mask;
	bool ignore_skip_hint;
	bool no_set_skip_hint;
	bool finish_pageblock;
	bool alloc_contig;
};

int isolate_migratepages_range(struct compact_control *cc,
			       unsigned long start_pfn, unsigned long end_pfn);
unsigned long reclaim_clean_pages_from_list(struct zone *zone,
					    struct list_head *folios);

#endif
