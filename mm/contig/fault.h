/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where can a request be made to fail, or be held, to see what comes of it?
 *
 * One list of stages, in the order in which a request meets them. A fault there
 * is what bad luck may bring anyway, so that it takes the way that is meant for
 * that. The list belongs here, at the bottom: areas and the engine share it.
 */
#ifndef _MM_CONTIG_FAULT_H
#define _MM_CONTIG_FAULT_H

#include <linux/types.h>

/*	name, folder, can it fail? */
#define FAIL_CMA_STAGES							\
	/* no memory for an area's map, at boot */			\
	STAGE(ACTIVATE, "activate", true)				\
	/* a range is chosen by its pages: a peer claimed it first */	\
	STAGE(PLACE, "place", true)					\
	/* a range is claimed: given up */				\
	STAGE(CLAIM, "claim", true)					\
	/* pages are out of the buddy allocator: the next is in use */	\
	STAGE(TAKE, "take", true)					\
	/* before each pageblock: it cannot be isolated */		\
	STAGE(ISOLATE, "isolate", true)					\
	/* all are isolated, before each round: no further one */	\
	STAGE(EVACUATE, "evacuate", true)				\
	/* a batch of tenants is off its lists: nobody moves */		\
	STAGE(MIGRATE, "migrate", true)					\
	/* a tenant needs a new place: there is none */			\
	STAGE(TARGET, "target", true)					\
	/* all pages are taken: one is broken */			\
	STAGE(PUBLISH, "publish", true)					\
	/* pages come back, and are not free yet */			\
	STAGE(RELEASE, "release", false)

#define STAGE(name, folder, can_fail)	FAIL_CMA_##name,
enum fail_cma_stage {
	FAIL_CMA_STAGES
	FAIL_CMA_NR_STAGES
};

#undef STAGE

#ifdef CONFIG_FAIL_CMA

void fail_cma_hold(enum fail_cma_stage stage);
void fail_cma_set_delay(enum fail_cma_stage stage, u32 delay_ms);
bool should_fail_cma(enum fail_cma_stage stage);

#else

static inline void fail_cma_hold(enum fail_cma_stage stage) { }
static inline void fail_cma_set_delay(enum fail_cma_stage stage, u32 delay_ms) { }

static inline bool should_fail_cma(enum fail_cma_stage stage)
{
	return false;
}

#endif /* CONFIG_FAIL_CMA */

#endif /* _MM_CONTIG_FAULT_H */
