// SPDX-License-Identifier: GPL-2.0
/*
 * Which range of an area shall a request have?
 *
 * First the one that the map suggests, without a look at its pages: in an area
 * that nobody lives in, it is free. Small requests are kept together in
 * pageblocks of their own, towards the top, and large ones come from the
 * bottom, so that large windows stay whole.
 *
 * If that one is not free, the pages are looked at, and the range is chosen
 * that is cheapest to empty; it costs nothing if it is free. A range with a page
 * in the way is not chosen at all. The window slides over the area in steps;
 * behind a blocker it starts anew at the next possible start, so that a range
 * which just fits between two blockers is found. Small requests look from the
 * top here too: a free page at the other end of the area, taken only because it
 * is free, would part a large window for as long as it is held. For the same
 * reason a window that leaves room for one less of its size than there could be
 * is the last choice.
 *
 *	gap of the map	|------------------------------------|
 *	pages		 ..tt.....X.....ttttttt..........X....	t tenant, X blocker
 *	windows		 [=======] [=======]			X ends a window;
 *			           -> [=======]			others slide
 *
 * Looking ends when it has cost a good part of what it could still save: so it
 * is a fraction of the whole, however large the area is, next to nothing where
 * one range is as good as another, and it goes on to the end only where nothing
 * is found.
 *
 * An area of several ranges is several of these pictures: they are searched one
 * after the other, and a window lies in one of them.
 */
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "../contig/contig.h"
#include "../contig/fault.h"
#include "area.h"
#include "place.h"

/* Instructions, by measure: a page looked at, a pageblock isolated. */
#define CMA_COST_LOOK		20
#define CMA_COST_BLOCK		10000

/* A window that the next request does not find: for each page, as to move it. */
#define CMA_COST_LOST		4000

/* Looking may cost this part of what it could save, if nothing is known free. */
#define CMA_LOOK_SHARE		8

/* A window is this many chunks at most; costs are added up by chunk. */
#define CMA_CHUNKS		16
#define CMA_CHUNK_MIN		16UL

/* Of these, many go into a pageblock. */
static bool is_small(const struct cma_alloc_request *req)
{
	return req->nr_pages <= pageblock_nr_pages / 8;
}

static bool try_claim(struct cma *cma, const struct cma_claim *claim,
		      unsigned long nr_pages)
{
	unsigned long flags;
	bool claimed;

	spin_lock_irqsave(&cma->lock, flags);
	claimed = cma_map_try_claim(claim->range->map, claim->offset, nr_pages);
	spin_unlock_irqrestore(&cma->lock, flags);
	return claimed;
}

/*
 * Small blocks are aligned to their size if there is such a place: then they do
 * not cut more of the buddy allocator's blocks than they need.
 */
static unsigned long find_small(struct cma_map *map,
				const struct cma_alloc_request *req)
{
	unsigned int order = order_base_2(req->nr_pages);
	unsigned long offset;

	if (is_power_of_2(req->nr_pages) && order > req->align_order) {
		offset = cma_map_find(map, req->nr_pages, order, CMA_MAP_HIGH);
		if (offset != CMA_MAP_NONE)
			return offset;
	}
	return cma_map_find(map, req->nr_pages, req->align_order, CMA_MAP_HIGH);
}

/**
 * cma_place_next() - claim a range that no request holds
 * @cma: the area
 * @req: the request
 *
 * Context: Any.
 * Return: the range, claimed; nowhere if there is none in the whole area.
 */
struct cma_claim cma_place_next(struct cma *cma,
				const struct cma_alloc_request *req)
{
	struct cma_claim claim = { };
	unsigned long offset, flags;
	struct cma_range *range;

	spin_lock_irqsave(&cma->lock, flags);
	for_each_cma_range(range, cma) {
		if (is_small(req))
			offset = find_small(range->map, req);
		else
			offset = cma_map_find(range->map, req->nr_pages,
					      req->align_order, CMA_MAP_LOW);
		if (offset == CMA_MAP_NONE)
			continue;
		cma_map_claim(range->map, offset, req->nr_pages);
		claim.range = range;
		claim.offset = offset;
		break;
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	return claim;
}

/**
 * cma_place_note() - remember a page that was in the way
 * @cma: the area
 * @pfn: its page frame
 *
 * Context: Any.
 */
void cma_place_note(struct cma *cma, unsigned long pfn)
{
	struct cma_blockers *blockers = &cma->blockers;
	unsigned long flags;
	unsigned int slot;

	spin_lock_irqsave(&cma->lock, flags);
	slot = blockers->nr_noted % CMA_NR_BLOCKERS;
	WRITE_ONCE(blockers->pfn[slot], pfn);
	WRITE_ONCE(blockers->when[slot], jiffies);
	WRITE_ONCE(blockers->nr_noted, blockers->nr_noted + 1);
	spin_unlock_irqrestore(&cma->lock, flags);
}

/**
 * struct window_search - the cheapest window of an area, while it is searched
 * @cma: the area
 * @range: the piece of it that is being searched
 * @look: what is told about the search
 * @pages: what the engine tells about pages
 * @own: blockers from this number on were noted by the request itself
 * @doubt: do not believe the others
 * @len: pages in a window, whole granules
 * @step: distance of two possible starts, a power of two
 * @chunk: how far a window slides, a multiple of @step
 * @least_cost: no window costs less, as far as is known beforehand
 * @look_cost: what a look at a page has to save
 * @lost_cost: what it costs if the gap has room for one window less
 * @gap: where a window could begin first, in the gap that is being searched
 * @gap_end: where this gap ends
 * @best: the cheapest window
 * @best_cost: what emptying it costs
 * @ring: cost of each chunk of the current window
 * @first_chunk: of the window's chunks, which slot of @ring holds the first
 * @nr_chunks: how many there are
 * @cost: their sum
 */
struct window_search {
	struct cma *cma;
	struct cma_range *range;
	struct cma_look *look;
	struct contig_look pages;
	unsigned int own;
	bool doubt;
	unsigned long len;
	unsigned long step;
	unsigned long chunk;
	unsigned long least_cost;
	unsigned long look_cost;
	unsigned long lost_cost;
	unsigned long gap;
	unsigned long gap_end;
	struct cma_claim best;
	unsigned long best_cost;

	unsigned long ring[CMA_CHUNKS + 1];
	unsigned int first_chunk;
	unsigned int nr_chunks;
	unsigned long cost;
};

static void push_chunk(struct window_search *search, unsigned long cost)
{
	unsigned int slot = search->first_chunk + search->nr_chunks++;

	search->ring[slot % ARRAY_SIZE(search->ring)] = cost;
	search->cost += cost;
}

static void pop_chunk(struct window_search *search)
{
	search->cost -= search->ring[search->first_chunk];
	search->first_chunk = (search->first_chunk + 1) %
			      ARRAY_SIZE(search->ring);
	search->nr_chunks--;
}

/* The first possible start at or above an offset. */
static unsigned long next_start(const struct window_search *search,
				unsigned long offset)
{
	unsigned long base_pfn = search->range->base_pfn;

	/* A range starts on a granule; alignment is one of page frames. */
	return ALIGN(base_pfn + offset, search->step) - base_pfn;
}

/* Of the blockers that are remembered, the first in a range; @end if none. */
static unsigned long first_noted(const struct window_search *search,
				 unsigned long start_pfn, unsigned long end_pfn)
{
	const struct cma_blockers *blockers = &search->cma->blockers;
	unsigned int nr_noted = READ_ONCE(blockers->nr_noted);
	unsigned int i;

	for (i = nr_noted - min(nr_noted, CMA_NR_BLOCKERS); i != nr_noted; i++) {
		unsigned int slot = i % CMA_NR_BLOCKERS;
		unsigned long when = READ_ONCE(blockers->when[slot]);
		unsigned long pfn = READ_ONCE(blockers->pfn[slot]);

		if (pfn < start_pfn || pfn >= end_pfn)
			continue;
		/* What this request has tried, it does not try again. */
		if ((int)(i - search->own) >= 0 ||
		    (!search->doubt &&
		     time_before(jiffies, when + CMA_BLOCKER_TIME)))
			end_pfn = pfn;
	}
	return end_pfn;
}

static bool may_leave_by_itself(enum contig_reason reason)
{
	return reason == CONTIG_REASON_PINNED ||
	       reason == CONTIG_REASON_IN_FLIGHT ||
	       reason == CONTIG_REASON_WRITEBACK;
}

/*
 * Look at a range.
 *
 * Return: 0 with what emptying it costs in @cost, or the first offset behind
 * the page that is in the way.
 */
static unsigned long look_at(struct window_search *search, unsigned long start,
			     unsigned long end, unsigned long *cost)
{
	unsigned long base_pfn = search->range->base_pfn;
	struct cma_look *look = search->look;
	unsigned long noted_pfn, pfn;

	noted_pfn = first_noted(search, base_pfn + start, base_pfn + end);
	search->pages.cost = 0;
	pfn = contig_look(base_pfn + start, noted_pfn, &search->pages);
	*cost = search->pages.cost;
	cond_resched();

	if (pfn == base_pfn + end)
		return 0;
	if (pfn == noted_pfn) {
		look->nr_avoided++;
		return pfn + 1 - base_pfn;
	}
	if (look->reason == CONTIG_REASON_NONE ||
	    (may_leave_by_itself(search->pages.reason) &&
	     !may_leave_by_itself(look->reason))) {
		look->blocker_pfn = pfn;
		look->reason = search->pages.reason;
	}
	return search->pages.behind_pfn - base_pfn;
}

/* Has the gap, with this window in it, room for one less than it could have? */
static bool loses_window(const struct window_search *search,
			 unsigned long start)
{
	unsigned long below = start - search->gap;
	unsigned long above = search->gap_end - start - search->len;
	unsigned long pitch = ALIGN(search->len, search->step);

	return below % pitch + above % pitch >= pitch;
}

/* Return: true if it is no use to look any further. */
static bool consider(struct window_search *search, unsigned long start,
		     unsigned long cost)
{
	unsigned long end = start + search->len;

	if (cost && cost < search->best_cost) {
		unsigned long base_pfn = search->range->base_pfn;
		/* What lies behind the range's end may be no memory at all. */
		unsigned long last = min(end, search->range->nr_pages - 1);

		cost += contig_edge_cost(base_pfn + start, base_pfn + last);
		cost += CMA_COST_BLOCK * (((end - 1) >> pageblock_order) -
					  (start >> pageblock_order) + 1);
	}
	if (search->lost_cost && loses_window(search, start))
		cost += search->lost_cost;
	if (cost < search->best_cost) {
		search->best.range = search->range;
		search->best.offset = start;
		search->best_cost = cost;
	}
	return search->best_cost <= search->least_cost +
	       search->pages.nr_looks * search->look_cost;
}

/* Windows of not more than a chunk: each is looked at for itself. */
static bool search_short(struct window_search *search, unsigned long from,
			 unsigned long stop, unsigned long end)
{
	unsigned long start = next_start(search, from);
	unsigned long behind, cost;

	search->gap = start;
	search->gap_end = end;
	while (start < stop && start + search->len <= end) {
		behind = look_at(search, start, start + search->len, &cost);
		if (behind) {
			start = next_start(search, behind);
			search->gap = start;
			continue;
		}
		if (consider(search, start, cost))
			return true;
		start += search->chunk;
	}
	return false;
}

/*
 * Windows of several chunks. The end of a window cuts a chunk in two; a blocker
 * in the part behind it is not this window's.
 */
static bool search_long(struct window_search *search, unsigned long from,
			unsigned long stop, unsigned long end)
{
	unsigned long start = next_start(search, from), cursor = start;
	unsigned long behind, cost, rest;

	search->gap = start;
	search->gap_end = end;
	while (start < stop && start + search->len <= end) {
		unsigned long window_end = start + search->len;
		unsigned long cut = min(cursor + search->chunk, window_end);

		behind = look_at(search, cursor, cut, &cost);
		if (behind)
			goto start_anew;
		if (cut == window_end) {
			if (consider(search, start, search->cost + cost))
				return true;
			if (cursor + search->chunk > end)
				break;
			behind = look_at(search, cut, cursor + search->chunk,
					 &rest);
			if (behind)
				goto start_anew;
			cost += rest;
			pop_chunk(search);
			start += search->chunk;
		}
		push_chunk(search, cost);
		cursor += search->chunk;
		continue;
start_anew:
		start = next_start(search, behind);
		search->gap = start;
		cursor = start;
		search->nr_chunks = 0;
		search->cost = 0;
	}
	search->nr_chunks = 0;
	search->cost = 0;
	return false;
}

/* Windows that start in [from, stop), in whatever the map has no claim on. */
static bool search_gaps(struct window_search *search, unsigned long from,
			unsigned long stop)
{
	bool is_short = search->len <= search->chunk;
	unsigned long end;

	while (from < stop) {
		from = cma_map_next_gap(search->range->map, from,
					stop + search->len, &end);
		if (from == CMA_MAP_NONE)
			break;
		if (is_short ? search_short(search, from, stop, end) :
			       search_long(search, from, stop, end))
			return true;
		from = end;
		if (fatal_signal_pending(current))
			return true;
	}
	return false;
}

/* Return: true if it is no use to look at other ranges. */
static bool search_range(struct window_search *search,
			 const struct cma_alloc_request *req)
{
	const struct cma_range *range = search->range;
	const struct zone *zone = page_zone(pfn_to_page(range->base_pfn));
	unsigned long from;

	search->least_cost = contig_least_cost(zone, MIGRATE_CMA,
					       req->nr_pages);
	search->look_cost = CMA_COST_LOOK;
	if (search->least_cost)
		search->look_cost *= CMA_LOOK_SHARE;

	search->lost_cost = is_small(req) ? 0 : CMA_COST_LOST * search->len;
	if (!is_small(req))
		return search_gaps(search, 0, range->nr_pages);

	/* From the top, a pageblock at a time. */
	for (from = range->nr_pages; from; from -= pageblock_nr_pages)
		if (search_gaps(search, from - pageblock_nr_pages, from))
			return true;
	return false;
}

/**
 * cma_place_cheapest() - claim the range that is cheapest to empty
 * @cma: the area
 * @req: the request
 * @own: of the blockers noted, those from this number on are the request's own
 * @doubt: avoid no others, though they were noted lately
 * @look: what was seen
 *
 * Context: Process context; looks at every page if need be.
 * Return: the range, claimed; nowhere if a page is in the way of each.
 */
struct cma_claim cma_place_cheapest(struct cma *cma,
				    const struct cma_alloc_request *req,
				    unsigned int own, bool doubt,
				    struct cma_look *look)
{
	unsigned long granule = 1UL << cma->order_per_bit;
	struct window_search search = {
		.cma = cma,
		.look = look,
		.pages = { .gfp = req->gfp },
		.own = own,
		.doubt = doubt,
		.len = round_up(req->nr_pages, granule),
		.step = max(1UL << req->align_order, granule),
		.best_cost = ULONG_MAX,
	};

	*look = (struct cma_look) { };
	search.chunk = max3(search.step, CMA_CHUNK_MIN,
			    roundup_pow_of_two(search.len) / CMA_CHUNKS);

	for_each_cma_range(search.range, cma)
		if (search_range(&search, req))
			break;

	look->cost = search.best_cost;
	look->nr_extra = search.pages.nr_extra;
	if (search.best.range && (should_fail_cma(FAIL_CMA_PLACE) ||
				  !try_claim(cma, &search.best, req->nr_pages)))
		search.best.range = NULL;
	return search.best;
}
