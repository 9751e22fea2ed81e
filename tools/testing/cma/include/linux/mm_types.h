/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: a page, and a folio, which is the first page of one. */
#ifndef _CMA_SHIM_MM_TYPES_H
#define _CMA_SHIM_MM_TYPES_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

struct address_space;	/* a tenant: model/tenant.h */

/**
 * struct page - a page of the model
 * @flags: PG_*
 * @lru: the list that the page is on: free, of a CPU, LRU, or its holder's
 * @mapping: the tenant that lives here; PAGE_MAPPING_ANON is or-ed to it
 * @index: which of the tenant's pages this is
 * @private: order of a free block
 * @compound_head: of a tail page, its head page | 1
 * @order: of a head page
 * @page_type: MODEL_*
 * @_mapcount: page tables that map it, less one
 * @_refcount: references
 * @content: all that the page holds. Not atomic: a page has one owner.
 */
struct page {
	unsigned long flags;
	struct list_head lru;
	struct address_space *mapping;
	unsigned long index;
	unsigned long private;
	unsigned long compound_head;
	unsigned int order;
	unsigned int page_type;
	atomic_t _mapcount;
	atomic_t _refcount;
	u64 content;
};

struct folio {
	union {
		struct page page;
		struct {
			unsigned long flags;
			struct list_head lru;
			struct address_space *mapping;
		};
	};
};

#define PAGE_MAPPING_ANON	1UL

/* Kinds of pages that are no tenant's. */
enum { MODEL_NO_TYPE, MODEL_BUDDY, MODEL_SLAB };

extern struct page *model_mem_map;
extern unsigned long model_start_pfn;

#define pfn_to_page(pfn)	(model_mem_map + ((pfn) - model_start_pfn))
#define page_to_pfn(page) \
	((unsigned long)((page) - model_mem_map) + model_start_pfn)
#define nth_page(page, n)	((page) + (n))

#endif
