// SPDX-License-Identifier: GPL-2.0
/*
 * How is a range kept from filling up again while it is being emptied?
 *
 * Its pageblocks are isolated: what is free in them is given to nobody, and
 * what is freed in them stays. A pageblock can be isolated by one request at a
 * time. Pageblocks are acquired in ascending order, all or none: a request
 * that meets a peer's pageblock lets go of all of its own, waits until the
 * peer is done with that one, and starts again. So whoever holds the highest
 * of the contested pageblocks always gets on, and nobody waits while holding.
 *
 * Waiting is for requests on behalf of an area. There only the engine isolates,
 * so a peer finishes in bounded time; elsewhere it may be memory offlining,
 * which can last until somebody changes their mind.
 */
#include "port.h"
#include "contig.h"
#include "fault.h"

/* How long to wait for a peer, and how often to look for a fatal signal. */
#define CONTIG_PEER_TIMEOUT	(10 * HZ)
#define CONTIG_PEER_POLL	(HZ / 10 ?: 1)

static unsigned long iso_index(const struct contig_isolation *iso,
			       unsigned long pfn)
{
	return (pfn - iso->start_pfn) >> pageblock_order;
}

/**
 * contig_restore() - give isolated pageblocks their types back
 * @iso: the pageblocks; none afterwards
 *
 * Context: Any context that may take zone->lock; does not sleep.
 */
void contig_restore(struct contig_isolation *iso)
{
	struct zone *zone = page_zone(pfn_to_page(iso->start_pfn));
	unsigned long pfn = iso->end_pfn;

	while (pfn > iso->start_pfn) {
		int type = iso->migratetype;

		pfn -= pageblock_nr_pages;
		if (iso->types)
			type = iso->types[iso_index(iso, pfn)];
		undo_isolate_page_range(pfn, pfn + pageblock_nr_pages, type);
	}
	iso->end_pfn = iso->start_pfn;
	kfree(iso->types);
	iso->types = NULL;
	wake_up_var(zone);
}

static int wait_for_peer(struct contig_request *req, struct page *page,
			 unsigned long deadline)
{
	struct zone *zone = page_zone(page);

	while (is_migrate_isolate_page(page)) {
		if (fatal_signal_pending(current))
			return contig_blocked(req, page_to_pfn(page),
					      CONTIG_REASON_SIGNAL, -EINTR);
		if (contig_is_late(req))
			return contig_blocked(req, page_to_pfn(page),
					      CONTIG_REASON_PEER, -ETIMEDOUT);
		if (time_after(jiffies, deadline))
			return contig_blocked(req, page_to_pfn(page),
					      CONTIG_REASON_PEER, -EBUSY);
		wait_var_event_timeout(zone, !is_migrate_isolate_page(page),
				       CONTIG_PEER_POLL);
	}
	return 0;
}

/* Why could this pageblock not be isolated? */
static int blame(struct contig_request *req, unsigned long start_pfn,
		 unsigned long end_pfn)
{
	struct contig_survey survey;

	contig_survey(start_pfn, end_pfn, &survey);
	if (survey.unmovable_pfn < end_pfn)
		return contig_blocked(req, survey.unmovable_pfn,
				      CONTIG_REASON_UNMOVABLE, -EBUSY);
	return contig_blocked(req, start_pfn, CONTIG_REASON_UNMOVABLE, -EBUSY);
}

/*
 * An area's pageblock: nothing in it is unmovable by right, and whoever asks
 * has looked at the pages that matter. So it is isolated without a further look
 * and without regard to its neighbours: a free block that spans two pageblocks
 * is split, and used pages that do are moved as a whole.
 */
static int isolate_area_block(struct page *page)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;
	int type, err = -EBUSY;

	spin_lock_irqsave(&zone->lock, flags);
	type = get_pageblock_migratetype(page);
	if (is_migrate_isolate(type)) {
		err = -EAGAIN;
	} else if (is_migrate_cma(type) &&
		   move_freepages_block_isolate(zone, page, MIGRATE_ISOLATE)) {
		zone->nr_isolate_pageblock++;
		err = 0;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return err;
}

/* Return: 0, -EAGAIN if a peer holds it, else -EBUSY. */
static int isolate_block(const struct contig_request *req, unsigned long pfn,
			 unsigned long end_pfn)
{
	struct page *page = pfn_to_page(pfn);
	int err;

	if (is_migrate_cma(req->migratetype))
		return isolate_area_block(pfn_to_page(pageblock_start_pfn(pfn)));
	err = start_isolate_page_range(pfn, end_pfn, req->migratetype, 0,
				       req->gfp);
	return err && is_migrate_isolate_page(page) ? -EAGAIN : err;
}

/*
 * A pageblock of the atomic reserve becomes an ordinary one, and the reserve
 * smaller by it. Isolated as it is, it would still be counted when it is gone.
 */
static void leave_atomic_reserve(struct page *page)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	if (get_pageblock_migratetype(page) == MIGRATE_HIGHATOMIC &&
	    move_freepages_block_isolate(zone, page, MIGRATE_MOVABLE))
		zone->nr_reserved_highatomic -= min(pageblock_nr_pages,
						    zone->nr_reserved_highatomic);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Isolate the pageblock behind @iso, which must not be isolated already. */
static int isolate_next(struct contig_request *req,
			struct contig_isolation *iso)
{
	unsigned long block_pfn = iso->end_pfn;
	unsigned long start_pfn = max(req->start_pfn, block_pfn);
	unsigned long end_pfn = min(req->end_pfn, pageblock_end_pfn(block_pfn));
	struct page *page = pfn_to_page(block_pfn);
	int type, err;

	if (should_fail_cma(FAIL_CMA_ISOLATE))
		return contig_blocked(req, start_pfn, CONTIG_REASON_UNMOVABLE,
				      -EBUSY);
	if (get_pageblock_migratetype(page) == MIGRATE_HIGHATOMIC)
		leave_atomic_reserve(page);
	type = get_pageblock_migratetype(page);
	/* A type read while a peer is at work is not the one to restore. */
	err = is_migrate_isolate(type) ? -EAGAIN :
					 isolate_block(req, start_pfn, end_pfn);
	if (err == -EAGAIN)
		return contig_blocked(req, start_pfn, CONTIG_REASON_PEER, -EBUSY);
	if (err)
		return blame(req, start_pfn, end_pfn);

	if (iso->types)
		iso->types[iso_index(iso, block_pfn)] = type;
	iso->end_pfn += pageblock_nr_pages;
	return 0;
}

/**
 * contig_isolate() - isolate every pageblock that a range touches
 * @req: the request
 * @iso: what is held; to be given to contig_restore()
 *
 * Context: Process context; waits for peers of the same area, holding nothing.
 * Return: 0; -EBUSY or -EINTR with the blocker in @req; -ENOMEM. Nothing is
 * held after an error.
 */
int contig_isolate(struct contig_request *req, struct contig_isolation *iso)
{
	unsigned long deadline = jiffies + CONTIG_PEER_TIMEOUT;
	unsigned long stop_pfn = pageblock_align(req->end_pfn);
	unsigned long peer_pfn;
	int err;

	*iso = (struct contig_isolation) {
		.start_pfn = pageblock_start_pfn(req->start_pfn),
		.end_pfn = pageblock_start_pfn(req->start_pfn),
		.migratetype = req->migratetype,
	};

	for (;;) {
		if (!is_migrate_cma(req->migratetype)) {
			iso->types = kcalloc(iso_index(iso, stop_pfn),
					     sizeof(*iso->types),
					     req->gfp & GFP_RECLAIM_MASK);
			if (!iso->types)
				return contig_blocked(req, req->start_pfn,
						      CONTIG_REASON_NO_MEMORY,
						      -ENOMEM);
		}

		err = 0;
		while (!err && iso->end_pfn < stop_pfn)
			err = isolate_next(req, iso);
		if (!err)
			return 0;

		peer_pfn = req->blocker_pfn;
		contig_restore(iso);
		if (req->reason != CONTIG_REASON_PEER ||
		    !is_migrate_cma(req->migratetype) ||
		    (req->gfp & __GFP_NORETRY))
			return err;
		err = wait_for_peer(req, pfn_to_page(peer_pfn), deadline);
		if (err)
			return err;
	}
}
