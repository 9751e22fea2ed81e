// SPDX-License-Identifier: GPL-2.0
/*
 * How is a range of page frames taken, from request to pages?
 *
 *	contig_take()
 *	  take free		nothing but free pages: done, nobody was disturbed
 *	  isolate		  undo: restore
 *	  evacuate
 *	  take free
 *	  restore
 *	  publish		prepared, referenced, the caller's
 *
 * Whatever fails leaves the range as usable as it was, and says which page was
 * in the way and why. On top of it stand the calls that other parts of the
 * kernel know: a given range, or some range of a given size.
 */
#include "port.h"
#include "contig.h"

#define CREATE_TRACE_POINTS
#include <trace/events/contig.h>

/* A page can slip in between the last survey and the taking, but not often. */
#define CONTIG_TAKE_TRIES	3

/* How often alloc_contig_range() pauses for who may leave by itself. */
#define CONTIG_RANGE_PAUSES	4

static const char * const reason_name[] = {
#undef EM
#undef EMe
#define EM(name, text)	[CONTIG_REASON_##name] = text,
#define EMe(name, text)	[CONTIG_REASON_##name] = text,
	CONTIG_REASONS
};

/**
 * contig_reason_name() - a reason as people read it
 * @reason: the reason
 *
 * Return: a short text, never NULL.
 */
const char *contig_reason_name(enum contig_reason reason)
{
	return reason < ARRAY_SIZE(reason_name) ? reason_name[reason] : "?";
}

static int check_range(struct contig_request *req)
{
	unsigned long nr_pages = req->end_pfn - req->start_pfn;
	struct page *page;
	struct zone *zone;
	unsigned long pfn;

	if (req->end_pfn <= req->start_pfn)
		return -EINVAL;
	if ((req->gfp & __GFP_COMP) &&
	    (!is_power_of_2(nr_pages) || !IS_ALIGNED(req->start_pfn, nr_pages)))
		return -EINVAL;

	page = pfn_to_online_page(req->start_pfn);
	if (!page)
		return contig_blocked(req, req->start_pfn, CONTIG_REASON_HOLE, -EBUSY);
	zone = page_zone(page);
	if (req->end_pfn > zone_end_pfn(zone))
		return contig_blocked(req, zone_end_pfn(zone), CONTIG_REASON_HOLE,
				      -EBUSY);
	for (pfn = req->start_pfn; pfn < req->end_pfn;
	     pfn = pageblock_end_pfn(pfn))
		if (!pageblock_pfn_to_page(pfn, min(req->end_pfn,
						    pageblock_end_pfn(pfn)),
					   zone))
			return contig_blocked(req, pfn, CONTIG_REASON_HOLE, -EBUSY);
	return 0;
}

/* The long way: nobody moves in while everybody moves out. */
static int make_free_and_take(struct contig_request *req)
{
	struct contig_isolation iso;
	int tries, err;

	err = contig_isolate(req, &iso);
	if (err)
		return err;

	for (tries = 0; tries < CONTIG_TAKE_TRIES; tries++) {
		err = contig_evacuate(req);
		if (!err)
			err = contig_take_free(req, true);
		if (!err || req->reason != CONTIG_REASON_IN_USE)
			break;
	}

	contig_restore(&iso);
	return err;
}

/**
 * contig_take() - make a range free, and take it
 * @req: the range, all of it memory and of one zone, and how far to go for it;
 *	 with __GFP_COMP a naturally aligned power of two
 *
 * On success every page has one reference, or the range is one compound page
 * if @req->gfp says so; they are returned with contig_free(). With @req->frozen
 * there is no reference, and contig_free_frozen() takes them.
 *
 * Context: Process context; may sleep, unless @req->effort is CONTIG_IF_FREE
 * and @req->gfp asks for no zeroing.
 * Return: 0; -EBUSY if a page is in the way, -ENOMEM if there is no room for
 * a tenant elsewhere, -EINTR on a fatal signal, -ETIMEDOUT after
 * @req->deadline, each with the blocker in @req.
 */
int contig_take(struct contig_request *req)
{
	int err;

	req->reason = CONTIG_REASON_NONE;
	req->blocker_pfn = req->start_pfn;

	err = contig_take_free(req, false);
	if (err && req->effort != CONTIG_IF_FREE)
		err = make_free_and_take(req);
	if (!err)
		err = contig_publish(req);

	trace_contig_take(req->start_pfn, req->end_pfn, req->migratetype, err);
	if (err)
		trace_contig_blocked(req->blocker_pfn, req->reason);
	return err;
}

#ifdef CONFIG_CONTIG_ALLOC

/* What a caller may say about reclaim and preparation; placement is given. */
#define CONTIG_GFP_HEEDED						\
	(__GFP_IO | __GFP_FS | __GFP_RECLAIM | __GFP_COMP |		\
	 __GFP_RETRY_MAYFAIL | __GFP_NOWARN | __GFP_ZERO |		\
	 __GFP_ZEROTAGS | __GFP_SKIP_ZERO | __GFP_SKIP_KASAN)
#define CONTIG_GFP_IGNORED						\
	(GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_WRITE |		\
	 __GFP_HARDWALL | __GFP_THISNODE)

/**
 * alloc_contig_range() - allocate a given range of page frames
 * @start: first page frame
 * @end: first page frame behind the range
 * @migratetype: MIGRATE_CMA for a range of a contiguous memory area, else
 *		 MIGRATE_MOVABLE; a range is of one kind or the other
 * @gfp_mask: GFP_KERNEL, or less of it; may ask for zeroed pages, and with
 *	      __GFP_COMP for one compound page, if the range is a naturally
 *	      aligned power of two
 *
 * The range may start and end anywhere, but has to lie in one zone. Its pages
 * must belong to the caller, as an area's or a hot-plugged device's do: two
 * callers must not ask for the same pages at the same time.
 *
 * Context: Process context, may sleep.
 * Return: 0, and each page has one reference; -EBUSY if a page cannot be freed,
 * -ENOMEM, -EINTR on a fatal signal, -EINVAL for arguments that make no sense.
 */
int alloc_contig_range_noprof(unsigned long start, unsigned long end,
			      unsigned int migratetype, gfp_t gfp_mask)
{
	struct contig_request req = {
		.start_pfn = start,
		.end_pfn = end,
		.migratetype = migratetype,
		.effort = CONTIG_INSIST,
		.nr_pauses = CONTIG_RANGE_PAUSES,
	};

	if (gfp_mask & ~(CONTIG_GFP_HEEDED | CONTIG_GFP_IGNORED))
		return -EINVAL;
	req.gfp = current_gfp_context(gfp_mask) & CONTIG_GFP_HEEDED;
	return check_range(&req) ?: contig_take(&req);
}
EXPORT_SYMBOL(alloc_contig_range_noprof);

/*
 * The first page that certainly stays: looking costs less than finding out.
 * Meanwhile no struct page may be unplugged; contig_take() looks for itself.
 */
static unsigned long first_obstacle(struct zone *zone, unsigned long pfn,
				    unsigned long end_pfn)
{
	unsigned long block_pfn, obstacle_pfn = end_pfn;
	struct contig_survey survey;

	get_online_mems();

	for (block_pfn = pfn; block_pfn < end_pfn;
	     block_pfn = pageblock_end_pfn(block_pfn)) {
		unsigned long stop = min(end_pfn, pageblock_end_pfn(block_pfn));
		struct page *page;
		int type;

		page = pageblock_pfn_to_page(block_pfn, stop, zone);
		type = page ? get_pageblock_migratetype(page) : MIGRATE_ISOLATE;
		if (is_migrate_cma(type) || is_migrate_isolate(type)) {
			obstacle_pfn = block_pfn;
			break;
		}
		contig_survey(block_pfn, stop, &survey);
		if (survey.unmovable_pfn < stop) {
			obstacle_pfn = survey.unmovable_pfn;
			break;
		}
	}
	put_online_mems();
	return obstacle_pfn;
}

static struct page *search_zone(struct zone *zone, unsigned long nr_pages,
				gfp_t gfp, enum contig_effort effort)
{
	unsigned long align = is_power_of_2(nr_pages) ? nr_pages :
			      min(roundup_pow_of_two(nr_pages),
				  pageblock_nr_pages);
	unsigned long pfn = ALIGN(zone->zone_start_pfn, align);

	while (pfn + nr_pages <= zone_end_pfn(zone)) {
		struct contig_request req = {
			.start_pfn = pfn,
			.end_pfn = pfn + nr_pages,
			.migratetype = MIGRATE_MOVABLE,
			.gfp = gfp,
			.effort = effort,
		};
		int err;

		if (fatal_signal_pending(current))
			return NULL;
		req.blocker_pfn = first_obstacle(zone, pfn, req.end_pfn);
		if (req.blocker_pfn == req.end_pfn) {
			err = check_range(&req) ?: contig_take(&req);
			if (!err)
				return pfn_to_page(pfn);
			if (err == -EINTR)
				return NULL;
		}
		pfn = ALIGN(req.blocker_pfn + 1, align);
	}
	return NULL;
}

/**
 * alloc_contig_pages() - find and allocate a range of a given size
 * @nr_pages: number of pages
 * @gfp_mask: as for alloc_contig_range(); its zone bits say where to look
 * @nid: preferred node
 * @nodemask: nodes to look in, or NULL for all
 *
 * Contiguous memory areas are left alone. The pages are returned with
 * free_contig_range().
 *
 * Context: Process context, may sleep.
 * Return: the first page, naturally aligned if @nr_pages is a power of two;
 * NULL if there is no such range.
 */
struct page *alloc_contig_pages_noprof(unsigned long nr_pages, gfp_t gfp_mask,
				       int nid, nodemask_t *nodemask)
{
	struct zonelist *zonelist = node_zonelist(nid, gfp_mask);
	enum contig_effort effort;
	struct page *page = NULL;
	struct zoneref *ref;
	struct zone *zone;
	gfp_t gfp;

	if (!nr_pages ||
	    (gfp_mask & ~(CONTIG_GFP_HEEDED | CONTIG_GFP_IGNORED)))
		return NULL;
	gfp = current_gfp_context(gfp_mask) & CONTIG_GFP_HEEDED;

	for (effort = CONTIG_IF_FREE; !page && effort <= CONTIG_EVACUATE;
	     effort++) {
		for_each_zone_zonelist_nodemask(zone, ref, zonelist,
						gfp_zone(gfp_mask), nodemask) {
			page = search_zone(zone, nr_pages, gfp, effort);
			if (page)
				break;
		}
	}
	return page;
}

#endif /* CONFIG_CONTIG_ALLOC */
