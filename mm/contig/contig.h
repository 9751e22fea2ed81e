/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The range engine: makes a range of page frames free, and takes it.
 *
 * The engine knows zones, pageblocks and pages; it knows no area. A request
 * travels through its files in this order:
 *
 *	range.c		contig_take(): the stages, and their undo in reverse
 *	take.c		free pages straight out of the buddy allocator, or not
 *	isolate.c	no page of these pageblocks is given out any more
 *	evacuate.c	drain, drop or migrate whatever still lives in the range
 *	target.c	where those go who have to leave
 *	survey.c	what is in the range, and which page is in the way
 *	free.c		the way back
 *
 * Locks: the engine sleeps holding none. zone->lock is taken for one pageblock
 * at a time and nothing is taken inside it. The caller sees to it that no two
 * requests run for the same page at the same time; two requests for the same
 * pageblock are sorted out here.
 */
#ifndef _MM_CONTIG_CONTIG_H
#define _MM_CONTIG_CONTIG_H

#include <linux/contig_reason.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include "buddy.h"

/**
 * enum contig_effort - how far to go for a range
 * @CONTIG_IF_FREE: take it if every page is free already; costs no more than
 *		    looking, and touches no pageblock's type
 * @CONTIG_EVACUATE: also move out whoever lives there
 * @CONTIG_INSIST: also wait for those who are about to leave; if draining the
 *		   LRU batches twice was not enough, the whole machine does
 *		   without them meanwhile
 */
enum contig_effort {
	CONTIG_IF_FREE,
	CONTIG_EVACUATE,
	CONTIG_INSIST,
};

/**
 * struct contig_request - one range, one attempt
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range
 * @migratetype: MIGRATE_CMA for a range of an area, which may not be taken by
 *		 anybody else; any other type leaves areas alone
 * @gfp: how the engine may reclaim, and how the pages are to be prepared;
 *	 with __GFP_COMP they become one compound page
 * @effort: how far to go
 * @frozen: leave the pages without references
 * @nr_pauses: with CONTIG_INSIST, how often to pause for who may leave by
 *	       itself; counted down
 * @deadline: when to give up, in jiffies; 0 for no limit
 * @blocker_pfn: on failure, the page that was in the way
 * @reason: on failure, why it was
 */
struct contig_request {
	unsigned long start_pfn;
	unsigned long end_pfn;
	int migratetype;
	gfp_t gfp;
	enum contig_effort effort;
	bool frozen;
	unsigned int nr_pauses;
	unsigned long deadline;

	unsigned long blocker_pfn;
	enum contig_reason reason;
};

/**
 * struct contig_look - what it would take to empty a range
 * @gfp: how the request may reclaim; without __GFP_FS file pages stay
 * @cost: in instructions, about
 * @nr_looks: what looking itself has taken, in pages; free blocks count as one
 * @nr_extra: blockers that may be an artefact of per-CPU LRU batches
 * @reason: of the last blocker
 * @behind_pfn: first page frame behind the last blocker
 */
struct contig_look {
	gfp_t gfp;
	unsigned long cost;
	unsigned long nr_looks;
	unsigned long nr_extra;
	enum contig_reason reason;
	unsigned long behind_pfn;
};

unsigned long contig_look(unsigned long start_pfn, unsigned long end_pfn,
			  struct contig_look *look);
int contig_wait_for_io(unsigned long start_pfn, unsigned long end_pfn);
bool contig_may_leave(unsigned long pfn);
unsigned long contig_edge_cost(unsigned long start_pfn, unsigned long end_pfn);
unsigned long contig_least_cost(const struct zone *zone, int migratetype,
				unsigned long nr_pages);

int contig_take(struct contig_request *req);
void contig_free(unsigned long pfn, unsigned long nr_pages);
void contig_free_frozen(unsigned long pfn, unsigned long nr_pages);
const char *contig_reason_name(enum contig_reason reason);

/* Between the engine's files. */

static inline bool contig_is_late(const struct contig_request *req)
{
	return req->deadline && time_after_eq(jiffies, req->deadline);
}

static inline int contig_blocked(struct contig_request *req, unsigned long pfn,
				 enum contig_reason reason, int err)
{
	req->blocker_pfn = pfn;
	req->reason = reason;
	return err;
}

/**
 * struct contig_survey - what a look at a range found
 * @nr_free: pages in the buddy allocator
 * @nr_unsettled: pages with no reference that are not in the buddy allocator:
 *		  in a per-CPU list, or on their way
 * @nr_extra: pages that somebody holds more references to than is explained,
 *	      or that are on no list: a per-CPU batch, or a pin
 * @nr_writeback: pages that are being written, or read, or locked otherwise
 * @blocker_pfn: the first page that is in the way; the range's end if none
 * @reason: why it is
 * @unmovable_pfn: the first page that will certainly stay, if below the end
 */
struct contig_survey {
	unsigned long nr_free;
	unsigned long nr_unsettled;
	unsigned long nr_extra;
	unsigned long nr_writeback;
	unsigned long blocker_pfn;
	enum contig_reason reason;
	unsigned long unmovable_pfn;
};

void contig_survey(unsigned long start_pfn, unsigned long end_pfn,
		   struct contig_survey *survey);
unsigned long contig_folio_start(unsigned long pfn);
unsigned long contig_first_used(unsigned long start_pfn, unsigned long end_pfn);

int contig_take_free(struct contig_request *req, bool isolated);
int contig_publish(struct contig_request *req);

/**
 * struct contig_isolation - the pageblocks that a request holds isolated
 * @start_pfn: first page frame of the first one
 * @end_pfn: behind the last one; equal to @start_pfn if none is held
 * @migratetype: what all of them were before, unless @types is set
 * @types: what each was before
 */
struct contig_isolation {
	unsigned long start_pfn;
	unsigned long end_pfn;
	int migratetype;
	u8 *types;
};

int contig_isolate(struct contig_request *req, struct contig_isolation *iso);
void contig_restore(struct contig_isolation *iso);

int contig_evacuate(struct contig_request *req);

/* The most huge pages of the pool that are put aside or left, in a batch. */
#define CONTIG_NR_HUGE		32

/**
 * struct contig_targets - places for those who leave, during one evacuation
 * @nid: the node of the range
 * @gfp: what to look for, and how
 * @stock: pages that were fetched and not given out yet
 * @aside: pages that will not do, kept until the batch is done
 * @nr_aside: how many were put there
 * @huge: huge pages of the pool: from the first on those put aside likewise,
 *	  from the last on those that somebody moves out of
 * @nr_huge_aside: number of the former
 * @nr_huge_left: number of the latter
 */
struct contig_targets {
	int nid;
	gfp_t gfp;
	struct list_head stock;
	struct list_head aside;
	unsigned int nr_aside;
	struct folio *huge[CONTIG_NR_HUGE];
	unsigned int nr_huge_aside;
	unsigned int nr_huge_left;
};

void contig_targets_init(struct contig_targets *targets, struct zone *zone,
			 gfp_t gfp);
void contig_targets_done(struct contig_targets *targets,
			 struct list_head *folios);
struct folio *contig_new_folio(struct folio *src, unsigned long private);

#endif /* _MM_CONTIG_CONTIG_H */
