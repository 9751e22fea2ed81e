// SPDX-License-Identifier: GPL-2.0
/*
 * What memory is there, of which pageblocks, and who looks at its pages?
 *
 * The memory map is exactly as long as the memory, so that the address sanitizer
 * sees a step beyond.
 */
#include <stdlib.h>

#include <linux/vmstat.h>

#include "model.h"

struct zone model_zone;
struct page *model_mem_map;
unsigned long model_start_pfn;
unsigned long totalcma_pages;
atomic_long_t num_poisoned_pages;
bool model_init_on_free;

static unsigned long nr_pages_here;
static u8 *block_types;
static struct zonelist zonelist = { { { &model_zone }, { NULL } } };
static long vm_events[NR_VM_EVENT_ITEMS];

void model_set_up(unsigned long start_pfn, unsigned long nr_pages)
{
	unsigned int order, type;
	unsigned long i;

	nr_pages_here = nr_pages;
	model_start_pfn = start_pfn;
	model_mem_map = calloc(nr_pages, sizeof(*model_mem_map));
	block_types = calloc(nr_pages / pageblock_nr_pages, 1);
	for (i = 0; i < nr_pages; i++) {
		model_mem_map[i].flags = BIT(PG_reserved);
		atomic_set(&model_mem_map[i]._mapcount, -1);
		atomic_set(&model_mem_map[i]._refcount, 1);
	}
	for (i = 0; i < nr_pages / pageblock_nr_pages; i++)
		block_types[i] = MIGRATE_MOVABLE;

	model_zone = (struct zone) { .zone_start_pfn = start_pfn };
	spin_lock_init(&model_zone.lock);
	for (order = 0; order < NR_PAGE_ORDERS; order++)
		for (type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&model_zone.free_area[order].free_list[type]);
	num_poisoned_pages.counter = 0;
	model_init_alloc();
	model_init_lru();
}

void model_tear_down(void)
{
	free(model_mem_map);
	free(block_types);
	model_mem_map = NULL;
	block_types = NULL;
}

static bool is_here(unsigned long pfn)
{
	return pfn - model_start_pfn < nr_pages_here;
}

unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + nr_pages_here;
}

unsigned long totalram_pages(void)
{
	return nr_pages_here;
}

struct zone *page_zone(const struct page *page)
{
	MODEL_CHECK(is_here(page_to_pfn(page)), page);
	return &model_zone;
}

struct zonelist *model_zonelist(void)
{
	return &zonelist;
}

static u8 *type_of(const struct page *page)
{
	MODEL_CHECK(is_here(page_to_pfn(page)), page);
	return &block_types[(page_to_pfn(page) - model_start_pfn) >> pageblock_order];
}

int get_pageblock_migratetype(const struct page *page)
{
	return READ_ONCE(*type_of(page));
}

void model_set_type(unsigned long pfn, int type)
{
	WRITE_ONCE(*type_of(pfn_to_page(pfn)), type);
}

struct page *pfn_to_online_page(unsigned long pfn)
{
	return is_here(pfn) && !model_fails("pfn_to_online_page") ?
		pfn_to_page(pfn) : NULL;
}

struct page *pageblock_pfn_to_page(unsigned long start_pfn,
				   unsigned long end_pfn, struct zone *zone)
{
	return zone == &model_zone && is_here(start_pfn) && is_here(end_pfn - 1) &&
	       !model_fails("pageblock_pfn_to_page") ? pfn_to_page(start_pfn) : NULL;
}

void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
	lockdep_assert_held(&zone->lock);
	WRITE_ONCE(zone->stat[item], zone->stat[item] + delta);
}

/* Large folios are counted as if there always were some. */
unsigned long global_node_page_state(enum node_stat_item item)
{
	return item == NR_ANON_THPS;
}

void count_vm_events(enum vm_event_item item, long nr)
{
	__atomic_fetch_add(&vm_events[item], nr, __ATOMIC_RELAXED);
}

/* A page whose references are frozen for a moment looks as if it had none. */
bool folio_try_get(struct folio *folio)
{
	int nr;

	if (model_fails("folio_try_get"))
		return false;
	do {
		nr = folio_ref_count(folio);
		if (!nr)
			return false;
	} while (!atomic_replace(&folio->page._refcount, nr, nr + 1));
	return true;
}

void model_poison(struct page *page)
{
	if (!model_set_flag(page, PG_hwpoison))
		atomic_long_inc(&num_poisoned_pages);
}
