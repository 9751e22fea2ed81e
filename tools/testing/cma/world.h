/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine with areas, tenants and owners, and a naive oracle that knows whose
 * each of its pages is and what has to be in it.
 *
 *	o o o o o o o o A A A A B B B o C C o o C P P o		one pageblock each
 *
 * o belongs to nobody, A to an area, B to one of granules of four pages that meets
 * it and shares a largest block with what follows, C to one of two ranges, and P to
 * a private one. All of it is memory of the model.
 */
#ifndef _CMA_WORLD_H
#define _CMA_WORLD_H

#include "../../../mm/cma/area.h"
#include "model/tenant.h"

enum world_area { AREA_A, AREA_B, AREA_C, AREA_P, NR_AREAS };

#define WORLD_START	1024UL
#define WORLD_PAGES	(24 * pageblock_nr_pages)

#define WORLD_TENANTS	160
#define WORLD_HOLDINGS	48
#define WORLD_PINS	8
#define WORLD_SLABS	12

/**
 * struct holding - pages that somebody has got, and has written to
 * @cma: from where; NULL for alloc_contig_*()
 * @pfn: first page
 * @nr_pages: 0 if this is none
 * @frozen: without references
 * @compound: one compound page, which is given back whole
 * @seed: what was written follows from it
 */
struct holding {
	struct cma *cma;
	unsigned long pfn;
	unsigned long nr_pages;
	bool frozen;
	bool compound;
	u64 seed;
};

struct world {
	struct cma *areas[NR_AREAS];
	struct address_space tenants[WORLD_TENANTS];
	struct holding holdings[WORLD_HOLDINGS];
	struct folio *pins[WORLD_PINS];
	struct page *slabs[WORLD_SLABS];
	unsigned int slab_orders[WORLD_SLABS];
	/* A pageblock that a peer holds isolated, and pages it has in transit. */
	unsigned long peer_pfn;
	unsigned long peer_offset;
	unsigned long peer_pages;
	long allocations;
};

extern struct world world;

/* As after boot: all is free, all areas are active. */
void world_set_up(void);

/* Everybody leaves; what there was at first must be there again. */
void world_tear_down(void);

/* Nothing is lost, nothing has two owners, everything adds up. */
void world_check(void);

/*
 * The part of it that costs next to nothing: counters. And what world_check() has
 * found: whose is each page?
 */
void world_check_counts(void);
void world_owners(unsigned char owners[WORLD_PAGES]);

/* Write to pages that were handed out, and remember them; NULL if it is full. */
struct holding *world_hold(struct cma *cma, struct page *page,
			   unsigned long nr_pages, bool frozen, bool compound);

/* Give back some of them: all of them, if it is a compound page. */
void world_give(struct holding *holding, unsigned long from, unsigned long nr_pages);

/* What others do. Those of random numbers may find nothing to do. */
void world_tenant_comes(struct rng *rng);
void world_tenant_goes(struct rng *rng);
void world_pin(struct rng *rng);
void world_unpin(struct rng *rng);
void world_pin_held(struct rng *rng);
void world_slab(struct rng *rng);
void world_poison(struct rng *rng);

/*
 * A peer has pages of area A in transit, or isolates one of its pageblocks; false
 * if it does already. Then it finishes.
 */
bool world_peer_claims(unsigned long offset, unsigned long nr_pages);
bool world_peer_isolates(unsigned int block);
void world_peer_comes(struct rng *rng);
void world_peer_goes(void);

#endif
