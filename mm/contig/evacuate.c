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
 * then for I/O; nobody knows for how long, so a caller whose time is limited
 * only comes back instead. A caller that insists has LRU batches switched off
 * for the whole machine if draining them was not enough, and gets as many
 * rounds more as it has pauses to spend.
 */
#include "port.h"
#include "contig.h"
#include "fault.h"
#include <trace/events/kmem.h>
#include <trace/events/page_isolation.h>
#include <trace/events/contig.h>

/* One migrate mode a round; the rounds after the last mode repeat it. */
static const enum migrate_mode round_mode[] = {
	MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC,
};

#define CONTIG_ROUNDS		ARRAY_SIZE(round_mode)
#define CONTIG_PAUSE_MS		20
#define CONTIG_DRAINS		2

struct evacuation {
	struct contig_request *req;
	struct zone *zone;
	struct contig_targets targets;
	unsigned int nr_pcp_drains;
	unsigned int nr_lru_drains;
	bool batches_are_off;
	unsigned long nr_migrated;
	unsigned long nr_dropped;
	unsigned long nr_mapped;
};

/*
 * Is there room outside the areas for twice what is left of the range, above
 * what the zone wants to keep free? Then clean cache is worth keeping: it moves.
 */
static bool room_outside(const struct evacuation *evac, unsigned long pfn)
{
	unsigned long range = evac->req->end_pfn - pfn;
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
static int move_collected(struct evacuation *evac, struct compact_control *cc,
			  unsigned long pfn)
{
	struct contig_request *req = evac->req;
	unsigned int nr_migrated = 0;
	int err = 0;

	/* Dropping calls into file systems whatever @gfp says of them. */
	if ((req->gfp & __GFP_FS) && !room_outside(evac, pfn))
		evac->nr_dropped += reclaim_clean_pages_from_list(evac->zone,
							&cc->migratepages);

	if (trace_mm_alloc_contig_migrate_range_info_enabled())
		evac->nr_mapped += count_mapped(&cc->migratepages);

	if (!list_empty(&cc->migratepages) &&
	    !should_fail_cma(FAIL_CMA_MIGRATE))
		err = migrate_pages(&cc->migratepages, contig_new_folio, NULL,
				    (unsigned long)&evac->targets, cc->mode,
				    MR_CONTIG_RANGE, &nr_migrated);
	contig_targets_done(&evac->targets, &cc->migratepages);
	evac->nr_migrated += nr_migrated;
	putback_movable_pages(&cc->migratepages);
	cc->nr_migratepages = 0;
	return err == -ENOMEM ? err : 0;
}

/*
 * Who may not start I/O waits for no lock either: its holder may wait for I/O.
 * Who may not call into file systems waits for locks, but for no disk.
 */
static enum migrate_mode mode_of(const struct contig_request *req,
				 unsigned int round)
{
	enum migrate_mode mode = round_mode[min_t(unsigned int, round,
						  CONTIG_ROUNDS - 1)];

	if (req->deadline || (req->gfp & __GFP_NORETRY) ||
	    !(req->gfp & __GFP_IO))
		return MIGRATE_ASYNC;
	if (!(req->gfp & __GFP_FS))
		return min(mode, MIGRATE_SYNC_LIGHT);
	return mode;
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
	/* A folio that reaches into the range is collected at its first page. */
	unsigned long pfn = contig_folio_start(req->start_pfn), from_pfn;
	int err, collect_err;

	INIT_LIST_HEAD(&cc.migratepages);
	do {
		from_pfn = pfn;
		collect_err = isolate_migratepages_range(&cc, pfn,
							 req->end_pfn);
		/* It stops early for a full batch or an error, else it is done. */
		pfn = collect_err || cc.nr_migratepages >= COMPACT_CLUSTER_MAX ?
			cc.migrate_pfn : req->end_pfn;
		/* With others at work, a batch may be less than a full one. */
		if (collect_err == -EAGAIN && cc.nr_migratepages)
			collect_err = 0;
		err = move_collected(evac, &cc, from_pfn);
		cond_resched();
	} while (!err && !collect_err && pfn < req->end_pfn);

	/* -EAGAIN, too many isolated by others, is for the next round. */
	if (!err && collect_err == -ENOMEM)
		err = -ENOMEM;
	if (!err)
		return 0;
	/* A folio may begin before the range; the blocker is told inside of it. */
	return contig_blocked(req, clamp(pfn, req->start_pfn, req->end_pfn - 1),
			      CONTIG_REASON_NO_MEMORY, err);
}

/*
 * Each kind of cache is drained once for a range, and once more if the evidence
 * comes back. Then what is in a batch will be in a batch again, and the only
 * help is to have none; that stops the whole machine for a moment.
 */
static void drain(struct evacuation *evac, const struct contig_survey *survey)
{
	bool insist = evac->req->effort == CONTIG_INSIST;

	if (survey->nr_unsettled && evac->nr_pcp_drains++ < CONTIG_DRAINS)
		drain_all_pages(evac->zone);
	if (!survey->nr_extra || evac->batches_are_off)
		return;
	if (evac->nr_lru_drains++ < CONTIG_DRAINS) {
		lru_add_drain_all();
	} else if (insist) {
		lru_cache_disable();
		evac->batches_are_off = true;
	}
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
	/* The I/O of others may have to wait for who asks. */
	bool may_wait = req->gfp & __GFP_FS;
	struct contig_survey survey;
	enum migrate_mode mode;
	unsigned int round;
	int err;

	for (round = 0; ; round++) {
		if (may_wait && !(req->gfp & __GFP_NORETRY))
			wait_for_freed_hugetlb_folios();
		contig_survey(req->start_pfn, req->end_pfn, &survey);
		if (survey.nr_free == nr_pages)
			return 0;
		contig_blocked(req, survey.blocker_pfn, survey.reason, -EBUSY);
		if (fatal_signal_pending(current))
			return contig_blocked(req, survey.blocker_pfn,
					      CONTIG_REASON_SIGNAL, -EINTR);
		if (contig_is_late(req))
			return contig_blocked(req, survey.blocker_pfn,
					      survey.reason, -ETIMEDOUT);
		if (should_fail_cma(FAIL_CMA_EVACUATE) ||
		    !goes_on(req, round, survey.unmovable_pfn < req->end_pfn))
			break;
		drain(evac, &survey);
		mode = mode_of(req, round);
		/* What could not be moved before was in a batch until now. */
		if (survey.nr_writeback + survey.nr_extra && may_wait &&
		    mode != MIGRATE_ASYNC &&
		    contig_wait_for_io(req->start_pfn, req->end_pfn))
			return contig_blocked(req, survey.blocker_pfn,
					      CONTIG_REASON_SIGNAL, -EINTR);
		err = move_tenants(evac, mode);
		/* Others may have memory in their hands that they do not keep. */
		if (err && round >= CONTIG_ROUNDS - 1)
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
 * Return: 0 if every page was seen free; -EBUSY, -ENOMEM, -EINTR or -ETIMEDOUT
 * with the blocker in @req.
 */
int contig_evacuate(struct contig_request *req)
{
	struct evacuation evac = {
		.req = req,
		.zone = page_zone(pfn_to_page(req->start_pfn)),
	};
	int err;

	contig_targets_init(&evac.targets, evac.zone, req->gfp);
	lru_add_drain();
	err = evacuate_in_rounds(&evac);
	if (evac.batches_are_off)
		lru_cache_enable();

	trace_mm_alloc_contig_migrate_range_info(req->start_pfn, req->end_pfn,
						 evac.nr_migrated,
						 evac.nr_dropped,
						 evac.nr_mapped,
						 req->migratetype);
	/* Whoever watches isolation watches who empties ranges. */
	trace_test_pages_isolated(req->start_pfn, req->end_pfn,
				  err ? req->blocker_pfn : req->end_pfn);
	trace_contig_evacuate(req->start_pfn, req->end_pfn, evac.nr_migrated,
			      evac.nr_dropped);
	return err;
}
