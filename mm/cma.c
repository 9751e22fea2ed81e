// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous memory areas: from a request to its pages, and back.
 *
 *	cma_alloc()
 *	  pick		a range that nobody holds or works on	(cma/map.c)
 *	  claim		the range is in transit: ours to work on
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
 * A request sweeps the area up to three times, each time with more effort: for
 * a range that is free already, for one that can be emptied, and last for one
 * that can be emptied by waiting for whoever is in the way. A range that fails
 * tells which page was in the way, and the sweep goes on behind that page.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include "cma/area.h"
#include "cma/stats.h"
#include "contig/contig.h"

#define CREATE_TRACE_POINTS
#include <trace/events/cma.h>

/* How long to wait for peers that work on every range, and how often to look. */
#define CMA_PEER_TIMEOUT	(10 * HZ)
#define CMA_PEER_POLL		(HZ / 10 ?: 1)

/* How often a request may pause for pages that leave by themselves, in all. */
#define CMA_PAUSES		8

/**
 * struct cma_attempt - one request on its way through an area
 * @cma: the area
 * @nr_pages: size
 * @align_order: the first page frame is a multiple of 1 << this
 * @gfp: how the engine may reclaim, and how pages are prepared
 * @nr_pauses: how often it may still pause
 * @blocker_pfn: what was in the way last
 * @reason: why it was; CONTIG_REASON_NONE if nothing was even tried
 */
struct cma_attempt {
	struct cma *cma;
	unsigned long nr_pages;
	unsigned int align_order;
	gfp_t gfp;
	unsigned int nr_pauses;

	unsigned long blocker_pfn;
	enum contig_reason reason;
};

/* The next range from @from on, claimed; CMA_MAP_NONE if there is none. */
static unsigned long claim_next(const struct cma_attempt *at,
				unsigned long from)
{
	struct cma *cma = at->cma;
	unsigned long offset, flags;

	spin_lock_irqsave(&cma->lock, flags);
	offset = cma_map_find(&cma->map, from, at->nr_pages, at->align_order);
	if (offset != CMA_MAP_NONE)
		cma_map_claim(&cma->map, offset, at->nr_pages);
	spin_unlock_irqrestore(&cma->lock, flags);
	return offset;
}

/* A range leaves transit, one way or the other: tell who waits for that. */
static void finish_transit(struct cma *cma, unsigned long offset,
			   unsigned long nr_pages, bool taken)
{
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	if (taken)
		cma_map_settle(&cma->map, offset, nr_pages);
	else
		cma_map_vacate(&cma->map, offset, nr_pages);
	spin_unlock_irqrestore(&cma->lock, flags);
	wake_up_all(&cma->settled);
}

static bool may_wait(const struct cma_attempt *at)
{
	struct cma *cma = at->cma;
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&cma->lock, flags);
	ret = cma_map_worth_waiting(&cma->map, at->nr_pages, at->align_order);
	spin_unlock_irqrestore(&cma->lock, flags);
	return ret;
}

/*
 * Every range is held or in transit. As long as one could become free, wait
 * for it: the request holds no claim meanwhile, so nobody waits for it in turn.
 */
static int wait_for_peers(struct cma_attempt *at)
{
	unsigned long deadline = jiffies + CMA_PEER_TIMEOUT;

	if (at->gfp & __GFP_NORETRY)
		return -EBUSY;
	while (may_wait(at)) {
		if (fatal_signal_pending(current)) {
			at->reason = CONTIG_REASON_SIGNAL;
			return -EINTR;
		}
		if (time_after(jiffies, deadline)) {
			at->reason = CONTIG_REASON_PEER;
			return -EBUSY;
		}
		wait_event_timeout(at->cma->settled, !may_wait(at),
				   CMA_PEER_POLL);
	}
	return 0;
}

/* Take the claimed range at @offset. */
static struct page *take_claim(struct cma_attempt *at, unsigned long offset,
			       enum contig_effort effort, int *err)
{
	struct cma *cma = at->cma;
	unsigned long pfn = cma->base_pfn + offset;
	struct contig_request req = {
		.start_pfn = pfn,
		.end_pfn = pfn + at->nr_pages,
		.migratetype = MIGRATE_CMA,
		.gfp = at->gfp,
		.effort = effort,
		.nr_pauses = at->nr_pauses,
	};

	*err = contig_take(&req);
	at->nr_pauses = req.nr_pauses;
	finish_transit(cma, offset, at->nr_pages, !*err);
	if (!*err)
		return pfn_to_page(pfn);

	at->blocker_pfn = req.blocker_pfn;
	at->reason = req.reason;
	if (*err == -EBUSY && effort != CONTIG_IF_FREE)
		trace_cma_alloc_busy_retry(cma->name, pfn, pfn_to_page(pfn),
					   at->nr_pages, at->align_order);
	return NULL;
}

/*
 * Try the ranges of the area one after the other.
 *
 * Return: 0 with the pages in @page; -ENOENT if there was no range to try,
 * -EBUSY if a page was in the way of each, else the error that ended it.
 */
static int sweep(struct cma_attempt *at, enum contig_effort effort,
		 struct page **page)
{
	unsigned long offset = 0;
	int err = -ENOENT;

	while ((offset = claim_next(at, offset)) != CMA_MAP_NONE) {
		*page = take_claim(at, offset, effort, &err);
		if (err != -EBUSY)
			break;
		/* The blocker may lie in front, in the same pageblock. */
		offset = max(offset,
			     at->blocker_pfn - at->cma->base_pfn) + 1;
	}
	return err;
}

/* Sweep with growing effort; wait where nothing but peers is in the way. */
static int alloc_in_sweeps(struct cma_attempt *at, struct page **page)
{
	enum contig_effort last = at->gfp & __GFP_NORETRY ? CONTIG_EVACUATE :
							    CONTIG_INSIST;
	enum contig_effort effort = CONTIG_IF_FREE;
	int err;

	for (;;) {
		err = sweep(at, effort, page);
		if (err == -ENOENT) {
			if (!may_wait(at))
				return -ENOMEM;
			err = wait_for_peers(at);
			if (err)
				return err;
			continue;
		}
		if (err != -EBUSY || effort == last)
			return err;
		if (fatal_signal_pending(current)) {
			at->reason = CONTIG_REASON_SIGNAL;
			return -EINTR;
		}
		effort++;
	}
}

static DEFINE_RATELIMIT_STATE(report_limit, DEFAULT_RATELIMIT_INTERVAL,
			      DEFAULT_RATELIMIT_BURST);

static void report_failure(const struct cma_attempt *at, int err)
{
	unsigned long flags, used = 0, max_free = 0;
	struct cma *cma = at->cma;

	if ((at->gfp & __GFP_NOWARN) || !__ratelimit(&report_limit))
		return;

	if (err != -EINVAL) {
		spin_lock_irqsave(&cma->lock, flags);
		used = cma_map_used(&cma->map);
		max_free = cma_map_max_free(&cma->map);
		spin_unlock_irqrestore(&cma->lock, flags);
	}

	if (err == -EINVAL)
		pr_err("%s: cannot serve a request for %lu pages: %s\n",
		       cma->name, at->nr_pages,
		       at->nr_pages ? "the area is not active" :
				      "it has to be at least one");
	else if (at->reason == CONTIG_REASON_NONE)
		pr_err("%s: no %lu pages, error %d: no range left (area %lu, used %lu, largest piece %lu pages)\n",
		       cma->name, at->nr_pages, err, cma->nr_pages, used,
		       max_free);
	else
		pr_err("%s: no %lu pages, error %d: page frame %#lx in the way, %s (area %lu, used %lu, largest piece %lu pages)\n",
		       cma->name, at->nr_pages, err, at->blocker_pfn,
		       contig_reason_name(at->reason), cma->nr_pages, used,
		       max_free);
}

static struct page *alloc_gfp(struct cma *cma, unsigned long nr_pages,
			      unsigned int align_order, gfp_t gfp)
{
	struct cma_attempt at = {
		.cma = cma,
		.nr_pages = nr_pages,
		.align_order = align_order,
		.gfp = current_gfp_context(gfp),
		.nr_pauses = CMA_PAUSES,
	};
	struct page *page = NULL;
	unsigned long i;
	int err = -EINVAL;

	trace_cma_alloc_start(cma->name, nr_pages, align_order);

	if (nr_pages && cma->state == CMA_ACTIVE)
		err = alloc_in_sweeps(&at, &page);

	if (!err) {
		/* Owners map these pages as they like, with tags of their own. */
		for (i = 0; i < nr_pages; i++)
			page_kasan_tag_reset(nth_page(page, i));
		cma_stats_alloc_success(cma, nr_pages);
	} else {
		cma_stats_alloc_fail(cma, nr_pages);
		report_failure(&at, err);
	}

	trace_cma_alloc_finish(cma->name, page ? page_to_pfn(page) : ~0UL, page,
			       nr_pages, align_order, err);
	return page;
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
	might_sleep();
	if (!cma)
		return NULL;
	return alloc_gfp(cma, count, align_order,
			 GFP_KERNEL | (no_warn ? __GFP_NOWARN : 0));
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
	struct page *page;

	might_sleep();
	if (!cma || WARN_ON_ONCE(order <= 0 || order >= BITS_PER_LONG ||
				 !(gfp & __GFP_COMP)))
		return NULL;

	page = alloc_gfp(cma, 1UL << order, order, gfp);
	return page ? page_folio(page) : NULL;
}

static bool starts_in(const struct cma *cma, const struct page *pages)
{
	unsigned long pfn = page_to_pfn(pages);

	return pfn >= cma->base_pfn && pfn - cma->base_pfn < cma->nr_pages;
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
	if (!cma || !pages || !starts_in(cma, pages))
		return false;
	return count <= cma->base_pfn + cma->nr_pages - page_to_pfn(pages);
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
	unsigned long offset, flags;
	bool held;

	if (!cma || !pages || !starts_in(cma, pages))
		return false;

	offset = page_to_pfn(pages) - cma->base_pfn;
	spin_lock_irqsave(&cma->lock, flags);
	held = cma_map_unclaim(&cma->map, offset, count);
	spin_unlock_irqrestore(&cma->lock, flags);
	if (!held) {
		pr_err_ratelimited("%s: %pS releases %lu pages at page frame %#lx that it does not hold\n",
				   cma->name, __builtin_return_address(0),
				   count, page_to_pfn(pages));
		return true;
	}

	contig_free(cma->base_pfn + offset, count);
	finish_transit(cma, offset, count, false);
	cma_stats_release_success(cma, count);
	trace_cma_release(cma->name, page_to_pfn(pages), pages, count);
	return true;
}

/**
 * cma_free_folio() - give a folio back to its area
 * @cma: the area, or NULL
 * @folio: the folio, or NULL
 *
 * Context: Any context that may take zone->lock; does not sleep.
 * Return: as cma_release().
 */
bool cma_free_folio(struct cma *cma, const struct folio *folio)
{
	if (!folio)
		return false;
	return cma_release(cma, &folio->page, folio_nr_pages(folio));
}
