// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous memory areas: from a request to its pages, and back.
 *
 *	cma_alloc()
 *	  place		a range, claimed: ours to work on	(cma/place.c)
 *	  take		its pages out of the buddy		(contig/range.c)
 *	  settle	the range is held: the caller's
 *
 *	cma_release()
 *	  unclaim	held becomes in transit: a second release is seen
 *	  free		the pages into the buddy		(contig/free.c)
 *	  vacate	the range can be picked again
 *
 * A claim keeps requests of one area apart from each other; it is made and
 * dropped under cma->lock, and no lock at all is held while pages are taken or
 * freed. So requests run side by side. Two that need the same pageblock
 * isolated are sorted out by the engine.
 *
 * There are two ways to a range. The short one is for a range that is free, and
 * leads straight to the buddy allocator. Only if there is none, the pages are
 * looked at, and the range that is cheapest to empty is emptied; should it
 * fail, the page that was in the way is remembered and the next one is tried.
 * If a page is in the way of every range, what is done depends on the page:
 * per-CPU caches that may hold it are drained, and a page that may leave by
 * itself is waited for, within bounds. Otherwise the request fails, and says
 * which page it was.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/alloc_tag.h>
#include <linux/cma.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include "cma/area.h"
#include "cma/insight.h"
#include "cma/place.h"
#include "cma/private.h"
#include "cma/alloc.h"
#include "cma/stats.h"
#include "contig/contig.h"
#include "contig/fault.h"

#define CREATE_TRACE_POINTS
#include <trace/events/cma.h>

/* How long to wait for peers that work on every range, and how often to look. */
#define CMA_PEER_TIMEOUT	(10 * HZ)
#define CMA_PEER_POLL		(HZ / 10 ?: 1)

/* How often a request may pause for a page that leaves by itself, in all. */
#define CMA_PAUSES		8
#define CMA_PAUSE_MS		20

/* How many ranges may turn out to be blocked before the request changes tack. */
#define CMA_TRIES		CMA_NR_BLOCKERS
/* How many of them may be for want of memory elsewhere. */
#define CMA_MEMORY_TRIES	3

static bool is_late(const struct cma_alloc_request *req)
{
	return req->deadline && time_after_eq(jiffies, req->deadline);
}

/* Has the request to end, whatever else could be done? */
static int check_time(struct cma_alloc_request *req)
{
	if (fatal_signal_pending(current)) {
		req->reason = CONTIG_REASON_SIGNAL;
		return -EINTR;
	}
	if (is_late(req)) {
		if (req->reason == CONTIG_REASON_NONE)
			req->reason = CONTIG_REASON_TIMEOUT;
		return -ETIMEDOUT;
	}
	return 0;
}

/* What can a request do that finds every range claimed? */
enum cma_outlook {
	CMA_NO_HOPE,		/* fail: what is held stays held */
	CMA_WAIT,		/* until peers at work have finished */
	CMA_GO_ON,		/* one has finished meanwhile */
};

static enum cma_outlook outlook_of(struct cma *cma,
				   const struct cma_alloc_request *req)
{
	enum cma_outlook outlook = CMA_NO_HOPE;
	struct cma_range *range;
	unsigned long flags;

	if (cma->is_private)
		cma_private_collect(cma);

	spin_lock_irqsave(&cma->lock, flags);
	for_each_cma_range(range, cma) {
		if (cma_map_find(range->map, req->nr_pages, req->align_order,
				 CMA_MAP_LOW) != CMA_MAP_NONE) {
			outlook = CMA_GO_ON;
			break;
		}
		if (cma_map_worth_waiting(range->map, req->nr_pages,
					  req->align_order))
			outlook = CMA_WAIT;
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return outlook;
}

/*
 * Every range is held or in transit. As long as one could become free, wait
 * for it: the request holds no claim meanwhile, so nobody waits for it in turn.
 */
static int wait_for_peers(struct cma *cma, struct cma_alloc_request *req)
{
	unsigned long deadline = jiffies + CMA_PEER_TIMEOUT;
	enum cma_outlook outlook;
	int err;

	for (;;) {
		outlook = outlook_of(cma, req);
		if (outlook == CMA_GO_ON)
			return 0;
		if (outlook == CMA_NO_HOPE) {
			/* What stopped an attempt before is not why. */
			req->reason = CONTIG_REASON_NONE;
			req->blocker_pfn = 0;
			return -ENOMEM;
		}
		if (req->gfp & __GFP_NORETRY)
			return -EBUSY;
		err = check_time(req);
		if (err)
			return err;
		if (time_after(jiffies, deadline)) {
			req->reason = CONTIG_REASON_PEER;
			req->blocker_pfn = 0;
			return -EBUSY;
		}
		wait_event_timeout(cma->settled,
				   outlook_of(cma, req) != CMA_WAIT,
				   CMA_PEER_POLL);
	}
}

/*
 * Take a claimed range of a private area. A broken page is kept for good, so
 * that nobody meets it again.
 */
static int take_private(struct cma *cma, struct cma_alloc_request *req,
			const struct cma_claim *claim)
{
	unsigned long pfn = cma_claim_pfn(claim);
	struct cma_claim broken = *claim;
	unsigned long nr_good;

	nr_good = cma_private_take(pfn, req->nr_pages, req->gfp, req->frozen);
	if (nr_good == req->nr_pages) {
		cma_area_finish_transit(cma, claim, req->nr_pages, true);
		return 0;
	}

	broken.offset += nr_good;
	cma_area_finish_transit(cma, &broken, 1, true);
	if (nr_good)
		cma_area_finish_transit(cma, claim, nr_good, false);
	broken.offset++;
	nr_good = req->nr_pages - nr_good - 1;
	if (nr_good)
		cma_area_finish_transit(cma, &broken, nr_good, false);
	return -EAGAIN;
}

/* Take a claimed range out of the buddy allocator. */
static int take_lent(struct cma *cma, struct cma_alloc_request *req,
		     const struct cma_claim *claim, enum contig_effort effort)
{
	unsigned long pfn = cma_claim_pfn(claim);
	struct contig_request take = {
		.start_pfn = pfn,
		.end_pfn = pfn + req->nr_pages,
		.migratetype = MIGRATE_CMA,
		.gfp = req->gfp,
		.frozen = req->frozen,
		.effort = effort,
		.deadline = req->deadline,
	};
	int err;

	err = should_fail_cma(FAIL_CMA_CLAIM) ? -ENOMEM :
						alloc_hooks(contig_take(&take));
	cma_area_finish_transit(cma, claim, req->nr_pages, !err);
	if (!err)
		return 0;

	req->blocker_pfn = take.blocker_pfn;
	req->reason = take.reason;
	if (err == -EBUSY && effort != CONTIG_IF_FREE) {
		trace_cma_alloc_busy_retry(cma->name, pfn, pfn_to_page(pfn),
					   req->nr_pages, req->align_order);
		cma_insight_blocked(cma, req);
	}
	return err;
}

/* Take a claimed range. */
static int take_claim(struct cma *cma, struct cma_alloc_request *req,
		      const struct cma_claim *claim, enum contig_effort effort,
		      struct page **page)
{
	int err = cma->is_private ? take_private(cma, req, claim) :
				    take_lent(cma, req, claim, effort);

	if (!err)
		*page = pfn_to_page(cma_claim_pfn(claim));
	return err;
}

/*
 * The short way: take the range that the map suggests, if it is free.
 *
 * Return: 0; -EBUSY if it is not free; -EAGAIN if it turned out to be none;
 * -ENOENT if there is no range at all that could be tried.
 */
static int take_free(struct cma *cma, struct cma_alloc_request *req,
		     struct page **page)
{
	struct cma_claim claim = cma_place_next(cma, req);

	if (!claim.range)
		return -ENOENT;
	return take_claim(cma, req, &claim, CONTIG_IF_FREE, page);
}

/*
 * The long way: empty the range that is cheapest to empty, else the next.
 *
 * Return: 0; -EBUSY if a page is in the way of each, told in @look; else the
 * error that ended it.
 */
static int take_cheapest(struct cma *cma, struct cma_alloc_request *req,
			 enum contig_effort effort, struct cma_look *look,
			 struct page **page)
{
	unsigned int own = READ_ONCE(cma->blockers.nr_noted);
	unsigned int tries, nr_without_memory = 0;
	/* The last attempt believes nothing that it has not seen itself. */
	bool doubt = effort == CONTIG_INSIST;
	int err;

	/* This CPU's own batches are no reason to think of pins. */
	lru_add_drain();

	for (tries = 0; tries < CMA_TRIES; tries++) {
		struct cma_claim claim;

		err = check_time(req);
		if (err)
			return err;
		claim = cma_place_cheapest(cma, req, own, doubt, look);
		if (!claim.range) {
			if (look->cost == ULONG_MAX)
				break;
			continue;	/* a peer was faster */
		}
		err = take_claim(cma, req, &claim, effort, page);
		/* One tenant without a new place does not tell of others. */
		if (err == -ENOMEM && nr_without_memory++ < CMA_MEMORY_TRIES)
			err = -EBUSY;
		if (err != -EBUSY || (req->gfp & __GFP_NORETRY))
			return err;
		cma_place_note(cma, req->blocker_pfn);
	}
	if (nr_without_memory)
		return -ENOMEM;

	if (look->reason != CONTIG_REASON_NONE) {
		req->blocker_pfn = look->blocker_pfn;
		req->reason = look->reason;
	}
	return -EBUSY;
}

/* How many pages of the area are peers working on? */
static unsigned long nr_in_transit(struct cma *cma)
{
	struct cma_range *range;
	unsigned long nr_pages = 0;

	for_each_cma_range(range, cma)
		nr_pages += READ_ONCE(range->map->busy.nr_pages) -
			    READ_ONCE(range->map->held.nr_pages);
	return nr_pages;
}

/*
 * Wait until the page that is in the way leaves, or a peer that is at work
 * finishes: the range that it has may be the one that is good.
 *
 * Return: true if either has happened; false if the request has no more pauses.
 */
static bool wait_for_blocker(struct cma *cma, struct cma_alloc_request *req)
{
	unsigned long pause = msecs_to_jiffies(CMA_PAUSE_MS);
	unsigned long deadline = jiffies + CMA_PEER_TIMEOUT;
	unsigned long nr_pages;

	while (req->nr_pauses && !fatal_signal_pending(current) &&
	       !is_late(req)) {
		nr_pages = nr_in_transit(cma);
		if (nr_pages && time_before(jiffies, deadline)) {
			if (!wait_event_timeout(cma->settled,
						nr_in_transit(cma) != nr_pages,
						CMA_PEER_POLL))
				continue;
			/* Where there is a lot going on, wait for some of it. */
			schedule_timeout_killable(pause);
			req->nr_pauses--;
			return true;
		}
		req->nr_pauses--;
		schedule_timeout_killable(pause);
		if (contig_may_leave(req->blocker_pfn))
			return true;
	}
	return false;
}

static int alloc_range(struct cma *cma, struct cma_alloc_request *req,
		       struct page **page)
{
	enum contig_effort effort = CONTIG_EVACUATE;
	struct cma_look look = { };
	int err;

	for (;;) {
		err = take_free(cma, req, page);
		if (err == -ENOENT) {
			err = wait_for_peers(cma, req);
			if (err)
				return err;
			continue;
		}
		if (err == -EAGAIN)
			continue;
		if (err == -EBUSY)
			err = take_cheapest(cma, req, effort, &look, page);
		if (err != -EBUSY || (req->gfp & __GFP_NORETRY))
			return err;

		if (effort == CONTIG_EVACUATE) {
			effort = CONTIG_INSIST;
			if (look.nr_extra)
				lru_add_drain_all();
			if (look.nr_extra || look.nr_avoided)
				continue;
		}
		if (!wait_for_blocker(cma, req))
			return check_time(req) ?: -EBUSY;
	}
}

static DEFINE_RATELIMIT_STATE(report_limit, DEFAULT_RATELIMIT_INTERVAL,
			      DEFAULT_RATELIMIT_BURST);

/* Why a request makes no sense for this area; NULL if it does. */
static const char *why_not(const struct cma *cma,
			   const struct cma_alloc_request *req)
{
	if (!req->nr_pages)
		return "it has to be at least one";
	if (cma->state != CMA_ACTIVE)
		return "the area is not active";
	if (cma->is_private && req->gfp & __GFP_COMP)
		return "a private area has no compound pages";
	return NULL;
}

static void report_failure(struct cma *cma,
			   const struct cma_alloc_request *req, int err)
{
	unsigned long used, max_free;
	char aligned[32] = "";

	if ((req->gfp & __GFP_NOWARN) || !__ratelimit(&report_limit))
		return;

	if (err == -EINVAL) {
		pr_err("%s: cannot serve a request for %lu pages: %s\n",
		       cma->name, req->nr_pages, why_not(cma, req));
		return;
	}

	used = cma_area_used(cma);
	max_free = cma_area_max_free(cma);
	if (req->align_order)
		snprintf(aligned, sizeof(aligned), " aligned to %lu",
			 1UL << min(req->align_order, BITS_PER_LONG - 1U));
	if (req->reason == CONTIG_REASON_NONE || !req->blocker_pfn)
		pr_err("%s: no %lu pages%s, error %d: %s (area %lu, used %lu, largest piece %lu pages)\n",
		       cma->name, req->nr_pages, aligned, err,
		       req->reason == CONTIG_REASON_NONE ? "no range left" :
		       contig_reason_name(req->reason), cma->nr_pages, used,
		       max_free);
	else
		pr_err("%s: no %lu pages%s, error %d: page frame %#lx in the way, %s (area %lu, used %lu, largest piece %lu pages)\n",
		       cma->name, req->nr_pages, aligned, err, req->blocker_pfn,
		       contig_reason_name(req->reason), cma->nr_pages, used,
		       max_free);
}

/**
 * cma_alloc_request() - allocate contiguous pages, told in full what went wrong
 * @cma: the area
 * @req: what is wanted; its private members are set here
 * @page: the first page, on success
 *
 * Context: Process context, sleeps; GFP_NOIO and GFP_NOFS scopes are honoured.
 * Return: 0; -ENOMEM if no range is left, or no place for a tenant; -EBUSY if a
 * page is in the way of every range; -EINTR on a fatal signal; -ETIMEDOUT;
 * -EINVAL if the area is not active, is private and a compound page was asked
 * for, or nothing was.
 */
int cma_alloc_request(struct cma *cma, struct cma_alloc_request *req,
		      struct page **page)
{
	unsigned long i;
	int err = -EINVAL;

	might_sleep();
	trace_cma_alloc_start(cma->name, req->nr_pages, req->align_order);
	cma_insight_start(cma, req);

	req->gfp = current_gfp_context(req->gfp);
	if (cma->is_zeroed)
		req->gfp |= __GFP_ZERO;
	req->reason = CONTIG_REASON_NONE;
	req->blocker_pfn = 0;
	req->nr_pauses = CMA_PAUSES;
	req->deadline = req->timeout ? (jiffies + req->timeout ?: 1) : 0;
	*page = NULL;
	if (!why_not(cma, req))
		err = alloc_range(cma, req, page);

	if (!err) {
		/* Owners map these pages as they like, with tags of their own. */
		for (i = 0; i < req->nr_pages; i++)
			page_kasan_tag_reset(nth_page(*page, i));
		cma_stats_alloc_success(cma, req->nr_pages);
	} else {
		cma_stats_alloc_fail(cma, req->nr_pages);
	}

	cma_insight_done(cma, req, *page ? page_to_pfn(*page) : 0, err);
	if (err)
		report_failure(cma, req, err);
	trace_cma_alloc_finish(cma->name, *page ? page_to_pfn(*page) : ~0UL,
			       *page, req->nr_pages, req->align_order, err);
	return err;
}

static struct page *alloc(struct cma *cma, struct cma_alloc_request *req,
			  void *caller)
{
	struct page *page;

	might_sleep();
	if (!cma)
		return NULL;
	req->caller = caller;
	return cma_alloc_request(cma, req, &page) ? NULL : page;
}

static gfp_t kernel_gfp(bool no_warn)
{
	return GFP_KERNEL | (no_warn ? __GFP_NOWARN : 0);
}

/**
 * cma_alloc() - allocate contiguous pages from an area
 * @cma: the area; NULL is answered with NULL
 * @count: number of pages
 * @align_order: the first page frame is a multiple of 1 << this
 * @no_warn: say nothing in the log if it fails
 *
 * Whoever lives in the area may be migrated or written back, so this can take
 * long. The pages are not zeroed and may be highmem. Each has one reference of
 * its own; they are released with cma_release(), in one piece or in parts.
 *
 * Context: Process context, sleeps; GFP_NOIO and GFP_NOFS scopes are honoured.
 * Return: the first page, NULL if there is no such range.
 */
struct page *cma_alloc(struct cma *cma, unsigned long count,
		       unsigned int align_order, bool no_warn)
{
	struct cma_alloc_request req = {
		.nr_pages = count,
		.align_order = align_order,
		.gfp = kernel_gfp(no_warn),
	};

	return alloc(cma, &req, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(cma_alloc);

/**
 * cma_alloc_for() - allocate contiguous pages from an area, for a device
 * @cma: the area; NULL is answered with NULL
 * @device: its name, of which records have a copy; or NULL
 * @count: number of pages
 * @align_order: the first page frame is a multiple of 1 << this
 * @no_warn: say nothing in the log if it fails
 *
 * As cma_alloc(). What the name is for: whoever looks for the holder of pages
 * is told the device, not only the layer that asked on its behalf.
 *
 * Context: Process context, sleeps; GFP_NOIO and GFP_NOFS scopes are honoured.
 * Return: the first page, NULL if there is no such range.
 */
struct page *cma_alloc_for(struct cma *cma, const char *device,
			   unsigned long count, unsigned int align_order,
			   bool no_warn)
{
	struct cma_alloc_request req = {
		.nr_pages = count,
		.align_order = align_order,
		.gfp = kernel_gfp(no_warn),
		.device = device,
	};

	return alloc(cma, &req, __builtin_return_address(0));
}

/**
 * cma_alloc_frozen() - allocate contiguous pages without references
 * @cma: the area; NULL is answered with NULL
 * @count: number of pages
 * @align_order: the first page frame is a multiple of 1 << this
 * @no_warn: say nothing in the log if it fails
 *
 * As cma_alloc(), but the reference count of each page is 0: nobody else can
 * get hold of it. The pages are returned with cma_release_frozen(); or their
 * owner sets a reference to each, and from then on they are cma_alloc()'s.
 *
 * Context: Process context, sleeps; GFP_NOIO and GFP_NOFS scopes are honoured.
 * Return: the first page, NULL if there is no such range.
 */
struct page *cma_alloc_frozen(struct cma *cma, unsigned long count,
			      unsigned int align_order, bool no_warn)
{
	struct cma_alloc_request req = {
		.nr_pages = count,
		.align_order = align_order,
		.gfp = kernel_gfp(no_warn),
		.frozen = true,
	};

	return alloc(cma, &req, __builtin_return_address(0));
}

/**
 * cma_alloc_frozen_compound() - allocate one compound page without a reference
 * @cma: the area; NULL is answered with NULL
 * @order: log2 of its size in pages, not 0; it is aligned to its size
 *
 * Nothing is said in the log if it fails. It is returned with
 * cma_release_frozen().
 *
 * Context: Process context, sleeps.
 * Return: the head page, NULL if there is no such range.
 */
struct page *cma_alloc_frozen_compound(struct cma *cma, unsigned int order)
{
	struct cma_alloc_request req = {
		.align_order = order,
		.gfp = GFP_KERNEL | __GFP_COMP | __GFP_NOWARN,
		.frozen = true,
	};

	if (WARN_ON_ONCE(!order || order >= BITS_PER_LONG))
		return NULL;
	req.nr_pages = 1UL << order;
	return alloc(cma, &req, __builtin_return_address(0));
}

/**
 * cma_alloc_folio() - allocate one folio from an area
 * @cma: the area; NULL is answered with NULL
 * @order: log2 of its size in pages, not 0; it is aligned to its size
 * @gfp: with __GFP_COMP; how to reclaim and prepare, and whether to warn
 *
 * Context: Process context, sleeps.
 * Return: the folio, with one reference; NULL if there is none.
 */
struct folio *cma_alloc_folio(struct cma *cma, int order, gfp_t gfp)
{
	struct cma_alloc_request req = { .gfp = gfp };
	struct page *page;

	if (!cma || WARN_ON_ONCE(order <= 0 || order >= BITS_PER_LONG ||
				 !(gfp & __GFP_COMP)))
		return NULL;

	req.nr_pages = 1UL << order;
	req.align_order = order;
	page = alloc(cma, &req, __builtin_return_address(0));
	return page ? page_folio(page) : NULL;
}

/**
 * cma_pages_valid() - do these pages belong to an area?
 * @cma: the area, or NULL
 * @pages: the first page, or NULL
 * @count: number of pages
 *
 * Context: Any.
 * Return: true if all of them lie in @cma.
 */
bool cma_pages_valid(struct cma *cma, const struct page *pages,
		     unsigned long count)
{
	struct cma_range *range;

	if (!cma || !pages)
		return false;
	range = cma_range_of(cma, page_to_pfn(pages));
	return range &&
	       count <= range->base_pfn + range->nr_pages - page_to_pfn(pages);
}

/* Does the range cut a compound page in two? Its owner knows that it is his. */
static bool cuts_compound(struct page *page, unsigned long count)
{
	struct page *last = nth_page(page, count - 1);

	return PageTail(page) ||
	       (PageCompound(last) &&
		page_to_pfn(compound_head(last)) + compound_nr(compound_head(last)) >
		page_to_pfn(page) + count);
}

/* Held pages go in transit, and nobody else may release them any more. */
static const char *unclaim(struct cma *cma, const struct cma_claim *claim,
			   unsigned long count)
{
	struct page *page = pfn_to_page(cma_claim_pfn(claim));
	const char *problem = NULL;
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	if (!cma_map_unclaim(claim->range->map, claim->offset, count)) {
		problem = "that it does not hold";
	} else if (cuts_compound(page, count)) {
		cma_map_settle(claim->range->map, claim->offset, count);
		problem = "that are parts of compound pages";
	} else {
		cma->nr_held -= count;
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return problem;
}

static bool release(struct cma *cma, const struct page *pages,
		    unsigned long count, bool frozen, void *caller)
{
	struct cma_claim claim;
	const char *problem;
	unsigned long pfn;

	if (!cma || !pages)
		return false;
	pfn = page_to_pfn(pages);
	claim.range = cma_range_of(cma, pfn);
	if (!claim.range)
		return false;
	claim.offset = pfn - claim.range->base_pfn;

	problem = unclaim(cma, &claim, count);
	if (problem) {
		pr_err_ratelimited("%s: %pS releases %lu pages at page frame %#lx %s\n",
				   cma->name, caller, count, pfn, problem);
		return true;
	}
	fail_cma_hold(FAIL_CMA_RELEASE);

	cma_insight_release(cma, pfn, count, caller);
	if (cma->is_private) {
		cma_private_free(cma, &claim, count);
	} else {
		if (frozen)
			contig_free_frozen(pfn, count);
		else
			contig_free(pfn, count);
		cma_area_finish_transit(cma, &claim, count, false);
	}
	cma_stats_release_success(cma, count);
	trace_cma_release(cma->name, pfn, pages, count);
	return true;
}

/**
 * cma_release() - give pages back to their area
 * @cma: the area, or NULL
 * @pages: the first page, or NULL
 * @count: number of pages; may be a part of an allocation
 *
 * Callers that do not know where pages came from ask the areas in turn: false
 * means no more than "not mine". Pages that are the area's but cannot be
 * released, because they are not allocated or run past its end, are reported
 * and left alone; the answer is true then, for they are nobody else's.
 *
 * Context: Any context that may take zone->lock; does not sleep.
 * Return: true if @pages is in the area.
 */
bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long count)
{
	return release(cma, pages, count, false, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(cma_release);

/**
 * cma_release_frozen() - give pages back that have no reference
 * @cma: the area, or NULL
 * @pages: the first page of cma_alloc_frozen() or cma_alloc_frozen_compound(),
 *	   or NULL
 * @count: number of pages; may be a part of an allocation, but not of a
 *	   compound page
 *
 * Context: Any context that may take zone->lock; does not sleep.
 * Return: as cma_release().
 */
bool cma_release_frozen(struct cma *cma, const struct page *pages,
			unsigned long count)
{
	return release(cma, pages, count, true, __builtin_return_address(0));
}

/* Has the area handed this page out? If not, somebody lives there. */
static bool is_held(struct cma *cma, const struct page *page)
{
	unsigned long pfn = page_to_pfn(page), flags;
	struct cma_range *range = cma_range_of(cma, pfn);
	bool held;

	if (!range)
		return false;
	spin_lock_irqsave(&cma->lock, flags);
	held = cma_map_is_held(range->map, pfn - range->base_pfn);
	spin_unlock_irqrestore(&cma->lock, flags);
	return held;
}

/**
 * cma_free_folio() - give a folio back to its area
 * @cma: the area, or NULL
 * @folio: the folio, or NULL
 *
 * Callers may ask for a folio of any origin, as hugetlb does: one that lives in
 * the area as a tenant is not the area's to free.
 *
 * Context: Any context that may take zone->lock; does not sleep.
 * Return: true if @cma has handed out @folio, which is gone then or, if only a
 * part of it was, reported and left alone; false if it is the caller's to free.
 */
bool cma_free_folio(struct cma *cma, const struct folio *folio)
{
	if (!cma || !folio || !is_held(cma, &folio->page))
		return false;
	return release(cma, &folio->page, folio_nr_pages(folio), false,
		       __builtin_return_address(0));
}
