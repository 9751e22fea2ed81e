// SPDX-License-Identifier: GPL-2.0
/*
 * Areas and the range engine (mm/cma.c, mm/cma/, mm/contig/) on a model of the
 * machine: random requests and releases while tenants come and go, pages are
 * pinned, written to disk, broken or freed, peers are at work, and calls fail.
 * After each operation an oracle looks at every page.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cma.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <trace/events/kmem.h>

#include "../../../../mm/cma/alloc.h"
#include "../shim.h"
#include "../world.h"

#define OPS_PER_WORLD	500
#define MAX_BROKEN	3
/* Counters are compared after each, all of the machine's pages after some. */
#define OPS_PER_CHECK	16

static struct {
	struct rng rng;
	unsigned int nr_broken;
	unsigned long nr_asked;		/* pages, of valid requests to areas */
	unsigned long nr_got;
	unsigned long nr_moved;
	const char *doing;
} engine;

static void explain(const void *context)
{
	(void)context;
	printf("# while: %s; last printed: %s\n", engine.doing, shim_last_line());
}

/* What others do between two steps of a request, and while it sleeps. */
static void others(void)
{
	struct rng *rng = &engine.rng;

	switch (rng_between(rng, 0, 200)) {
	case 0 ... 2:
		world_tenant_comes(rng);
		break;
	case 3 ... 5:
		world_tenant_goes(rng);
		break;
	case 6:
		world_pin(rng);
		break;
	case 7 ... 8:
		world_unpin(rng);
		break;
	case 9:
		world_slab(rng);
		break;
	case 10:
		tenant_set_writeback(&world.tenants[rng_between(rng, 0, WORLD_TENANTS - 1)],
				     0, true);
		break;
	case 11:
		world_peer_comes(rng);
		break;
	case 12:
		drain_all_pages(&model_zone);
		break;
	case 13:
		model_pass(rng_between(rng, 1, 20));
		break;
	case 14:
		if (engine.nr_broken < MAX_BROKEN && rng_once_in(rng, 50)) {
			engine.nr_broken++;
			world_poison(rng);
		}
		break;
	}
}

static void time_passes(void)
{
	struct rng *rng = &engine.rng;
	unsigned int i;

	for (i = 0; i < WORLD_TENANTS; i++)
		if (rng_once_in(rng, 4))
			tenant_set_writeback(&world.tenants[i], 0, false);
	world_unpin(rng);
	if (rng_once_in(rng, 2))
		world_peer_goes();
}

static void got(struct cma *cma, struct page *page, unsigned long nr_pages,
		unsigned int align_order, bool frozen, bool compound)
{
	if (!page)
		return;
	engine.nr_got += nr_pages;
	CHECK(cma_pages_valid(cma, page, nr_pages));
	CHECK(IS_ALIGNED(page_to_pfn(page), 1UL << align_order));
	CHECK(world_hold(cma, page, nr_pages, frozen, compound));
}

static void request(struct cma *cma)
{
	static const gfp_t gfps[] = {
		GFP_KERNEL, GFP_NOFS, GFP_KERNEL | __GFP_NORETRY,
		GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_NOWARN,
	};
	struct rng *rng = &engine.rng;
	struct cma_alloc_request req = {
		.nr_pages = rng_skewed(rng, 1, cma->nr_pages + 1),
		.align_order = rng_between(rng, 0, 3) ? 0 : rng_between(rng, 0, 7),
		.gfp = gfps[rng_between(rng, 0, 4)],
		.frozen = rng_once_in(rng, 5),
		.timeout = rng_once_in(rng, 8) ? rng_between(rng, 1, 50) : 0,
	};
	struct page *page;
	unsigned long i;
	int err;

	engine.doing = "cma_alloc_request()";
	current->gfp_scope = rng_once_in(rng, 8) ? __GFP_FS : 0;
	err = cma_alloc_request(cma, &req, &page);
	current->gfp_scope = 0;
	CHECK(!err == !!page);
	engine.nr_asked += req.nr_pages;
	if (!err) {
		for (i = 0; req.gfp & __GFP_ZERO && i < req.nr_pages; i++)
			MODEL_CHECK(!page[i].content, page + i);
		got(cma, page, req.nr_pages, req.align_order, req.frozen, false);
		return;
	}
	CHECK(err == -ENOMEM || err == -EBUSY || err == -EINTR || err == -ETIMEDOUT);
	CHECK(err != -EINTR || current->killed);
	CHECK(err != -ETIMEDOUT || req.timeout);
	CHECK(err != -EBUSY || req.reason != CONTIG_REASON_NONE ||
	      req.gfp & __GFP_NORETRY);
}

static void request_folio(struct cma *cma)
{
	unsigned int order = rng_between(&engine.rng, 1, MAX_PAGE_ORDER);
	bool frozen = rng_once_in(&engine.rng, 2);
	struct page *page;

	engine.doing = "a request for a compound page";
	engine.nr_asked += 1UL << order;
	if (frozen)
		page = cma_alloc_frozen_compound(cma, order);
	else
		page = (struct page *)cma_alloc_folio(cma, order,
						      GFP_KERNEL | __GFP_COMP);
	CHECK(!page || !cma->is_private);
	got(cma, page, 1UL << order, order, frozen, true);
}

/* Somebody who knows no areas wants memory in one piece. */
static void request_range(void)
{
	struct rng *rng = &engine.rng;
	unsigned long pfn = WORLD_START + rng_between(rng, 0, WORLD_PAGES - 1);
	unsigned long nr_pages = rng_skewed(rng, 1, 3 * pageblock_nr_pages);
	struct page *page = NULL;

	if (rng_once_in(rng, 3)) {
		engine.doing = "alloc_contig_pages()";
		page = alloc_contig_pages(nr_pages, GFP_KERNEL | __GFP_MOVABLE, 0, NULL);
	} else {
		engine.doing = "alloc_contig_range()";
		if (!alloc_contig_range(pfn, pfn + nr_pages, MIGRATE_MOVABLE, GFP_KERNEL))
			page = pfn_to_page(pfn);
	}
	if (!page)
		return;
	for (pfn = 0; pfn < nr_pages; pfn++)
		CHECK(!cma_area_at(page_to_pfn(page) + pfn, page_to_pfn(page) + pfn + 1));
	CHECK(world_hold(NULL, page, nr_pages, false, false));
}

static void give(struct holding *holding)
{
	struct rng *rng = &engine.rng;
	unsigned long from = 0, nr_pages = holding->nr_pages;

	engine.doing = "a release";
	if (!holding->compound && rng_once_in(rng, 2)) {
		from = rng_between(rng, 0, nr_pages - 1);
		nr_pages = rng_between(rng, 1, nr_pages - from);
	}
	world_give(holding, from, nr_pages);
}

/* Releases that must change nothing: world_check() sees it. */
static void release_wrongly(struct cma *cma)
{
	struct rng *rng = &engine.rng;
	unsigned long pfn = WORLD_START + rng_between(rng, 0, WORLD_PAGES - 1);
	struct page *page = pfn_to_page(pfn);
	unsigned long nr_pages = rng_skewed(rng, 1, cma->nr_pages);
	const struct holding *holding;
	bool is_held = false;

	engine.doing = "a release of what is not held";
	for (holding = world.holdings; holding < world.holdings + WORLD_HOLDINGS; holding++)
		is_held |= holding->cma == cma && pfn + nr_pages > holding->pfn &&
			   pfn < holding->pfn + holding->nr_pages;
	if (is_held)
		return;
	/* Broken pages of a private area stay held for good. */
	if (cma->is_private && engine.nr_broken)
		return;
	CHECK_EQ(cma_release(cma, page, nr_pages), cma_pages_valid(cma, page, 1));
}

static struct holding *any_holding(void)
{
	struct holding *holding =
		&world.holdings[rng_between(&engine.rng, 0, WORLD_HOLDINGS - 1)];

	return holding->nr_pages ? holding : NULL;
}

static bool has_room(void)
{
	unsigned int slot;

	for (slot = 0; slot < WORLD_HOLDINGS; slot++)
		if (!world.holdings[slot].nr_pages)
			return true;
	return false;
}

static void one_operation(void)
{
	struct rng *rng = &engine.rng;
	struct cma *cma = world.areas[rng_between(rng, 0, NR_AREAS - 1)];
	struct holding *holding = any_holding();

	current->cpu = rng_between(rng, 0, 2);
	model_is_traced = rng_once_in(rng, 2);
	switch (rng_between(rng, 0, 19)) {
	case 0 ... 4:
		if (has_room())
			request(cma);
		return;
	case 5:
		if (has_room())
			request_folio(cma);
		return;
	case 6:
		if (has_room())
			request_range();
		return;
	case 7:
		release_wrongly(cma);
		return;
	case 8 ... 12:
		if (holding)
			give(holding);
		return;
	}

	/* Others do one thing at a time. */
	engine.doing = "others";
	model_seams = (struct model_seams) { };
	switch (rng_between(rng, 0, 6)) {
	case 0:
		world_pin_held(rng);
		break;
	case 1 ... 4:
		world_tenant_comes(rng);
		break;
	case 5:
		world_tenant_goes(rng);
		break;
	default:
		others();
		break;
	}
}

static void random_operations_agree_with_the_oracle(void)
{
	unsigned long left, nr_ops = test_ops / 10;

	engine.rng = rng_stream(0xe61e);
	engine.nr_asked = 0;
	engine.nr_got = 0;
	test_explain(explain, NULL);
	for (left = nr_ops; left; left--) {
		if (!world.areas[0] || (nr_ops - left) % OPS_PER_WORLD == 0) {
			if (left != nr_ops)
				world_tear_down();
			world_set_up();
			engine.nr_broken = 0;
		}
		model_seams = (struct model_seams) {
			.between = others,
			.pause = time_passes,
		};
		if (rng_once_in(&engine.rng, 8)) {
			model_seams.fail_at = rng_skewed(&engine.rng, 1, 200);
			model_seams.fail_on = rng_once_in(&engine.rng, 8);
		}
		one_operation();
		model_seams = (struct model_seams) { };
		current->killed = false;
		world_peer_goes();
		if (left % OPS_PER_CHECK)
			world_check_counts();
		else
			world_check();
	}
	world_tear_down();
	/* Much fails here by intent, or for want of room; but not most of it. */
	CHECK(engine.nr_got > engine.nr_asked / 10);
	test_note("%lu operations, %lu pages asked for, %lu given", nr_ops,
		  engine.nr_asked, engine.nr_got);
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(random_operations_agree_with_the_oracle),
	{}
};

const struct suite engine_suite = { "engine", tests };
