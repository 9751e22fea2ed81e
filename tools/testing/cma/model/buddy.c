// SPDX-License-Identifier: GPL-2.0
/*
 * Which blocks are free?
 *
 * The free lists with the names and rules that mm/page_alloc.c has for them,
 * because the wrappers at its end, which mm/page_alloc.c.diff adds, are compiled
 * here as they are: the Makefile takes them out of the diff. What requests may
 * have is asked of mm/cma/hooks.h, as there.
 *
 * Nothing is retyped but by isolation: a request that finds nothing of its own
 * takes another's block as it is. There is no atomic reserve, no guard page, no
 * capture, and no reclaim.
 */
#include "../../../../mm/cma/hooks.h"
#include "../../../../mm/contig/buddy.h"
#include "model.h"

enum { FPI_NONE };

static void account_freepages(struct zone *zone, int nr_pages, int migratetype)
{
	lockdep_assert_held(&zone->lock);
	if (is_migrate_isolate(migratetype))
		return;
	__mod_zone_page_state(zone, NR_FREE_PAGES, nr_pages);
	cma_hook_account(zone, nr_pages, migratetype);
}

static void set_buddy_order(struct page *page, unsigned int order)
{
	set_page_private(page, order);
	WRITE_ONCE(page->page_type, MODEL_BUDDY);
}

static void __add_to_free_list(struct page *page, struct zone *zone,
			       unsigned int order, int migratetype, bool tail)
{
	struct free_area *area = &zone->free_area[order];

	lockdep_assert_held(&zone->lock);
	MODEL_CHECK(!page_ref_count(page), page);
	MODEL_CHECK(IS_ALIGNED(page_to_pfn(page), 1UL << order), page);
	MODEL_CHECK(get_pageblock_migratetype(page) == migratetype, page);
	if (tail)
		list_add_tail(&page->lru, &area->free_list[migratetype]);
	else
		list_add(&page->lru, &area->free_list[migratetype]);
	area->nr_free++;
}

static void __del_page_from_free_list(struct page *page, struct zone *zone,
				      unsigned int order, int migratetype)
{
	lockdep_assert_held(&zone->lock);
	MODEL_CHECK(PageBuddy(page) && buddy_order(page) == order, page);
	MODEL_CHECK(get_pageblock_migratetype(page) == migratetype, page);
	list_del(&page->lru);
	WRITE_ONCE(page->page_type, MODEL_NO_TYPE);
	set_page_private(page, 0);
	zone->free_area[order].nr_free--;
}

static bool may_merge(int type, int other)
{
	return type == other || (type < MIGRATE_PCPTYPES && other < MIGRATE_PCPTYPES);
}

static void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone,
			    unsigned int order, int migratetype)
{
	account_freepages(zone, 1 << order, migratetype);
	for (; order < MAX_PAGE_ORDER; order++) {
		unsigned long buddy_pfn = pfn ^ (1UL << order);
		struct page *buddy = pfn_to_page(buddy_pfn);
		int type;

		if (buddy_pfn < zone->zone_start_pfn ||
		    buddy_pfn >= zone_end_pfn(zone) || !PageBuddy(buddy) ||
		    buddy_order(buddy) != order)
			break;
		type = get_pageblock_migratetype(buddy);
		if (order >= pageblock_order && !may_merge(migratetype, type))
			break;
		__del_page_from_free_list(buddy, zone, order, type);
		if (type != migratetype)
			model_set_type(buddy_pfn, migratetype);
		pfn &= buddy_pfn;
		page = pfn_to_page(pfn);
	}
	set_buddy_order(page, order);
	__add_to_free_list(page, zone, order, migratetype, false);
}

/* Each pageblock's part under the type that it has now. */
static void split_large_buddy(struct zone *zone, struct page *page,
			      unsigned long pfn, unsigned int order, int flags)
{
	unsigned long end_pfn = pfn + (1UL << order);

	(void)flags;
	order = min_t(unsigned int, order, pageblock_order);
	for (; pfn < end_pfn; pfn += 1UL << order) {
		page = pfn_to_page(pfn);
		__free_one_page(page, pfn, zone, order,
				get_pageblock_migratetype(page));
	}
}

void __putback_isolated_page(struct page *page, unsigned int order, int migratetype)
{
	struct zone *zone = page_zone(page);

	lockdep_assert_held(&zone->lock);
	__free_one_page(page, page_to_pfn(page), zone, order, migratetype);
}

/* Every page is checked by the model, on its way out and on its way in. */
static bool is_check_pages_enabled(void)
{
	return false;
}

static void check_new_pages(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		MODEL_CHECK(!page_ref_count(page + i), page + i);
		MODEL_CHECK(!page_has_type(page + i), page + i);
		MODEL_CHECK(!(READ_ONCE(page[i].flags) & PAGE_FLAGS_CHECK_AT_PREP),
			    page + i);
		MODEL_CHECK(atomic_read(&page[i]._mapcount) == -1, page + i);
		MODEL_CHECK(!READ_ONCE(page[i].mapping), page + i);
		MODEL_CHECK(!PageTail(page + i), page + i);
	}
}

#include "page_alloc-wrappers.h"

void model_free_block(struct page *page, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&model_zone.lock, flags);
	split_large_buddy(&model_zone, page, page_to_pfn(page), order, FPI_NONE);
	spin_unlock_irqrestore(&model_zone.lock, flags);
}

static struct page *take_smallest(unsigned int order, int migratetype)
{
	unsigned int found;
	struct page *page;

	for (found = order; found <= MAX_PAGE_ORDER; found++) {
		struct free_area *area = &model_zone.free_area[found];

		page = list_first_entry_or_null(&area->free_list[migratetype],
						struct page, lru);
		if (!page)
			continue;
		buddy_carve(&model_zone, page, found, page_to_pfn(page),
			    page_to_pfn(page) + (1UL << order));
		return page;
	}
	return NULL;
}

/* The caller holds zone->lock. As __rmqueue(), with its hooks. */
struct page *model_rmqueue(unsigned int order, int migratetype,
			   unsigned int alloc_flags)
{
	struct page *page = NULL;
	int type;

	if (cma_hook_first(&model_zone, alloc_flags))
		page = take_smallest(order, CMA_HOOK_LIST);
	if (!page)
		page = take_smallest(order, migratetype);
	if (!page && alloc_flags & ALLOC_CMA)
		page = take_smallest(order, CMA_HOOK_LIST);
	for (type = 0; type < MIGRATE_PCPTYPES && !page; type++)
		page = take_smallest(order, type);
	return page;
}

unsigned long model_count_free(void (*each)(struct page *page, unsigned int order,
					    int type))
{
	unsigned long nr_pages = 0;
	unsigned int order;
	int type;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		for (type = 0; type < MIGRATE_TYPES; type++) {
			struct list_head *list = &model_zone.free_area[order].free_list[type];
			struct page *page;

			list_for_each_entry(page, list, lru) {
				each(page, order, type);
				nr_pages += 1UL << order;
			}
		}
	return nr_pages;
}

/* What isolation does to free blocks: they change lists. */
bool move_freepages_block_isolate(struct zone *zone, struct page *page, int migratetype)
{
	unsigned long start_pfn = pageblock_start_pfn(page_to_pfn(page));
	unsigned long head_pfn = ALIGN_DOWN(start_pfn, MAX_ORDER_NR_PAGES), pfn;
	struct page *head = pfn_to_page(head_pfn);
	int type = get_pageblock_migratetype(page);

	lockdep_assert_held(&zone->lock);
	if (model_fails("move_freepages_block_isolate"))
		return false;

	/* A block that is larger than the pageblock is split. */
	if (head_pfn >= zone->zone_start_pfn && PageBuddy(head) &&
	    buddy_order(head) > pageblock_order) {
		int head_type = get_pageblock_migratetype(head);

		__del_page_from_free_list(head, zone, MAX_PAGE_ORDER, head_type);
		account_freepages(zone, -(int)MAX_ORDER_NR_PAGES, head_type);
		model_set_type(start_pfn, migratetype);
		split_large_buddy(zone, head, head_pfn, MAX_PAGE_ORDER, FPI_NONE);
		return true;
	}

	for (pfn = start_pfn; pfn < start_pfn + pageblock_nr_pages; pfn++) {
		struct page *block = pfn_to_page(pfn);
		unsigned int order;

		if (!PageBuddy(block))
			continue;
		order = buddy_order(block);
		list_del(&block->lru);
		list_add_tail(&block->lru,
			      &zone->free_area[order].free_list[migratetype]);
		account_freepages(zone, -(1 << order), type);
		account_freepages(zone, 1 << order, migratetype);
		pfn += (1UL << order) - 1;
	}
	model_set_type(start_pfn, migratetype);

	/* Of blocks as large as pageblocks, buddies may be of one type again. */
	head = pfn_to_page(start_pfn);
	if (PageBuddy(head) && buddy_order(head) == pageblock_order) {
		__del_page_from_free_list(head, zone, pageblock_order, migratetype);
		account_freepages(zone, -(int)pageblock_nr_pages, migratetype);
		__free_one_page(head, start_pfn, zone, pageblock_order, migratetype);
	}
	return true;
}
