// SPDX-License-Identifier: GPL-2.0
/*
 * How are pageblocks isolated that are no area's, and how does any come back?
 *
 * As mm/page_isolation.c does it, but that what cannot move is told by its flags
 * alone. Blocks of areas are refused to all but the engine, by the hook.
 */
#include <linux/page-isolation.h>

#include "../../../../mm/cma/hooks.h"
#include "model.h"

static bool may_isolate(unsigned long start_pfn, unsigned long end_pfn,
			int migratetype)
{
	unsigned long pfn;

	if (is_migrate_isolate_page(pfn_to_page(start_pfn)))
		return false;
	if (is_migrate_cma_page(pfn_to_page(start_pfn)))
		return !cma_hook_refuse_isolation(migratetype);
	for (pfn = start_pfn; pfn < end_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);

		if (PageReserved(page) || READ_ONCE(page->page_type) == MODEL_SLAB)
			return false;
	}
	return true;
}

int start_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
			     int migratetype, int flags, gfp_t gfp)
{
	unsigned long pfn, next_pfn;
	unsigned long irqs;
	bool done;

	(void)flags;
	(void)gfp;
	for (pfn = start_pfn; pfn < end_pfn; pfn = next_pfn) {
		next_pfn = min(end_pfn, pageblock_end_pfn(pfn));
		done = !model_fails("start_isolate_page_range");
		spin_lock_irqsave(&model_zone.lock, irqs);
		done = done && may_isolate(pfn, next_pfn, migratetype) &&
		       move_freepages_block_isolate(&model_zone, pfn_to_page(pfn),
						    MIGRATE_ISOLATE);
		model_zone.nr_isolate_pageblock += done;
		spin_unlock_irqrestore(&model_zone.lock, irqs);
		if (done)
			continue;
		if (pfn > start_pfn)
			undo_isolate_page_range(start_pfn, pfn, migratetype);
		return -EBUSY;
	}
	return 0;
}

void undo_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
			     int migratetype)
{
	unsigned long pfn, irqs;

	model_seam();
	for (pfn = pageblock_start_pfn(start_pfn); pfn < end_pfn;
	     pfn += pageblock_nr_pages) {
		struct page *page = pfn_to_page(pfn);
		struct model_seams seams;

		spin_lock_irqsave(&model_zone.lock, irqs);
		if (is_migrate_isolate_page(page)) {
			/* Giving back cannot fail. */
			seams = model_seams;
			model_seams.fail_at = 0;
			move_freepages_block_isolate(&model_zone, page, migratetype);
			model_seams = seams;
			model_zone.nr_isolate_pageblock--;
		}
		spin_unlock_irqrestore(&model_zone.lock, irqs);
	}
}
