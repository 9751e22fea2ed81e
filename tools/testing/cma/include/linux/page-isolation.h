/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: model/isolation.c. */
#ifndef _CMA_SHIM_PAGE_ISOLATION_H
#define _CMA_SHIM_PAGE_ISOLATION_H

#include <linux/mmzone.h>

bool move_freepages_block_isolate(struct zone *zone, struct page *page,
				  int migratetype);
int start_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
			     int migratetype, int flags, gfp_t gfp);
void undo_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
			     int migratetype);

#endif
