// SPDX-License-Identifier: GPL-2.0
/*
 * What areas tell about themselves, and what they answer to requests and releases
 * that make no sense: mm/cma.c, mm/cma/area.c, and the checks of mm/contig/range.c.
 */

#include <stdio.h>
#include <string.h>

#include <linux/cma.h>
#include <linux/errno.h>
#include <linux/gfp.h>

#include "../../../../mm/cma/alloc.h"
#include "../../../../mm/contig/contig.h"
#include "../../../../mm/contig/port.h"
#include "../shim.h"
#include "../world.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static bool said(const char *text)
{
	return strstr(shim_last_line(), text);
}

static int count_one(struct cma *cma, void *data)
{
	CHECK(cma->nr_pages);
	return ++*(int *)data == 3 ? -ENOENT : 0;
}

static void an_area_tells_where_and_how_large_it_is(void)
{
	struct cma *cma;
	int nr = 0;

	world_set_up();
	cma = world.areas[AREA_C];
	CHECK_EQ(cma_get_base(cma), PFN_PHYS(WORLD_START + 16 * pageblock_nr_pages));
	CHECK_EQ(cma_get_size(cma), 3 * pageblock_nr_pages * PAGE_SIZE);
	CHECK(!strcmp(cma_get_name(cma), "c"));
	CHECK(!strcmp(cma_get_name(NULL), "(undefined)"));
	CHECK_EQ(cma_for_each_area(count_one, &nr), -ENOENT);
	CHECK_EQ(nr, 3);

	/* Between its two ranges, there are others. */
	CHECK(cma_intersects(cma, cma_get_base(cma), cma_get_base(cma) + 1));
	CHECK(!cma_intersects(cma, cma_get_base(cma), cma_get_base(cma)));
	CHECK(!cma_intersects(cma, cma_get_base(cma) - 1, cma_get_base(cma)));
	CHECK(!cma_intersects(cma, PFN_PHYS(WORLD_START + 18 * pageblock_nr_pages),
			      PFN_PHYS(WORLD_START + 20 * pageblock_nr_pages)));
	CHECK(cma_area_at(WORLD_START, WORLD_START + WORLD_PAGES) == world.areas[AREA_A]);
	CHECK(!cma_area_at(WORLD_START, WORLD_START + 8 * pageblock_nr_pages));
	world_tear_down();
}

static void counts_follow_what_is_handed_out(void)
{
	struct holding *holding;
	struct cma *cma;

	world_set_up();
	cma = world.areas[AREA_B];
	CHECK_EQ(cma_area_used(cma), 0);
	CHECK_EQ(cma_area_max_free(cma), 96);
	CHECK_EQ(cma_area_available(cma), 96);
	holding = world_hold(cma, cma_alloc_frozen(cma, 41, 0, false), 41, true, false);
	CHECK_EQ(cma_area_used(cma), 44);	/* granules are of 4 pages */
	CHECK_EQ(cma_area_max_free(cma), 52);
	CHECK_EQ(cma_area_available(cma), 55);
	CHECK_EQ(cma->peak_held, 41);
	world_give(holding, 0, 41);
	CHECK_EQ(cma_area_used(cma), 0);
	CHECK_EQ(cma->peak_held, 41);
	world_tear_down();
}

static void a_senseless_request_is_refused(void)
{
	struct cma_alloc_request req = { .gfp = GFP_KERNEL };
	struct page *page;
	struct cma *cma;

	world_set_up();
	cma = world.areas[AREA_A];
	CHECK(!cma_alloc(NULL, 1, 0, false));
	CHECK(!cma_alloc_folio(NULL, 1, GFP_KERNEL | __GFP_COMP));
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EINVAL);
	CHECK(!page && said("at least one"));

	req.nr_pages = 1;
	cma->state = CMA_DECLARED;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EINVAL);
	CHECK(said("not active"));
	cma->state = CMA_ACTIVE;
	CHECK(!cma_alloc_folio(world.areas[AREA_P], 1, GFP_KERNEL | __GFP_COMP));
	CHECK(said("no compound pages"));

	shim_expect_warnings();
	CHECK(!cma_alloc_folio(cma, 0, GFP_KERNEL | __GFP_COMP));
	CHECK(!cma_alloc_folio(cma, 1, GFP_KERNEL));
	CHECK(!cma_alloc_frozen_compound(cma, 0));
	CHECK_EQ(shim_warnings(), 3);

	CHECK(!cma_alloc(cma, 1, BITS_PER_LONG, false));
	CHECK(said("no range left"));
	CHECK_EQ(atomic64_read(&cma->stats.alloc_fail), 2);

	/* What is no number of pages does not turn the counters round. */
	CHECK(!cma_alloc(cma, ~0UL, 0, false));
	CHECK(said("no range left"));
	CHECK_EQ(atomic64_read(&cma->stats.alloc_fail), 2);
	CHECK(!cma_alloc(cma, cma->nr_pages + 1, 0, true));
	CHECK_EQ(atomic64_read(&cma->stats.alloc_fail), cma->nr_pages + 3);
	world_tear_down();
}

static void a_wrong_release_is_answered_and_changes_nothing(void)
{
	struct holding *holding, *compound;
	struct cma *cma, *other;
	struct page *page;

	world_set_up();
	cma = world.areas[AREA_A];
	other = world.areas[AREA_B];
	page = cma_alloc(cma, 8, 0, false);
	holding = world_hold(cma, page, 8, false, false);

	/* Not mine: silently. */
	CHECK(!cma_release(NULL, page, 8));
	CHECK(!cma_release(cma, NULL, 8));
	CHECK(!cma_free_folio(cma, NULL));
	CHECK(!cma_release(other, page, 8));
	CHECK(!cma_pages_valid(cma, NULL, 1));
	CHECK(!cma_pages_valid(cma, page, cma->nr_pages + 1));

	/* Mine, but not that: said, and left alone. */
	CHECK(cma_release(cma, page, 9));
	CHECK(said("does not hold"));
	CHECK(cma_release(cma, page, cma->nr_pages));
	CHECK(cma_release(cma, page, 0));
	world_check();

	page = cma_alloc_frozen_compound(cma, 3);
	compound = world_hold(cma, page, 8, true, true);
	CHECK(cma_release_frozen(cma, page, 4));
	CHECK(said("parts of compound pages"));
	CHECK(cma_release_frozen(cma, page + 1, 7));
	world_check();

	world_give(compound, 0, 8);
	world_give(holding, 0, 8);
	CHECK(cma_release(cma, page, 8));	/* for the second time */
	CHECK(said("does not hold"));
	world_tear_down();
}

/* One release may span pages of several requests, compound ones among them. */
static void a_release_spans_requests(void)
{
	unsigned int first_is_compound, frozen;

	for (first_is_compound = 0; first_is_compound < 2; first_is_compound++)
		for (frozen = 0; frozen < 2; frozen++) {
			struct page *page[2];
			struct cma *cma;
			unsigned int i;

			world_set_up();
			cma = world.areas[AREA_A];
			for (i = 0; i < 2; i++)
				if (frozen)
					page[i] = i ^ first_is_compound ?
						cma_alloc_frozen_compound(cma, 3) :
						cma_alloc_frozen(cma, 8, 0, false);
				else
					page[i] = i ^ first_is_compound ?
						(struct page *)cma_alloc_folio(cma, 3,
								GFP_KERNEL | __GFP_COMP) :
						cma_alloc(cma, 8, 0, false);
			CHECK(page[0] + 8 == page[1]);
			CHECK_EQ(cma->nr_held, 16);
			if (frozen)
				CHECK(cma_release_frozen(cma, page[0], 16));
			else
				CHECK(cma_release(cma, page[0], 16));
			CHECK_EQ(cma->nr_held, 0);
			world_tear_down();
		}
}

/* A compound page may begin at any even page, and a release with any single one. */
static void a_release_meets_a_compound_page_anywhere(void)
{
	unsigned int singles, frozen;

	for (singles = 1; singles <= 2; singles++)
		for (frozen = 0; frozen < 2; frozen++) {
			bool (*release)(struct cma *cma, const struct page *pages,
					unsigned long count);
			struct page *page, *compound, *start;
			struct cma *cma;

			world_set_up();
			cma = world.areas[AREA_A];
			if (frozen) {
				page = cma_alloc_frozen(cma, 2, 2, false);
				compound = cma_alloc_frozen_compound(cma, 1);
			} else {
				page = cma_alloc(cma, 2, 2, false);
				compound = (struct page *)cma_alloc_folio(cma, 1,
						GFP_KERNEL | __GFP_COMP);
			}
			CHECK(page + 2 == compound);
			start = compound - singles;
			release = frozen ? cma_release_frozen : cma_release;
			/* The first page of it only. */
			CHECK(release(cma, start, singles + 1));
			CHECK(said("parts of compound pages"));
			CHECK_EQ(cma->nr_held, 4);
			CHECK(release(cma, start, singles + 2));
			if (start != page)
				CHECK(release(cma, page, 1));
			CHECK_EQ(cma->nr_held, 0);
			world_tear_down();
		}
}

/* hugetlb asks the area for each of its folios, those that live there included. */
static void a_folio_of_a_tenant_is_not_the_areas(void)
{
	unsigned int i, order, nr_asked = 0;
	struct page *mine, *page;
	struct cma *cma;
	int refs;

	for (order = 0; order < 3; order += 2) {
		world_set_up();
		cma = world.areas[AREA_A];
		mine = cma_alloc(cma, 1, 0, false);
		CHECK(cma_release(cma, mine, 2));
		for (i = 0; i < COUNT(world.tenants) &&
		     tenant_move_in(&world.tenants[i], TENANT_ANON, order, i); i++) {
			page = world.tenants[i].pages[0];
			if (!cma_pages_valid(cma, page, 1))
				continue;
			refs = page_ref_count(page);
			CHECK(!cma_free_folio(cma, page_folio(page)));
			CHECK_EQ(page_ref_count(page), refs);
			nr_asked++;
		}
		CHECK(said("does not hold"));	/* that of before, and nothing since */
		CHECK_EQ(cma->nr_held, 1);
		CHECK(cma_free_folio(cma, page_folio(mine)));
		CHECK_EQ(cma->nr_held, 0);
		while (i--)
			tenant_move_out(&world.tenants[i]);
		lru_add_drain_all();
		world_tear_down();
	}
	CHECK(nr_asked);
}

static void task_is_killed(void)
{
	current->killed = true;
}

static void nobody_waits(void)
{
	CHECK(!"somebody waits");
}

/* Others are waited for, but not for ever; then the answer says so. */
static void a_peer_that_never_finishes_is_told_of(void)
{
	struct cma_alloc_request req = { .gfp = GFP_KERNEL };
	struct page *page;
	unsigned int i;
	struct cma *cma;

	world_set_up();
	cma = world.areas[AREA_A];
	req.nr_pages = cma->nr_pages;
	CHECK(world_peer_claims(5, 1));
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EBUSY);
	CHECK_EQ(req.reason, CONTIG_REASON_PEER);
	world_peer_goes();
	world_check();

	/* With a tenant in it, the pageblock has to be isolated by the request. */
	for (i = 0; tenant_move_in(&world.tenants[i], TENANT_ANON, 5, i); i++)
		;
	lru_add_drain_all();
	tenant_move_out(&world.tenants[0]);
	tenant_move_out(&world.tenants[1]);
	CHECK(world_peer_isolates(2));
	/* Who does not want to wait for anybody is told at once. */
	req.gfp |= __GFP_NORETRY;
	model_seams.pause = nobody_waits;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EBUSY);
	CHECK_EQ(req.reason, CONTIG_REASON_PEER);
	req.gfp = GFP_KERNEL;
	model_seams.pause = NULL;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EBUSY);
	CHECK_EQ(req.reason, CONTIG_REASON_PEER);
	req.timeout = HZ / 2;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -ETIMEDOUT);
	req.timeout = 0;
	model_seams.pause = task_is_killed;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EINTR);
	CHECK_EQ(req.reason, CONTIG_REASON_SIGNAL);
	model_seams.pause = NULL;
	current->killed = false;
	world_peer_goes();
	world_tear_down();
}

static bool lives_in(const struct address_space *tenant, const struct cma *cma)
{
	unsigned long pfn = page_to_pfn(tenant->pages[0]);

	return pfn - cma->ranges[0].base_pfn < cma->nr_pages;
}

static void time_passes(void)
{
	model_pass(1);
}

/* Whatever a request is at when its time is over, all is as before. */
static void a_request_ends_when_its_time_is_over(void)
{
	struct cma_alloc_request req = { .gfp = GFP_KERNEL };
	unsigned int nr, nr_late = 0;
	struct page *page;
	struct cma *cma;
	int err;

	world_set_up();
	cma = world.areas[AREA_A];
	for (nr = 0; tenant_move_in(&world.tenants[nr], TENANT_ANON, 5, nr); nr++)
		;
	lru_add_drain_all();
	while (nr--)
		if (!lives_in(&world.tenants[nr], cma))
			tenant_move_out(&world.tenants[nr]);
	req.nr_pages = cma->nr_pages;
	model_seams.between = time_passes;
	for (req.timeout = 1; ; req.timeout++) {
		err = cma_alloc_request(cma, &req, &page);
		if (err != -ETIMEDOUT)
			break;
		world_check();
		nr_late++;
	}
	model_seams.between = NULL;
	CHECK_EQ(err, 0);
	CHECK(nr_late > 10);
	printf("# %u times too late\n", nr_late);
	CHECK(cma_release(cma, page, req.nr_pages));
	world_tear_down();
}

/* Each place has a tenant who has no other to go to. */
static void where_nobody_finds_a_new_place_memory_is_missing(void)
{
	struct cma_alloc_request req = { .gfp = GFP_KERNEL, .nr_pages = 1 };
	unsigned int nr = 0, order;
	struct page *page;

	world_set_up();
	for (order = 6; order--;) {
		while (nr < WORLD_TENANTS &&
		       tenant_move_in(&world.tenants[nr], TENANT_ANON, order, nr))
			nr++;
		drain_all_pages(&model_zone);
	}
	CHECK(nr < WORLD_TENANTS);
	lru_add_drain_all();
	CHECK_EQ(cma_alloc_request(world.areas[AREA_A], &req, &page), -ENOMEM);
	CHECK(!page);
	world_check();
	while (nr--)
		tenant_move_out(&world.tenants[nr]);
	world_tear_down();
}

static void a_private_area_keeps_no_content_where_nothing_does(void)
{
	struct cma *cma;
	struct page *page;
	unsigned int i;

	world_set_up();
	cma = world.areas[AREA_P];
	page = cma_alloc(cma, 3, 0, false);
	for (i = 0; i < 3; i++)
		page[i].content = 7;
	model_init_on_free = true;
	CHECK(cma_release(cma, page, 3));
	model_init_on_free = false;
	for (i = 0; i < 3; i++)
		CHECK_EQ(page[i].content, 0);
	world_tear_down();
}

/* The page of a tenant at this place, which somebody uses from now on. */
static struct folio *pin_at(unsigned long pfn)
{
	struct address_space *tenant;
	unsigned long page;

	for (tenant = world.tenants; tenant < world.tenants + WORLD_TENANTS; tenant++)
		for (page = 0; page < tenant->nr_pages; page++)
			if (tenant->pages[page] == pfn_to_page(pfn))
				return tenant_get_folio(tenant, page);
	return NULL;
}

#define PAUSES_OF_PEER	3
static unsigned int nr_peer_pauses;

static void peer_goes_at_last(void)
{
	if (++nr_peer_pauses == PAUSES_OF_PEER)
		world_peer_goes();
}

/* Where all that is left has a pin in it, what a peer works on may be better. */
static void a_request_behind_a_pin_waits_for_peers(void)
{
	struct cma_alloc_request req = { .gfp = GFP_KERNEL };
	unsigned long base_pfn;
	struct page *page;
	struct folio *pin;
	unsigned int i, nr;
	struct cma *cma;

	world_set_up();
	cma = world.areas[AREA_A];
	base_pfn = cma->ranges[0].base_pfn;
	for (nr = 0; tenant_move_in(&world.tenants[nr], TENANT_ANON, 5, nr); nr++)
		;
	lru_add_drain_all();
	for (i = 0; i < nr; i++)
		if (!lives_in(&world.tenants[i], cma))
			tenant_move_out(&world.tenants[i]);
	req.nr_pages = cma->nr_pages / 2;
	pin = pin_at(base_pfn + req.nr_pages + 2);
	CHECK(pin);
	CHECK(world_peer_claims(5, 1));

	/* The peer stays: a pause is as long as it has to be, and no longer. */
	CHECK_EQ(cma_alloc_request(cma, &req, &page), -EBUSY);
	CHECK(page_folio(pfn_to_page(req.blocker_pfn)) == pin);

	nr_peer_pauses = 0;
	model_seams.pause = peer_goes_at_last;
	CHECK_EQ(cma_alloc_request(cma, &req, &page), 0);
	model_seams.pause = NULL;
	CHECK(nr_peer_pauses >= PAUSES_OF_PEER);
	CHECK(page_to_pfn(page) <= base_pfn + 5);
	CHECK(cma_release(cma, page, req.nr_pages));
	folio_put(pin);
	world_tear_down();
}

static void a_senseless_range_is_refused(void)
{
	unsigned long pfn = WORLD_START, end = WORLD_START + WORLD_PAGES;

	world_set_up();
	CHECK_EQ(alloc_contig_range(pfn, pfn, MIGRATE_MOVABLE, GFP_KERNEL), -EINVAL);
	CHECK_EQ(alloc_contig_range(pfn + 1, pfn, MIGRATE_MOVABLE, GFP_KERNEL), -EINVAL);
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, 1U << 31), -EINVAL);
	CHECK_EQ(alloc_contig_range(pfn, pfn + 3, MIGRATE_MOVABLE,
				    GFP_KERNEL | __GFP_COMP), -EINVAL);
	CHECK_EQ(alloc_contig_range(pfn + 1, pfn + 3, MIGRATE_MOVABLE,
				    GFP_KERNEL | __GFP_COMP), -EINVAL);
	/* Where there is no memory; and an area's, by somebody else. */
	CHECK_EQ(alloc_contig_range(end, end + 1, MIGRATE_MOVABLE, GFP_KERNEL), -EBUSY);
	CHECK_EQ(alloc_contig_range(end - 1, end + 1, MIGRATE_MOVABLE, GFP_KERNEL), -EBUSY);
	CHECK_EQ(alloc_contig_range(pfn + 8 * pageblock_nr_pages,
				    pfn + 8 * pageblock_nr_pages + 1,
				    MIGRATE_MOVABLE, GFP_KERNEL), -EBUSY);
	CHECK(!alloc_contig_pages(0, GFP_KERNEL, 0, NULL));
	CHECK(!alloc_contig_pages(1, 1U << 31, 0, NULL));
	CHECK(!alloc_contig_pages(WORLD_PAGES, GFP_KERNEL, 0, NULL));
	CHECK(strlen(contig_reason_name(CONTIG_REASON_HOLE)));
	CHECK(strlen(contig_reason_name(1000)));
	world_tear_down();
}

static void part_of_a_compound_page_is_not_freed(void)
{
	unsigned long pfn = WORLD_START;

	world_set_up();
	CHECK_EQ(alloc_contig_range(pfn, pfn + 4, MIGRATE_MOVABLE, GFP_KERNEL | __GFP_COMP), 0);
	shim_expect_warnings();
	free_contig_range(pfn + 1, 3);
	free_contig_range(pfn, 2);
	CHECK_EQ(shim_warnings(), 2);
	CHECK_EQ(page_ref_count(pfn_to_page(pfn)), 1);
	free_contig_range(pfn, 4);
	world_tear_down();
}

static void make_block(struct page *page, int migratetype)
{
	unsigned long flags;

	spin_lock_irqsave(&model_zone.lock, flags);
	CHECK(move_freepages_block_isolate(&model_zone, page, migratetype));
	spin_unlock_irqrestore(&model_zone.lock, flags);
}

/* Who counted it as reserved would count pages that somebody else has. */
static void the_atomic_reserve_gives_way(void)
{
	unsigned long pfn = WORLD_START + pageblock_nr_pages, block;
	unsigned int i;

	world_set_up();
	/* One of them is the second half of a free block. */
	for (i = 0; i < 3; i++)
		make_block(pfn_to_page(pfn + i * pageblock_nr_pages), MIGRATE_HIGHATOMIC);
	model_zone.nr_reserved_highatomic = 3 * pageblock_nr_pages;
	CHECK_EQ(alloc_contig_range(pfn + 5, pfn + pageblock_nr_pages + 5, MIGRATE_MOVABLE,
				    GFP_KERNEL), 0);
	CHECK_EQ(model_zone.nr_reserved_highatomic, pageblock_nr_pages);
	free_contig_range(pfn + 5, pageblock_nr_pages);
	for (i = 0; i < 3; i++) {
		block = pfn + i * pageblock_nr_pages;
		CHECK_EQ(get_pageblock_migratetype(pfn_to_page(block)),
			 i < 2 ? MIGRATE_MOVABLE : MIGRATE_HIGHATOMIC);
	}
	make_block(pfn_to_page(block), MIGRATE_MOVABLE);
	model_zone.nr_reserved_highatomic = 0;
	world_tear_down();
}

#define PAUSES_MAX	1000

static unsigned int nr_pauses;

/* The disk is done when whoever waits for it has waited for too long. */
static void disk_waits(void)
{
	if (++nr_pauses == PAUSES_MAX)
		tenant_set_writeback(&world.tenants[0], 0, false);
}

/* It may hold what the disk needs. */
static void disk_is_not_waited_for(enum tenant_kind kind)
{
	struct address_space *tenant = &world.tenants[0];
	unsigned long pfn;

	world_set_up();
	CHECK(tenant_move_in(tenant, kind, 0, 1));
	lru_add_drain_all();
	tenant_set_writeback(tenant, 0, true);
	pfn = page_to_pfn(tenant->pages[0]);
	CHECK(!is_migrate_cma_page(tenant->pages[0]));
	nr_pauses = 0;
	model_seams.pause = disk_waits;
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_NOFS), -EBUSY);
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_NOIO), -EBUSY);
	CHECK(nr_pauses < PAUSES_MAX);
	/* Others may wait, and get it. */
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_KERNEL), 0);
	CHECK_EQ(nr_pauses, PAUSES_MAX);
	model_seams.pause = NULL;
	free_contig_range(pfn, 1);
	world_tear_down();
}

static void a_request_without_fs_waits_for_no_disk(void)
{
	disk_is_not_waited_for(TENANT_DIRTY);
	/* Anonymous memory is on its way to swap. */
	disk_is_not_waited_for(TENANT_ANON);
}

static void page_is_unlocked(void)
{
	if (++nr_pauses == PAUSES_MAX / 10)
		folio_unlock(page_folio(world.tenants[0].pages[0]));
}

/* Being read, say, from a disk that does not answer. */
static void a_locked_page_is_waited_for_until_a_signal_comes(void)
{
	struct address_space *tenant = &world.tenants[0];
	struct page *page;
	unsigned long pfn;

	world_set_up();
	CHECK(tenant_move_in(tenant, TENANT_DIRTY, 0, 1));
	lru_add_drain_all();
	page = tenant->pages[0];
	pfn = page_to_pfn(page);
	CHECK_EQ(folio_lock_killable(page_folio(page)), 0);
	model_seams.pause = task_is_killed;
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_KERNEL), -EINTR);
	current->killed = false;
	/* Who may call no file system does not wait. */
	model_seams.pause = NULL;
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_NOFS), -EBUSY);

	nr_pauses = 0;
	model_seams.pause = page_is_unlocked;
	CHECK_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_MOVABLE, GFP_KERNEL), 0);
	CHECK_EQ(nr_pauses, PAUSES_MAX / 10);
	model_seams.pause = NULL;
	free_contig_range(pfn, 1);
	world_tear_down();
}

/* Registered for good, so this one comes last; they have no memory. */
static void names_are_unique_until_places_run_out(void)
{
	static const char *const names[][2] = {
		{ "a", "a.1" },
		{ "a", "a.2" },
		{ NULL, "cma6" },
		{ "cma8", "cma8" },
		{ NULL, "cma.1" },
		{ "a name of more than sixty-three characters, which will be cut off",
		  "a name of more than sixty-three characters, which will be cut o" },
	};
	unsigned int i;

	if (!world.areas[0]) {
		world_set_up();
		world_tear_down();
	}
	for (i = 0; i < COUNT(names) && cma_area_slots_left(); i++) {
		struct cma *cma = cma_area_register(0, names[i][0]);

		CHECK(cma && cma->state == CMA_DECLARED);
		CHECK(!strcmp(cma_get_name(cma), names[i][1]));
	}
	CHECK_EQ(i, COUNT(names));
	CHECK(!cma_area_register(0, "one too many"));
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(an_area_tells_where_and_how_large_it_is),
	TEST(counts_follow_what_is_handed_out),
	TEST(a_senseless_request_is_refused),
	TEST(a_wrong_release_is_answered_and_changes_nothing),
	TEST(a_release_spans_requests),
	TEST(a_release_meets_a_compound_page_anywhere),
	TEST(a_folio_of_a_tenant_is_not_the_areas),
	TEST(a_peer_that_never_finishes_is_told_of),
	TEST(a_request_behind_a_pin_waits_for_peers),
	TEST(a_request_ends_when_its_time_is_over),
	TEST(where_nobody_finds_a_new_place_memory_is_missing),
	TEST(a_private_area_keeps_no_content_where_nothing_does),
	TEST(a_senseless_range_is_refused),
	TEST(part_of_a_compound_page_is_not_freed),
	TEST(the_atomic_reserve_gives_way),
	TEST(a_request_without_fs_waits_for_no_disk),
	TEST(a_locked_page_is_waited_for_until_a_signal_comes),
	TEST(names_are_unique_until_places_run_out),
	{}
};

const struct suite areas_suite = { "areas", tests };
