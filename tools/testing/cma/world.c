// SPDX-License-Identifier: GPL-2.0
/* Whose is each page of the machine, and what is in it? See world.h. */
#include <linux/cma.h>
#include <linux/page-isolation.h>
#include <stdlib.h>
#include <string.h>

#include "../../../mm/cma/private.h"
#include "shim.h"
#include "world.h"

struct world world;

static const struct {
	unsigned int order_per_bit;
	struct { unsigned int block, nr; } ranges[2];
} layout[NR_AREAS] = {
	[AREA_A] = { 0, { { 8, 4 } } },
	[AREA_B] = { 2, { { 12, 3 } } },
	[AREA_C] = { 0, { { 16, 2 }, { 20, 1 } } },
	[AREA_P] = { 0, { { 21, 2 } } },
};

static unsigned long block_pfn(unsigned int block)
{
	return WORLD_START + block * pageblock_nr_pages;
}

/* Areas are registered once; nobody can take that back. */
static void register_areas(void)
{
	static const char *const names[] = { "a", "b", "c", "p" };
	unsigned int i, j;

	for (i = 0; i < NR_AREAS && !world.areas[i]; i++) {
		struct cma *cma = cma_area_register(layout[i].order_per_bit, names[i]);

		world.areas[i] = cma;
		cma->is_private = i == AREA_P;
		cma->is_scattered = i == AREA_C;
		for (j = 0; j < 2 && layout[i].ranges[j].nr; j++)
			cma_area_add_range(cma, block_pfn(layout[i].ranges[j].block),
					   layout[i].ranges[j].nr * pageblock_nr_pages);
	}
}

static enum world_area area_at(unsigned long pfn)
{
	unsigned int i;

	for (i = 0; i < NR_AREAS; i++)
		if (cma_range_of(world.areas[i], pfn))
			break;
	return i;
}

static int type_at(unsigned long pfn)
{
	return area_at(pfn) < AREA_P ? MIGRATE_CMA : MIGRATE_MOVABLE;
}

/* What mm/cma/boot.c does at core_initcall. */
static void activate(struct cma *cma)
{
	struct cma_range *range;
	unsigned long i;

	for_each_cma_range(range, cma) {
		range->map = calloc(1, sizeof(*range->map));
		CHECK_EQ(cma_map_init(range->map, range->base_pfn, range->nr_pages,
				      cma->order_per_bit), 0);
		for (i = 0; i < range->nr_pages && cma->is_private; i++)
			set_page_count(pfn_to_page(range->base_pfn + i), 0);
	}
	memset(&cma->blockers, 0, sizeof(cma->blockers));
	memset(&cma->stats, 0, sizeof(cma->stats));
	INIT_LIST_HEAD(&cma->lingering);
	cma->nr_held = 0;
	cma->peak_held = 0;
	cma->state = CMA_ACTIVE;
}

void world_set_up(void)
{
	unsigned long pfn;
	unsigned int i;

	register_areas();
	memset(&model_task, 0, sizeof(model_task));
	memset(&model_seams, 0, sizeof(model_seams));
	world.peer_pfn = 0;
	world.peer_pages = 0;
	memset(world.holdings, 0, sizeof(world.holdings));
	memset(world.pins, 0, sizeof(world.pins));
	memset(world.slabs, 0, sizeof(world.slabs));
	model_set_up(WORLD_START, WORLD_PAGES);
	for (i = 0; i < WORLD_TENANTS; i++)
		tenant_init(&world.tenants[i]);
	for (i = 0; i < NR_AREAS; i++)
		activate(world.areas[i]);
	for (pfn = WORLD_START; pfn < WORLD_START + WORLD_PAGES;
	     pfn += pageblock_nr_pages)
		if (area_at(pfn) != AREA_P)
			model_free_reserved(pfn, pageblock_nr_pages, type_at(pfn));
	world.allocations = shim_allocations();
	world_check();
}

/* What a holding wrote into a page. */
static u64 written(const struct holding *holding, unsigned long pfn)
{
	return (holding->seed ^ pfn) * 0xbf58476d1ce4e5b9ULL;
}

struct holding *world_hold(struct cma *cma, struct page *page,
			   unsigned long nr_pages, bool frozen, bool compound)
{
	static u64 seed;
	unsigned long i;
	unsigned int slot;

	for (slot = 0; slot < WORLD_HOLDINGS; slot++)
		if (!world.holdings[slot].nr_pages)
			break;
	if (slot == WORLD_HOLDINGS)
		return NULL;
	world.holdings[slot] = (struct holding) {
		cma, page_to_pfn(page), nr_pages, frozen, compound, seed++,
	};
	for (i = 0; i < nr_pages; i++)
		page[i].content = written(&world.holdings[slot], page_to_pfn(page + i));
	return &world.holdings[slot];
}

static void give(const struct holding *holding, unsigned long pfn,
		 unsigned long nr_pages)
{
	struct page *page = pfn_to_page(pfn);

	if (!holding->cma)
		free_contig_range(pfn, nr_pages);
	else if (holding->frozen)
		CHECK(cma_release_frozen(holding->cma, page, nr_pages));
	else if (holding->compound)
		CHECK(cma_free_folio(holding->cma, (struct folio *)page));
	else
		CHECK(cma_release(holding->cma, page, nr_pages));
}

void world_give(struct holding *holding, unsigned long from, unsigned long nr_pages)
{
	struct holding whole = *holding, *rest;
	unsigned long behind = from + nr_pages;

	CHECK(behind <= whole.nr_pages);
	/* The part behind needs a place of its own, the one before stays here. */
	if (behind < whole.nr_pages) {
		for (rest = world.holdings; rest->nr_pages; rest++)
			if (rest == &world.holdings[WORLD_HOLDINGS - 1])
				return;
		*rest = whole;
		rest->pfn += behind;
		rest->nr_pages -= behind;
	}
	holding->nr_pages = from;
	give(&whole, whole.pfn + from, nr_pages);
}

/* ---- the oracle ---- */

enum owner { NOBODY, FREE_PAGE, OF_CPU, OF_TENANT, OF_HOLDER, OF_KERNEL };

static unsigned char owners[WORLD_PAGES];
static unsigned char extra_references[WORLD_PAGES];
static unsigned long nr_free_here, nr_free_cma, nr_free_isolated;

static void mark(const struct page *page, enum owner owner)
{
	unsigned long i = page_to_pfn(page) - WORLD_START;

	CHECK(i < WORLD_PAGES);
	if (owners[i])
		test_fail(__FILE__, __LINE__,
			  "page frame %#lx has two owners, of kinds %d and %d",
			  page_to_pfn(page), owners[i], owner);
	owners[i] = owner;
}

static void mark_free_block(struct page *page, unsigned int order, int type)
{
	unsigned long i;

	MODEL_CHECK(PageBuddy(page) && buddy_order(page) == order, page);
	for (i = 0; i < 1UL << order; i++) {
		mark(page + i, FREE_PAGE);
		MODEL_CHECK(get_pageblock_migratetype(page + i) == type, page + i);
	}
	if (type == MIGRATE_ISOLATE)
		nr_free_isolated += i;
	else
		nr_free_here += i;
	if (type == MIGRATE_CMA)
		nr_free_cma += i;
}

static void mark_of_cpu(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++)
		mark(page + i, OF_CPU);
}

static void count_reference(struct folio *folio)
{
	extra_references[folio_pfn(folio) - WORLD_START]++;
}

static int extra(const struct page *page)
{
	return extra_references[page_to_pfn(page) - WORLD_START];
}

static void check_tenant(struct address_space *tenant)
{
	unsigned long i;

	tenant_check(tenant);
	for (i = 0; i < tenant->nr_pages; i++) {
		struct page *page = tenant->pages[i];

		if (!page)
			continue;
		mark(page, OF_TENANT);
		if (!PageTail(page))
			MODEL_CHECK(page_ref_count(page) ==
				    (int)compound_nr(page) + extra(page) +
				    folio_test_private((struct folio *)page), page);
	}
}

static void check_holding(const struct holding *holding)
{
	unsigned long pfn;

	for (pfn = holding->pfn; pfn < holding->pfn + holding->nr_pages; pfn++) {
		struct page *page = pfn_to_page(pfn);
		bool counts = !holding->frozen &&
			      (!holding->compound || pfn == holding->pfn);

		mark(page, OF_HOLDER);
		MODEL_CHECK(page->content == written(holding, pfn), page);
		MODEL_CHECK(page_ref_count(page) == counts + extra(page), page);
		MODEL_CHECK(PageCompound(page) == holding->compound, page);
		MODEL_CHECK(!holding->cma || cma_pages_valid(holding->cma, page, 1), page);
	}
}

static bool bit(const unsigned long *bits, unsigned long number)
{
	return bits[number / BITS_PER_LONG] >> number % BITS_PER_LONG & 1;
}

/* Pages of nobody are those that somebody still looks at, or broken. */
static void check_left_over(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	if (area_at(pfn) == AREA_P)
		return;
	MODEL_CHECK(page_ref_count(compound_head(page)) == extra(compound_head(page)),
		    page);
	MODEL_CHECK(extra(compound_head(page)) || PageHWPoison(page), page);
}

static void check_area(struct cma *cma)
{
	unsigned long nr_held = 0, pfn;
	const struct cma_range *range;

	for_each_cma_range(range, cma)
		for (pfn = range->base_pfn; pfn < range->base_pfn + range->nr_pages; pfn++) {
			const struct page *page = pfn_to_page(pfn);
			unsigned long i = pfn - range->base_pfn;
			bool owned = owners[pfn - WORLD_START] == OF_HOLDER;
			bool held = bit(range->map->held.pages, i);
			bool busy = bit(range->map->busy.pages, i);
			/* Of a private area: not given back yet, or never again. */
			bool lingers = cma->is_private && !owned && busy && !held;
			bool broken = cma->is_private && !owned && PageHWPoison(page);

			MODEL_CHECK(held == owned || broken, page);
			MODEL_CHECK(busy == owned || broken || lingers, page);
			if (cma->is_private && !owned)
				MODEL_CHECK(page_ref_count(page) ==
					    extra(page) + lingers, page);
			nr_held += held;
		}
	CHECK_EQ(cma->nr_held, nr_held);
}

/* Where a page waits, if it is nobody's, does not matter: here or with a CPU. */
void world_owners(unsigned char copy[WORLD_PAGES])
{
	unsigned long i;

	for (i = 0; i < WORLD_PAGES; i++)
		copy[i] = owners[i] == OF_CPU ? FREE_PAGE : owners[i];
}

void world_check_counts(void)
{
	unsigned long nr_held[NR_AREAS] = { 0 }, nr_free = 0;
	const struct holding *holding;
	unsigned int i, order;

	for (holding = world.holdings; holding < world.holdings + WORLD_HOLDINGS; holding++)
		if (holding->nr_pages && holding->cma)
			nr_held[area_at(holding->pfn)] += holding->nr_pages;
	for (i = 0; i < AREA_P; i++)
		CHECK_EQ(world.areas[i]->nr_held, nr_held[i]);
	CHECK(world.areas[AREA_P]->nr_held >= nr_held[AREA_P]);

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		nr_free += model_zone.free_area[order].nr_free << order;
	CHECK_EQ(zone_page_state(&model_zone, NR_FREE_PAGES), nr_free);
	CHECK(zone_page_state(&model_zone, NR_FREE_CMA_PAGES) <= nr_free);
	CHECK_EQ(model_zone.nr_isolate_pageblock, 0);
	CHECK_EQ(model_lru_disabled(), 0);
	CHECK_EQ(shim_allocations(), world.allocations);
	CHECK_EQ(current->nr_spinning, 0);
}

void world_check(void)
{
	unsigned int i;
	unsigned long pfn;

	memset(owners, 0, sizeof(owners));
	memset(extra_references, 0, sizeof(extra_references));
	nr_free_here = 0;
	nr_free_cma = 0;
	nr_free_isolated = 0;

	for (i = 0; i < WORLD_PINS; i++)
		if (world.pins[i])
			count_reference(world.pins[i]);
	model_walk_batches(count_reference);

	model_count_free(mark_free_block);
	model_count_pcp(mark_of_cpu);
	for (i = 0; i < WORLD_TENANTS; i++)
		check_tenant(&world.tenants[i]);
	for (i = 0; i < WORLD_HOLDINGS; i++)
		check_holding(&world.holdings[i]);
	for (i = 0; i < WORLD_SLABS; i++)
		for (pfn = 0; world.slabs[i] && pfn < 1UL << world.slab_orders[i]; pfn++) {
			mark(world.slabs[i] + pfn, OF_KERNEL);
			MODEL_CHECK(type_at(page_to_pfn(world.slabs[i])) != MIGRATE_CMA,
				    world.slabs[i]);
		}

	for (pfn = WORLD_START; pfn < WORLD_START + WORLD_PAGES; pfn++)
		if (!owners[pfn - WORLD_START])
			check_left_over(pfn);
	for (pfn = WORLD_START; pfn < WORLD_START + WORLD_PAGES; pfn += pageblock_nr_pages)
		MODEL_CHECK(get_pageblock_migratetype(pfn_to_page(pfn)) == type_at(pfn),
			    pfn_to_page(pfn));
	for (i = 0; i < NR_AREAS; i++)
		check_area(world.areas[i]);

	CHECK_EQ(zone_page_state(&model_zone, NR_FREE_PAGES), nr_free_here);
	CHECK_EQ(zone_page_state(&model_zone, NR_FREE_CMA_PAGES), nr_free_cma);
	CHECK_EQ(nr_free_isolated, 0);
	world_check_counts();
}

/* ---- what others do ---- */

static struct address_space *any_tenant(struct rng *rng)
{
	return &world.tenants[rng_between(rng, 0, WORLD_TENANTS - 1)];
}

void world_tenant_comes(struct rng *rng)
{
	struct address_space *tenant = any_tenant(rng);
	u64 seed = rng_next(rng);

	if (tenant->nr_pages)
		tenant_write(tenant, seed);
	else
		tenant_move_in(tenant, rng_between(rng, TENANT_ANON, TENANT_BUFFERS),
			       rng_once_in(rng, 4) ? rng_between(rng, 1, 5) : 0, seed);
}

void world_tenant_goes(struct rng *rng)
{
	struct address_space *tenant = any_tenant(rng);

	if (tenant->nr_pages)
		tenant_move_out(tenant);
}

void world_pin(struct rng *rng)
{
	struct folio **pin = &world.pins[rng_between(rng, 0, WORLD_PINS - 1)];

	if (!*pin)
		*pin = tenant_get_folio(any_tenant(rng), 0);
}

/* Somebody else looks at a page that was handed out: in user space, perhaps. */
void world_pin_held(struct rng *rng)
{
	struct folio **pin = &world.pins[rng_between(rng, 0, WORLD_PINS - 1)];
	const struct holding *holding =
		&world.holdings[rng_between(rng, 0, WORLD_HOLDINGS - 1)];

	if (*pin || !holding->nr_pages || holding->frozen || holding->compound)
		return;
	*pin = (struct folio *)pfn_to_page(holding->pfn +
			rng_between(rng, 0, holding->nr_pages - 1));
	page_ref_add(&(*pin)->page, 1);
}

static void unpin(struct folio **pin)
{
	struct folio *folio = *pin;

	*pin = NULL;
	/* Of a private area's page, the area keeps one: ours is not the last. */
	if (folio && PageReserved(&folio->page))
		CHECK(page_ref_add(&folio->page, -1) > 0);
	else if (folio)
		folio_put(folio);
}

void world_unpin(struct rng *rng)
{
	unpin(&world.pins[rng_between(rng, 0, WORLD_PINS - 1)]);
}

static void free_slab(unsigned int slot)
{
	struct page *page = world.slabs[slot];

	world.slabs[slot] = NULL;
	WRITE_ONCE(page->page_type, MODEL_NO_TYPE);
	__free_pages(page, world.slab_orders[slot]);
}

/* Memory of the kernel's own comes or goes. */
void world_slab(struct rng *rng)
{
	unsigned int slot = rng_between(rng, 0, WORLD_SLABS - 1);
	unsigned int order = rng_between(rng, 0, 3);
	struct page *page = world.slabs[slot];

	if (page) {
		free_slab(slot);
		return;
	}
	page = alloc_pages_node(0, GFP_KERNEL, order);
	if (!page)
		return;
	WRITE_ONCE(page->page_type, MODEL_SLAB);
	world.slab_orders[slot] = order;
	world.slabs[slot] = page;
}

/* Memory failure strikes a page that is no part of a larger one. */
void world_poison(struct rng *rng)
{
	struct page *page = pfn_to_page(WORLD_START + rng_between(rng, 0, WORLD_PAGES - 1));

	if (!PageCompound(page) && READ_ONCE(page->page_type) != MODEL_SLAB)
		model_poison(page);
}

bool world_peer_claims(unsigned long offset, unsigned long nr_pages)
{
	struct cma *cma = world.areas[AREA_A];
	unsigned long irqs;

	if (world.peer_pages)
		return false;
	spin_lock_irqsave(&cma->lock, irqs);
	if (cma_map_try_claim(cma->ranges[0].map, offset, nr_pages)) {
		world.peer_offset = offset;
		world.peer_pages = nr_pages;
	}
	spin_unlock_irqrestore(&cma->lock, irqs);
	return world.peer_pages;
}

bool world_peer_isolates(unsigned int block)
{
	unsigned long pfn = world.areas[AREA_A]->ranges[0].base_pfn +
			    block * pageblock_nr_pages;
	struct page *page = pfn_to_page(pfn);
	unsigned long irqs;

	if (world.peer_pfn)
		return false;
	spin_lock_irqsave(&model_zone.lock, irqs);
	if (!is_migrate_isolate_page(page) &&
	    move_freepages_block_isolate(&model_zone, page, MIGRATE_ISOLATE)) {
		model_zone.nr_isolate_pageblock++;
		world.peer_pfn = pfn;
	}
	spin_unlock_irqrestore(&model_zone.lock, irqs);
	return world.peer_pfn;
}

void world_peer_comes(struct rng *rng)
{
	unsigned long offset = rng_between(rng, 0, world.areas[AREA_A]->nr_pages - 1);

	if (rng_once_in(rng, 2))
		world_peer_claims(offset, rng_skewed(rng, 1, world.areas[AREA_A]->nr_pages -
						     offset));
	else
		world_peer_isolates(offset >> pageblock_order);
}

void world_peer_goes(void)
{
	struct cma *cma = world.areas[AREA_A];
	struct cma_claim claim = { &cma->ranges[0], world.peer_offset };

	if (world.peer_pages)
		cma_area_finish_transit(cma, &claim, world.peer_pages, false);
	world.peer_pages = 0;
	if (world.peer_pfn)
		undo_isolate_page_range(world.peer_pfn,
					world.peer_pfn + pageblock_nr_pages, MIGRATE_CMA);
	world.peer_pfn = 0;
}

static unsigned long nr_broken(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long nr = 0;

	while (nr_pages--)
		nr += PageHWPoison(pfn_to_page(pfn + nr_pages));
	return nr;
}

/* Nobody is there any more: each range can be had, the first one first. */
static void take_ranges(struct cma *cma, unsigned long nr_spared)
{
	struct holding taken = { .cma = cma };
	const struct cma_range *range;

	for_each_cma_range(range, cma)
		if (nr_broken(range->base_pfn, range->nr_pages))
			return;
	for_each_cma_range(range, cma)
		CHECK(cma_alloc(cma, range->nr_pages - nr_spared, 0, false) ==
		      pfn_to_page(range->base_pfn));
	for_each_cma_range(range, cma)
		give(&taken, range->base_pfn, range->nr_pages - nr_spared);
}

/* All that was given came back. */
static void check_sums(const struct cma *cma)
{
	unsigned long nr_kept = cma->nr_held;	/* broken pages */

	CHECK_EQ(atomic64_read(&cma->stats.alloc_success),
		 atomic64_read(&cma->stats.release_success));
	CHECK(cma->peak_held >= nr_kept && cma->peak_held <= cma->nr_pages);
}

static void deactivate(struct cma *cma)
{
	struct cma_range *range;

	for_each_cma_range(range, cma) {
		cma_map_destroy(range->map);
		free(range->map);
	}
}

void world_tear_down(void)
{
	unsigned long nr_lost, nr_free;
	unsigned int i;

	world_peer_goes();
	for (i = 0; i < WORLD_HOLDINGS; i++)
		if (world.holdings[i].nr_pages)
			world_give(&world.holdings[i], 0, world.holdings[i].nr_pages);
	for (i = 0; i < WORLD_TENANTS; i++)
		if (world.tenants[i].nr_pages)
			tenant_move_out(&world.tenants[i]);
	for (i = 0; i < WORLD_PINS; i++)
		unpin(&world.pins[i]);
	for (i = 0; i < WORLD_SLABS; i++)
		if (world.slabs[i])
			free_slab(i);
	lru_add_drain_all();
	drain_all_pages(&model_zone);
	cma_private_collect(world.areas[AREA_P]);
	world_check();

	nr_lost = nr_broken(WORLD_START, WORLD_PAGES) -
		  nr_broken(block_pfn(layout[AREA_P].ranges[0].block),
			    world.areas[AREA_P]->nr_pages);
	nr_free = zone_page_state(&model_zone, NR_FREE_PAGES);
	CHECK(nr_free <= WORLD_PAGES - world.areas[AREA_P]->nr_pages);
	CHECK(nr_free >= WORLD_PAGES - world.areas[AREA_P]->nr_pages - nr_lost);

	for (i = 0; i < NR_AREAS; i++) {
		take_ranges(world.areas[i], 0);
		take_ranges(world.areas[i], 1);
		check_sums(world.areas[i]);
	}
	world_check();
	CHECK_EQ(zone_page_state(&model_zone, NR_FREE_PAGES), nr_free);
	for (i = 0; i < NR_AREAS; i++)
		deactivate(world.areas[i]);
	model_tear_down();
}
