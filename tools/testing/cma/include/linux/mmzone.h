/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host shim: one zone of small pageblocks. As in most kernels, the largest free
 * blocks span two of them: model/zone.c, model/buddy.c.
 */
#ifndef _CMA_SHIM_MMZONE_H
#define _CMA_SHIM_MMZONE_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/nodemask_types.h>
#include <linux/numa.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)

#define pageblock_order		5
#define pageblock_nr_pages	(1UL << pageblock_order)
#define MAX_PAGE_ORDER		6
#define MAX_ORDER_NR_PAGES	(1UL << MAX_PAGE_ORDER)
#define NR_PAGE_ORDERS		(MAX_PAGE_ORDER + 1)

#define SHIM_BLOCK_MASK		(pageblock_nr_pages - 1)
#define pageblock_start_pfn(pfn)	((pfn) & ~SHIM_BLOCK_MASK)
#define pageblock_align(pfn)	pageblock_start_pfn((pfn) + SHIM_BLOCK_MASK)
#define pageblock_end_pfn(pfn)	pageblock_align((pfn) + 1)
#define pageblock_aligned(pfn)	(!((pfn) & SHIM_BLOCK_MASK))

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

#define is_migrate_cma(type)		((type) == MIGRATE_CMA)
#define is_migrate_isolate(type)	((type) == MIGRATE_ISOLATE)
#define is_migrate_cma_page(page) \
	is_migrate_cma(get_pageblock_migratetype(page))
#define is_migrate_isolate_page(page) \
	is_migrate_isolate(get_pageblock_migratetype(page))

enum zone_stat_item { NR_FREE_PAGES, NR_FREE_CMA_PAGES, NR_ZONE_STATS };
enum node_stat_item { NR_ANON_THPS, NR_FILE_THPS, NR_NODE_STATS };
enum zone_type { ZONE_NORMAL, ZONE_MOVABLE };

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	unsigned long nr_free;
};

struct zone {
	spinlock_t lock;	/* protects all but zone_start_pfn */
	unsigned long zone_start_pfn;
	unsigned long nr_isolate_pageblock;
	unsigned long nr_reserved_highatomic;
	long stat[NR_ZONE_STATS];	/* read without the lock */
	struct free_area free_area[NR_PAGE_ORDERS];
};

struct zoneref { struct zone *zone; };
struct zonelist { struct zoneref refs[2]; };
struct zonelist *model_zonelist(void);

unsigned long zone_end_pfn(const struct zone *zone);
struct zone *page_zone(const struct page *page);
#define zone_idx(zone)		((void)(zone), ZONE_NORMAL)
#define zone_to_nid(zone)	((void)(zone), 0)
#define is_highmem_idx(index)	((void)(index), false)

/* What a request may not be given below, and what reclaim leaves behind. */
#define low_wmark_pages(zone)	((void)(zone), 16UL)
#define high_wmark_pages(zone)	((void)(zone), 24UL)

/* Some, always. */
#define zone_cma_pages(zone)	((void)(zone), 1UL)

int get_pageblock_migratetype(const struct page *page);
#define get_pfnblock_migratetype(page, pfn)	get_pageblock_migratetype(page)

#define zone_page_state(zone, item)	\
	((unsigned long)READ_ONCE((zone)->stat[item]))
void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item,
			   long delta);
unsigned long global_node_page_state(enum node_stat_item item);

#define free_area_empty(area, type)	list_empty(&(area)->free_list[type])

#endif
