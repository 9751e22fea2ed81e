/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which range of an area shall a request have?
 *
 * Two ways of choosing, a cheap one and a thorough one. Both claim what they
 * chose, so that no peer chooses the same; neither promises that it can be taken.
 */
#ifndef _MM_CMA_PLACE_H
#define _MM_CMA_PLACE_H

#include <linux/contig_reason.h>
#include "alloc.h"

struct cma;
struct cma_claim;

/* How many blockers an area remembers, and for how long (jiffies). */
#define CMA_NR_BLOCKERS		16
#define CMA_BLOCKER_TIME	HZ

/**
 * struct cma_blockers - pages that were in the way lately
 * @pfn: their page frames, a ring
 * @when: when each was noted, in jiffies
 * @nr_noted: how many were noted since boot
 */
struct cma_blockers {
	unsigned long pfn[CMA_NR_BLOCKERS];
	unsigned long when[CMA_NR_BLOCKERS];
	unsigned int nr_noted;
};

/**
 * struct cma_look - what a look at the whole area has shown
 * @cost: of the range that was chosen, in instructions, about
 * @nr_extra: blockers that may be an artefact of per-CPU LRU batches
 * @nr_avoided: ranges left out for a blocker that is remembered
 * @blocker_pfn: a page that was in the way; one that may leave, if there is one
 * @reason: why it was; CONTIG_REASON_NONE if none was
 */
struct cma_look {
	unsigned long cost;
	unsigned long nr_extra;
	unsigned long nr_avoided;
	unsigned long blocker_pfn;
	enum contig_reason reason;
};

struct cma_claim cma_place_next(struct cma *cma,
				const struct cma_alloc_request *req);
struct cma_claim cma_place_cheapest(struct cma *cma,
				    const struct cma_alloc_request *req,
				    unsigned int own, bool doubt,
				    struct cma_look *look);
void cma_place_note(struct cma *cma, unsigned long pfn);

#endif /* _MM_CMA_PLACE_H */
