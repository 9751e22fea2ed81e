// SPDX-License-Identifier: GPL-2.0
/*
 * How do pages get to those who ask for them, and back?
 *
 * Small blocks by way of per-CPU lists, as in mm/page_alloc.c: pages of an area
 * stand there among the movable ones, which is why neither side may believe what
 * it asked for. A page is checked whenever it changes hands.
 *
 * There are no watermarks and there is no reclaim: what is not free, is not to be
 * had.
 */
#include "../../../../mm/cma/hooks.h"
#include "../../../../mm/contig/buddy.h"
#include "model.h"

#define PCP_ORDER	3	/* the largest that is kept there */
#define PCP_HIGH	16	/* lists as long as this are cut ... */
#define PCP_BATCH	8	/* ... and filled by so many blocks */

struct pcp {
	spinlock_t lock;	/* protects what follows */
	unsigned int nr;
	struct list_head list[PCP_ORDER + 1][MIGRATE_PCPTYPES];
};

static struct pcp pcps[MODEL_CPUS];

void model_init_alloc(void)
{
	unsigned int cpu, order, type;

	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		spin_lock_init(&pcps[cpu].lock);
		pcps[cpu].nr = 0;
		for (order = 0; order <= PCP_ORDER; order++)
			for (type = 0; type < MIGRATE_PCPTYPES; type++)
				INIT_LIST_HEAD(&pcps[cpu].list[order][type]);
	}
}

/* Pages leave their owner. False if the page must not be used again. */
bool free_pages_prepare(struct page *page, unsigned int order)
{
	unsigned long i, nr_pages = 1UL << order;

	if (order && PageHead(page)) {
		MODEL_CHECK(compound_order(page) == order, page);
		for (i = 1; i < nr_pages; i++)
			WRITE_ONCE(page[i].compound_head, 0);
		model_clear_flag(page, PG_head);
	}
	for (i = 0; i < nr_pages; i++) {
		MODEL_CHECK(!page_ref_count(page + i), page + i);
		MODEL_CHECK(!page_has_type(page + i), page + i);
		MODEL_CHECK(!PageTail(page + i), page + i);
		MODEL_CHECK(!model_flag(page + i, PG_lru), page + i);
		MODEL_CHECK(!model_flag(page + i, PG_locked), page + i);
		MODEL_CHECK(atomic_read(&page[i]._mapcount) == -1, page + i);
		WRITE_ONCE(page[i].mapping, NULL);
		set_page_private(page + i, 0);
		__atomic_fetch_and(&page[i].flags, ~PAGE_FLAGS_CHECK_AT_PREP,
				   __ATOMIC_RELAXED);
	}
	return order || !PageHWPoison(page);
}

void post_alloc_hook(struct page *page, unsigned int order, gfp_t gfp)
{
	unsigned long i;

	set_page_private(page, 0);
	for (i = 0; i < 1UL << order && gfp & __GFP_ZERO; i++)
		page[i].content = 0;
}

void prep_compound_page(struct page *page, unsigned int order)
{
	unsigned long i;

	WRITE_ONCE(page->order, order);
	model_set_flag(page, PG_head);
	for (i = 1; i < 1UL << order; i++) {
		set_page_count(page + i, 0);
		WRITE_ONCE(page[i].compound_head, (unsigned long)page | 1);
	}
}

static void shorten(struct pcp *pcp, unsigned int nr_left)
{
	unsigned int order, type;
	struct page *page;

	for (order = 0; order <= PCP_ORDER; order++)
		for (type = 0; type < MIGRATE_PCPTYPES; type++)
			while (pcp->nr > nr_left) {
				page = list_first_entry_or_null(&pcp->list[order][type],
								struct page, lru);
				if (!page)
					break;
				list_del(&page->lru);
				pcp->nr--;
				model_free_block(page, order);
			}
}

void drain_all_pages(struct zone *zone)
{
	unsigned int cpu;

	(void)zone;
	model_seam();
	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		spin_lock(&pcps[cpu].lock);
		shorten(&pcps[cpu], 0);
		spin_unlock(&pcps[cpu].lock);
	}
}

/* Pages without references become free. */
void model_release(struct page *page, unsigned int order)
{
	struct pcp *pcp = &pcps[current->cpu];
	int type;

	if (!free_pages_prepare(page, order))
		return;
	type = get_pageblock_migratetype(page);
	if (order > PCP_ORDER || is_migrate_isolate(type)) {
		model_free_block(page, order);
		return;
	}
	if (type >= MIGRATE_PCPTYPES)
		type = MIGRATE_MOVABLE;
	spin_lock(&pcp->lock);
	list_add(&page->lru, &pcp->list[order][type]);
	if (++pcp->nr > PCP_HIGH)
		shorten(pcp, PCP_HIGH - PCP_BATCH);
	spin_unlock(&pcp->lock);
}

static struct page *take_from_zone(unsigned int order, int type,
				   unsigned int alloc_flags)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&model_zone.lock, flags);
	page = model_rmqueue(order, type, alloc_flags);
	spin_unlock_irqrestore(&model_zone.lock, flags);
	return page;
}

static struct page *take_from_pcp(unsigned int order, int type,
				  unsigned int alloc_flags)
{
	struct pcp *pcp = &pcps[current->cpu];
	struct list_head *list = &pcp->list[order][type];
	struct page *page;
	unsigned int i;

	spin_lock(&pcp->lock);
	for (i = 0; list_empty(list) && i < PCP_BATCH >> order; i++) {
		page = take_from_zone(order, type, alloc_flags);
		if (!page)
			break;
		list_add_tail(&page->lru, list);
		pcp->nr++;
	}
	page = list_first_entry_or_null(list, struct page, lru);
	if (page) {
		list_del(&page->lru);
		pcp->nr--;
	}
	spin_unlock(&pcp->lock);
	return page;
}

/* A block with a broken page in it is not given out: its other pages go back. */
static bool is_whole(struct page *page, unsigned int order)
{
	unsigned long i, nr_broken = 0;

	if (!atomic_long_read(&num_poisoned_pages))
		return true;
	for (i = 0; i < 1UL << order; i++)
		nr_broken += PageHWPoison(page + i);
	for (i = 0; i < 1UL << order && nr_broken; i++)
		if (!PageHWPoison(page + i))
			model_free_block(page + i, 0);
	return !nr_broken;
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	unsigned int alloc_flags = cma_hook_alloc_flags(gfp, 0);
	int type = gfp_migratetype(gfp);
	struct page *page;

	(void)nid;
	if (gfp & __GFP_DIRECT_RECLAIM)
		might_sleep();
	if (model_fails("alloc_pages"))
		return NULL;
	do {
		page = order <= PCP_ORDER &&
		       cma_hook_pcp_serves(&model_zone, type, alloc_flags) ?
			take_from_pcp(order, type, alloc_flags) :
			take_from_zone(order, type, alloc_flags);
	} while (page && !is_whole(page, order));
	if (!page)
		return NULL;
	/* An area serves what ZONE_MOVABLE would, whichever list it comes by. */
	MODEL_CHECK((gfp & GFP_ZONEMASK) == GFP_ZONEMASK ||
		    !is_migrate_cma(get_pageblock_migratetype(page)), page);
	buddy_check_new(page, order);
	post_alloc_hook(page, order, gfp);
	set_page_refcounted(page);
	if (order && gfp & __GFP_COMP)
		prep_compound_page(page, order);
	return page;
}

struct folio *__folio_alloc(gfp_t gfp, unsigned int order, int nid,
			    nodemask_t *nodemask)
{
	(void)nodemask;
	return (struct folio *)alloc_pages_node(nid, gfp | __GFP_COMP, order);
}

/* There are no huge pages of a pool, the only ones that this is called for. */
struct folio *alloc_migration_target(struct folio *src, unsigned long private)
{
	(void)private;
	MODEL_CHECK(false, &src->page);
	return NULL;
}

void __free_pages(struct page *page, unsigned int order)
{
	if (put_page_testzero(page))
		model_release(page, order);
}

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 1; i < 1UL << order; i++)
		set_page_count(page + i, 1);
}

void folio_put(struct folio *folio)
{
	unsigned int order = folio_order(folio);

	if (!put_page_testzero(&folio->page))
		return;
	model_lru_del(folio);
	model_release(&folio->page, order);
}

void model_free_reserved(unsigned long pfn, unsigned long nr_pages, int type)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		struct page *page = pfn_to_page(pfn + i);

		if (pageblock_aligned(pfn + i))
			model_set_type(pfn + i, type);
		model_clear_flag(page, PG_reserved);
		set_page_count(page, 0);
	}
	for (i = 0; i < nr_pages; i += pageblock_nr_pages)
		model_free_block(pfn_to_page(pfn + i), pageblock_order);
}

unsigned long model_count_pcp(void (*each)(struct page *page, unsigned int order))
{
	unsigned int cpu, order, type;
	unsigned long nr_pages = 0;
	struct page *page;

	for (cpu = 0; cpu < MODEL_CPUS; cpu++)
		for (order = 0; order <= PCP_ORDER; order++)
			for (type = 0; type < MIGRATE_PCPTYPES; type++)
				list_for_each_entry(page, &pcps[cpu].list[order][type],
						    lru) {
					each(page, order);
					nr_pages += 1UL << order;
				}
	return nr_pages;
}
