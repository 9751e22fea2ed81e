// SPDX-License-Identifier: GPL-2.0
/*
 * How does everybody leave a range whose pageblocks are isolated?
 *
 * In rounds. Each begins with a survey, and what the survey shows decides what
 * is done about it; nothing is drained without evidence:
 *
 *	refcount 0, not free	per-CPU lists are drained into the buddy
 *	unexplained references	per-CPU LRU batches are drained
 *	tenants			clean cache is dropped where memory is short,
 *				everybody else is migrated
 *
 * The first round takes who leaves without waiting, the next wait for locks,
 * then for I/O. A caller that insists has LRU batches switched off for the whole
 * machine meanwhile, and gets as many rounds more as it has pauses to spend.
 */
#include "port.h"
#include "contig.h"
#include <trace/events/kmem.h>
#include <trace/events/contig.h>

/* One migrate mode a round; the rounds after the last mode repeat it. */
static const enum migrate_mode round_mode[] = {
	MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC,
};

#define CONTIG_ROUNDS		ARRAY_SIZE(round_mode)
#define CONTIG_PAUSE_MS		20

struct evacuation {
	struct contig_request *req;
	struct zone *zone;
	unsigned long nr_migrated;
	unsigned long nr_dropped;
	unsigned long nr_mapped;
};

/*
 * Is there room outside the areas for twice the range, above what the zone
 * wants to keep free? Then clean cache is worth keeping: it moves.
 */
static bool room_outside(const struct evacuation *evac)
{
	unsigned long range = evac->req->end_pfn - evac->req->start_pfn;
	unsigned long free = zone_page_state(evac->zone, NR_FREE_PAGES);
	unsigned long inside = zone_page_state(evac->zone, NR_FREE_CMA_PAGES);

	return free > inside + high_wmark_pages(evac->zone) + 2 * range;
}

/* For the tracepoint alone, and only while somebody listens. */
static unsigned long count_mapped(struct list_head *folios)
{
	struct folio *folio;
	unsigned long nr_pages = 0;

	list_for_each_entry(folio, folios, lru)
		if (folio_mapped(folio))
			nr_pages += folio_nr_pages(folio);
	return nr_pages;
}

/* Migrate or drop what was collected; whatever stays goes back where it was. */
static int move_collected(struct evacuation *evac, struct compact_control *cc)
{
	struct contig_request *req = evac->req;
	struct migration_target_control mtc = {
		.nid = zone_to_nid(evac->zone),
		.gfp_mask = (req->gfp & GFP_RECLAIM_MASK & ~__GFP_NORETRY) |
			    __GFP_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN,
		.reason = MR_CONTIG_RANGE,
	};
	unsigned int nr_migrated = 0;
	int err = 0;

	/* Dropping calls into file systems whatever @gfp says of them. */
	if ((req->gfp & __GFP_FS) && !room_outside(evac))
		evac->nr_dropped += reclaim_clean_pages_from_list(evac->zone,
							&cc->migratepages);

	if (trace_mm_alloc_contig_migrate_range_info_enabled())
		evac->nr_mapped += count_mapped(&cc->migratepages);

	if (!list_empty(&cc->migratepages))
		err = migrate_pages(&cc->migratepages, alloc_migration_target,
				    NULL, (unsigned long)&mtc, cc->mode,
				    MR_CONTIG_RANGE, &nr_migrated);
	evac->nr_migrated += nr_migrated;
	putback_movable_pages(&cc->migratepages);
	cc->nr_migratepages = 0;
	return err == -ENOMEM ? err : 0;
}

static enum migrate_mode mode_of(unsigned int round)
{
	return round_mode[min_t(unsigned int, round, CONTIG_ROUNDS - 1)];
}

/* One pass over the range: collect a pageblock, move it, go on. */
static int move_tenants(struct evacuation *evac, enum migrate_mode mode)
{
	struct contig_request *req = evac->req;
	struct compact_control cc = {
		.order = -1,
		.zone = evac->zone,
		.mode = mode,
		.gfp_mask = req->gfp,
		.ignore_skip_hint = true,
		.no_set_skip_hint = true,
		.finish_pageblock = true,
		.alloc_contig = true,
	};
	unsigned long pfn = req->start_pfn;
	int err, collect_err;

	INIT_LIST_HEAD(&cc.migratepages);
	do {
		collect_err = isolate_migratepages_range(&cc, pfn,
							 req->end_pfn);
		/* It stops early for a full batch or an error, else it is done. */
		pfn = collect_err || cc.nr_migratepages >= COMPACT_CLUSTER_MAX ?
			cc.migrate_pfn : req->end_pfn;
		err = move_collected(evac, &cc);
		cond_resched();
	} while (!err && !collect_err && pfn < req->end_pfn);

	if (err)
		return contig_blocked(req, min(pfn, req->end_pfn - 1),
				      CONTIG_REASON_NO_MEMORY, err);
	/* Too many pages are isolated already: that is for the next round. */
	if (collect_err == -ENOMEM)
		return contig_blocked(req, min(pfn, req->end_pfn - 1),
				      CONTIG_REASON_NO_MEMORY, -ENOMEM);
	return 0;
}

static void drain(const struct evacuation *evac,
		  const struct contig_survey *survey, bool batches_are_off)
{
	if (survey->nr_unsettled)
		drain_all_pages(evac->zone);
	if (survey->nr_extra && !batches_are_off)
		lru_add_drain_all();
}

/*
 * Is another round worth it? What looks unmovable after a drain mostly is. But
 * a page that is just being filled looks the same, so whoever insists pauses
 * once before believing it.
 */
static bool goes_on(struct contig_request *req, unsigned int round,
		    bool unmovable)
{
	if (round < CONTIG_ROUNDS)
		return !unmovable || !round || req->effort == CONTIG_INSIST;
	if (req->effort != CONTIG_INSIST || !req->nr_pauses ||
	    (unmovable && round > CONTIG_ROUNDS))
		return false;

	req->nr_pauses--;
	schedule_timeout_killable(msecs_to_jiffies(CONTIG_PAUSE_MS));
	return true;
}

static int evacuate_in_rounds(struct evacuation *evac)
{
	struct contig_request *req = evac->req;
	unsigned long nr_pages = req->end_pfn - req->start_pfn;
	bool insist = req->effort == CONTIG_INSIST;
	struct contig_survey survey;
	unsigned int round;
	int err;

	for (round = 0; ; round++) {
		wait_for_freed_hugetlb_folios();
		contig_survey(req->start_pfn, req->end_pfn, &survey);
		if (survey.nr_free == nr_pages)
			return 0;
		contig_blocked(req, survey.blocker_pfn, survey.reason, -EBUSY);
		if (fatal_signal_pending(current))
			return contig_blocked(req, survey.blocker_pfn,
					      CONTIG_REASON_SIGNAL, -EINTR);
		if (!goes_on(req, round, survey.unmovable_pfn < req->end_pfn))
			break;
		drain(evac, &survey, insist);
		err = move_tenants(evac, mode_of(round));
		if (err)
			return err;
	}

	if (survey.unmovable_pfn < req->end_pfn)
		contig_blocked(req, survey.unmovable_pfn, CONTIG_REASON_UNMOVABLE,
			       -EBUSY);
	return -EBUSY;
}

/**
 * contig_evacuate() - empty a range whose pageblocks the request holds
 * @req: the request
 *
 * Context: Process context; migrates, and may wait for I/O.
 * Return: 0 if every page was seen free; -EBUSY, -ENOMEM or -EINTR with the
 * blocker in @req.
 */
int contig_evacuate(struct contig_request *req)
{
	struct evacuation evac = {
		.req = req,
		.zone = page_zone(pfn_to_page(req->start_pfn)),
	};
	int err;

	if (req->effort == CONTIG_INSIST)
		lru_cache_disable();
	else
		lru_add_drain();

	err = evacuate_in_rounds(&evac);

	if (req->effort == CONTIG_INSIST)
		lru_cache_enable();

	trace_mm_alloc_contig_migrate_range_info(req->start_pfn, req->end_pfn,
						 evac.nr_migrated,
						 evac.nr_dropped,
						 evac.nr_mapped,
						 req->migratetype);
	trace_contig_evacuate(req->start_pfn, req->end_pfn, evac.nr_migrated,
			      evac.nr_dropped);
	return err;
}
