// SPDX-License-Identifier: GPL-2.0
/*
 * Where do those go who have to leave a range?
 *
 * Out of the areas while there is room elsewhere: in an area they would be in
 * the way of the next request. To ask for it is not enough, since the per-CPU
 * lists give out an area's pages as movable ones; so what comes is looked at. A
 * page of an area is put aside until the batch is done, or it would come again.
 *
 * First only what is free counts, without reclaim; then an area's page; and
 * only then is somebody else's memory reclaimed. A large folio for which no
 * free block is left gets nothing, and is split: compaction on its behalf
 * would move many times its size.
 *
 * Ordinary pages are replaced one by one but fetched in small blocks, for that
 * costs a fraction of fetching each.
 */
#include "port.h"
#include "contig.h"
#include "fault.h"

#define CONTIG_STOCK_ORDER	3	/* the largest that per-CPU lists hold */
#define CONTIG_NR_ASIDE		64

enum contig_place {
	CONTIG_OUTSIDE,		/* a good place for a tenant */
	CONTIG_INSIDE,		/* an area's, but not one that is being emptied */
	CONTIG_NO_PLACE,	/* somebody wants this very pageblock empty */
};

static enum contig_place place_of(struct page *page)
{
	int type = get_pageblock_migratetype(page);

	if (is_migrate_isolate(type))
		return CONTIG_NO_PLACE;
	return is_migrate_cma(type) ? CONTIG_INSIDE : CONTIG_OUTSIDE;
}

/**
 * contig_targets_init() - before the first batch
 * @targets: the targets
 * @zone: the zone of those who leave
 * @gfp: how the request may reclaim
 */
void contig_targets_init(struct contig_targets *targets, struct zone *zone,
			 gfp_t gfp)
{
	int zone_index = zone_idx(zone);

	*targets = (struct contig_targets) {
		.nid = zone_to_nid(zone),
		.gfp = (gfp & GFP_RECLAIM_MASK & ~__GFP_NORETRY) |
		       __GFP_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN,
	};
	if (is_highmem_idx(zone_index) || zone_index == ZONE_MOVABLE)
		targets->gfp |= __GFP_HIGHMEM;
	INIT_LIST_HEAD(&targets->stock);
	INIT_LIST_HEAD(&targets->aside);
}

/**
 * contig_targets_done() - give back what was put aside, after each batch
 * @targets: the targets
 * @folios: a list of isolated folios, to which some may be added
 */
void contig_targets_done(struct contig_targets *targets,
			 struct list_head *folios)
{
	struct folio *folio, *next;

	list_splice_init(&targets->stock, &targets->aside);
	list_for_each_entry_safe(folio, next, &targets->aside, lru) {
		list_del(&folio->lru);
		folio_put(folio);
	}
	targets->nr_aside = 0;
	while (targets->nr_huge_aside)
		folio_put(targets->huge[--targets->nr_huge_aside]);

	/*
	 * Whoever has moved out of a huge page leaves it to the pool, which
	 * gives out next what it got last: the next one would move in there.
	 * Have the pool take other memory for it.
	 */
	for (; targets->nr_huge_left; targets->nr_huge_left--) {
		folio = targets->huge[CONTIG_NR_HUGE - targets->nr_huge_left];
		isolate_or_dissolve_huge_page(&folio->page, folios);
	}
}

/*
 * An area serves only what asks for __GFP_HIGHMEM. File pages do not: some are
 * of the buffer cache, which must have neither an area's page nor highmem.
 * Where there is highmem, the zone of those who leave has decided, unless they
 * are anonymous: these may be anywhere.
 */
static gfp_t gfp_for(const struct contig_targets *targets, struct folio *src)
{
	if (folio_test_anon(src))
		return targets->gfp | __GFP_HIGHMEM;
	if (!IS_ENABLED(CONFIG_HIGHMEM) &&
	    (folio_test_swapbacked(src) || __folio_test_movable(src)))
		return targets->gfp | __GFP_HIGHMEM;
	return targets->gfp;
}

/* Nor from the atomic reserve, which is open to whoever cannot reclaim. */
static gfp_t without_reclaim(gfp_t gfp)
{
	return (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_RETRY_MAYFAIL)) |
	       __GFP_NOMEMALLOC;
}

static struct folio *pop(struct list_head *list)
{
	struct folio *folio = list_first_entry_or_null(list, struct folio, lru);

	if (folio)
		list_del(&folio->lru);
	return folio;
}

static void fill_stock(struct contig_targets *targets)
{
	struct page *page;
	unsigned int i;

	page = alloc_pages_node(targets->nid, without_reclaim(targets->gfp),
				CONTIG_STOCK_ORDER);
	if (!page)
		return;
	if (place_of(page) != CONTIG_OUTSIDE) {
		__free_pages(page, CONTIG_STOCK_ORDER);
		return;
	}
	split_page(page, CONTIG_STOCK_ORDER);
	for (i = 0; i < 1U << CONTIG_STOCK_ORDER; i++)
		list_add_tail(&page[i].lru, &targets->stock);
}

/* A free page or block, outside; what is met on the way is put aside. */
static struct folio *find_outside(struct contig_targets *targets,
				  unsigned int order, gfp_t gfp)
{
	while (targets->nr_aside < CONTIG_NR_ASIDE) {
		struct folio *folio = __folio_alloc(without_reclaim(gfp), order,
						    targets->nid, NULL);

		if (!folio || place_of(&folio->page) == CONTIG_OUTSIDE)
			return folio;
		list_add_tail(&folio->lru, &targets->aside);
		targets->nr_aside++;
		/* Large blocks are few: to try on would strip the areas of them. */
		if (order)
			break;
	}
	return NULL;
}

/*
 * An area's page or block after all, of what was put aside: for whoever may have
 * one, as it may have been put aside for another.
 */
static struct folio *settle_inside(struct contig_targets *targets,
				   unsigned int order, gfp_t gfp)
{
	struct folio *folio;

	if (!(gfp & __GFP_HIGHMEM))
		return NULL;
	list_for_each_entry(folio, &targets->aside, lru)
		if (folio_order(folio) == order &&
		    place_of(&folio->page) == CONTIG_INSIDE) {
			list_del(&folio->lru);
			targets->nr_aside--;
			return folio;
		}
	return NULL;
}

/* Anything that is not in a pageblock that somebody wants empty. */
static struct folio *reclaim_for(struct contig_targets *targets, gfp_t gfp)
{
	while (targets->nr_aside < 2 * CONTIG_NR_ASIDE) {
		struct folio *folio = __folio_alloc(gfp, 0, targets->nid, NULL);

		if (!folio || place_of(&folio->page) != CONTIG_NO_PLACE)
			return folio;
		list_add_tail(&folio->lru, &targets->aside);
		targets->nr_aside++;
	}
	return NULL;
}

/* Is there no room for one more huge page to be noted? */
static bool is_full(const struct contig_targets *targets)
{
	return targets->nr_huge_aside + targets->nr_huge_left ==
	       CONTIG_NR_HUGE;
}

/*
 * A huge page of the pool, or a fresh one. The pool does not ask where its free
 * pages lie: those of the range are put aside, until it has others or none and
 * takes memory that is free. If there are too many, one of them has to do, and
 * its new owner moves once more.
 */
static struct folio *find_huge(struct contig_targets *targets,
			       struct folio *src)
{
	struct migration_target_control mtc = {
		.nid = targets->nid,
		.gfp_mask = targets->gfp,
		.reason = MR_CONTIG_RANGE,
	};
	struct folio *folio;

	if (!is_full(targets))
		targets->huge[CONTIG_NR_HUGE - ++targets->nr_huge_left] = src;
	for (;;) {
		folio = alloc_migration_target(src, (unsigned long)&mtc);
		if (!folio || place_of(&folio->page) != CONTIG_NO_PLACE ||
		    is_full(targets))
			return folio;
		targets->huge[targets->nr_huge_aside++] = folio;
	}
}

/**
 * contig_new_folio() - where a folio shall move: for migrate_pages()
 * @src: the folio
 * @private: the struct contig_targets
 *
 * Context: Process context; may reclaim.
 * Return: a folio of the same size, NULL if there is none.
 */
struct folio *contig_new_folio(struct folio *src, unsigned long private)
{
	struct contig_targets *targets = (struct contig_targets *)private;
	unsigned int order = folio_order(src);
	gfp_t gfp = gfp_for(targets, src);
	struct folio *folio;

	if (should_fail_cma(FAIL_CMA_TARGET))
		return NULL;
	if (folio_test_hugetlb(src))
		return find_huge(targets, src);

	if (!order && list_empty(&targets->stock))
		fill_stock(targets);
	folio = order ? NULL : pop(&targets->stock);
	if (!folio)
		folio = find_outside(targets, order, gfp);
	if (!folio)
		folio = settle_inside(targets, order, gfp);
	if (!folio && !order)
		folio = reclaim_for(targets, gfp);
	return folio;
}
