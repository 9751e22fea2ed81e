// SPDX-License-Identifier: GPL-2.0
/*
 * How did the requests to an area go?
 *
 * Three things are kept for each area:
 *
 *	counts		requests = successes + failures by reason + those that
 *			are under way; the first is counted when a request
 *			begins and the others when it ends, so that the sum shows
 *			whether each end was told
 *	latency		a histogram over time for each class of sizes, of all
 *			requests that have ended
 *	blockers	the pages that were in the way, and what they were at
 *			that moment
 *
 * A page in the way is looked at while it is in use by others: with a reference
 * of its own, its file only if it could be locked at once. What is written down
 * is numbers, never a pointer.
 */
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "alloc.h"
#include "area.h"
#include "insight.h"

#define CREATE_TRACE_POINTS
#include <trace/events/cma_insight.h>

static unsigned int size_class(unsigned long nr_pages)
{
	return min(DIV_ROUND_UP(order_base_2(nr_pages), 4),
		   CMA_SIZE_CLASSES - 1);
}

static unsigned int time_bucket(u64 ns)
{
	return min(fls64(div_u64(ns, NSEC_PER_USEC)), CMA_TIME_BUCKETS - 1);
}

static const char *kind_of(const struct folio *folio)
{
	if (folio_test_slab(folio))
		return "slab";
	if (folio_test_pgtable(folio))
		return "pgtable";
	if (folio_test_hugetlb(folio))
		return "hugetlb";
	if (folio_test_reserved(folio))
		return "reserved";
	/* Its driver's: of no file, though its mapping says something. */
	if (__folio_test_movable(folio))
		return "movable";
	if (folio_test_anon(folio))
		return "anon";
	if (!READ_ONCE(folio->mapping))
		return "other";
	return folio_test_swapbacked(folio) ? "shmem" : "file";
}

/* As long as it is locked it stays in its file, and the file stays. */
static void note_file(struct folio *folio, struct cma_blocker *blocker)
{
	struct address_space *mapping;

	if (!folio_trylock(folio))
		return;
	mapping = folio_test_anon(folio) ? NULL : folio_mapping(folio);
	if (mapping && mapping->host) {
		blocker->ino = mapping->host->i_ino;
		blocker->dev = mapping->host->i_sb->s_dev;
	}
	folio_unlock(folio);
}

/* Nobody has a reference to it: it is free, waits in a pool, or is on its way. */
static const char *kind_of_unused(const struct page *page)
{
	if (PageHuge(page))
		return "hugetlb";
	return is_free_buddy_page(page) ? "free" : "in-flight";
}

/* What is this page now? */
static void note_page(struct page *page, struct cma_blocker *blocker)
{
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio)) {
		blocker->kind = kind_of_unused(page);
		return;
	}
	if (page_folio(page) == folio) {
		blocker->kind = kind_of(folio);
		blocker->refs = folio_ref_count(folio) - 1;
		if (!folio_test_slab(folio)) {
			blocker->maps = folio_mapcount(folio);
			blocker->is_pinned = folio_maybe_dma_pinned(folio);
			note_file(folio, blocker);
		}
	}
	folio_put(folio);
}

/* The page's own slot, else the one that was of use longest ago. */
static struct cma_blocker *slot_of(struct cma_insight *insight,
				   unsigned long pfn)
{
	struct cma_blocker *slot, *oldest = insight->blockers;
	unsigned int i;

	lockdep_assert_held(&insight->lock);
	for (i = 0; i < ARRAY_SIZE(insight->blockers); i++) {
		slot = &insight->blockers[i];
		if (slot->last_ns && slot->pfn == pfn)
			return slot;
		if (slot->last_ns < oldest->last_ns)
			oldest = slot;
	}
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

/*
 * What a page was when it stopped an attempt says more than what it is when the
 * request gives up. So a look since @since_ns is kept; an attempt's is new.
 */
static void remember(struct cma_insight *insight, struct cma_blocker *seen,
		     u64 since_ns)
{
	struct cma_blocker *slot;
	unsigned long flags;

	spin_lock_irqsave(&insight->lock, flags);
	slot = slot_of(insight, seen->pfn);
	seen->nr_attempts += slot->nr_attempts;
	seen->nr_failures += slot->nr_failures;
	if (slot->last_ns > since_ns) {
		slot->nr_attempts = seen->nr_attempts;
		slot->nr_failures = seen->nr_failures;
		slot->last_ns = seen->last_ns;
	} else {
		*slot = *seen;
	}
	spin_unlock_irqrestore(&insight->lock, flags);
}

/* @ns: how long the request took, if it has failed; 0 if it goes on. */
static void note_blocker(struct cma *cma, const struct cma_alloc_request *req,
			 bool failed, u64 ns)
{
	struct cma_blocker seen = {
		.pfn = req->blocker_pfn,
		.reason = req->reason,
		.kind = "gone",
		.nr_attempts = !failed,
		.nr_failures = failed,
		.last_ns = ktime_get_boottime_ns(),
	};
	struct page *page = pfn_to_online_page(seen.pfn);

	if (page)
		note_page(page, &seen);
	trace_cma_blocked(cma->name, &seen, failed);
	if (cma->insight)
		remember(cma->insight, &seen,
			 failed ? seen.last_ns - ns : U64_MAX);
}

/* Did a page make it fail, or want of room or of time? */
static bool blames_page(const struct cma_alloc_request *req)
{
	return req->blocker_pfn && req->reason != CONTIG_REASON_NONE &&
	       req->reason != CONTIG_REASON_TIMEOUT &&
	       req->reason != CONTIG_REASON_SIGNAL;
}

/**
 * cma_insight_start() - a request begins
 * @cma: the area
 * @req: the request; its start_ns is set
 *
 * Context: Any.
 */
void cma_insight_start(struct cma *cma, struct cma_alloc_request *req)
{
	req->start_ns = ktime_get_ns();
	if (cma->insight)
		atomic64_inc(&cma->insight->nr_requests);
}

/**
 * cma_insight_done() - a request has ended
 * @cma: the area
 * @req: the request
 * @pfn: first page frame, if it has got pages
 * @err: 0, or how it failed
 *
 * Context: Process context; may sleep.
 */
void cma_insight_done(struct cma *cma, const struct cma_alloc_request *req,
		      unsigned long pfn, int err)
{
	struct cma_insight *insight = cma->insight;
	u64 ns = ktime_get_ns() - req->start_ns;

	if (insight) {
		unsigned int class = size_class(req->nr_pages);

		/* An end is never seen before its beginning: requests_show(). */
		smp_mb__before_atomic();
		atomic64_inc(&insight->latency[class][time_bucket(ns)]);
		if (!err)
			atomic64_inc(&insight->nr_success);
		else if (err == -EINVAL)
			atomic64_inc(&insight->nr_invalid);
		else
			atomic64_inc(&insight->nr_failed[req->reason]);

		if (!err && static_branch_unlikely(&cma_holders_key))
			cma_holders_add(cma, req, pfn);
	}
	if (err && blames_page(req))
		note_blocker(cma, req, true, ns);
	trace_cma_request(cma->name, req, err ? ~0UL : pfn, err, ns);
}

/**
 * cma_insight_blocked() - an attempt at a range has failed, and was worth it
 * @cma: the area
 * @req: the request, with the page that was in the way
 *
 * Context: Process context.
 */
void cma_insight_blocked(struct cma *cma, const struct cma_alloc_request *req)
{
	note_blocker(cma, req, false, 0);
}

/**
 * cma_insight_release() - pages are about to come back
 * @cma: the area
 * @pfn: first page frame; nobody else can have it yet
 * @nr_pages: number of pages
 * @caller: who gives them back
 *
 * Context: Any.
 */
void cma_insight_release(struct cma *cma, unsigned long pfn,
			 unsigned long nr_pages, void *caller)
{
	if (static_branch_unlikely(&cma_holders_key) && cma->insight)
		cma_holders_remove(cma, pfn, nr_pages);
	trace_cma_return(cma->name, pfn, nr_pages, caller);
}

/**
 * cma_insight_init() - begin to remember
 * @cma: the area, about to come into service
 *
 * Context: Boot, slab is up.
 */
void __init cma_insight_init(struct cma *cma)
{
	struct cma_insight *insight = kzalloc(sizeof(*insight), GFP_KERNEL);

	/* Then it does without, and so do the files. */
	if (!insight)
		return;
	spin_lock_init(&insight->lock);
	insight->holders = RB_ROOT;
	cma->insight = insight;
	if (cma_holders_wanted())
		cma_holders_record(cma, true);
}
