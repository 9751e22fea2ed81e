// SPDX-License-Identifier: GPL-2.0
/*
 * How do free pages leave the buddy allocator, and become the requester's?
 *
 *	          start_pfn                        end_pfn
 *	              |                               |
 *	 [  free block of order 4  ][ order 3 ][ order 3 ]
 *	 <-given back->                                ->given back<-
 *
 * Blocks are unlinked under zone->lock, with the type that their own pageblock
 * has at that moment: the counters of free pages stay right, and no pageblock
 * has to be isolated for pages that are free anyway. What sticks out at either
 * end stays in the buddy allocator. If a page turns out to be in use,
 * everything taken so far goes back.
 */
#include "port.h"
#include "contig.h"
#include "fault.h"

/* Blocks that are unlinked in one hold of zone->lock. */
#define CONTIG_BLOCKS_PER_HOLD	32

/* Pages that were unlinked and never prepared return as they were. */
static void give_back_locked(struct zone *zone, unsigned long start_pfn,
			     unsigned long end_pfn)
{
	unsigned long pfn = start_pfn;

	lockdep_assert_held(&zone->lock);
	while (pfn < end_pfn) {
		unsigned int order = contig_block_order(pfn, end_pfn,
							pageblock_order);
		struct page *page = pfn_to_page(pfn);

		__putback_isolated_page(page, order,
					get_pageblock_migratetype(page));
		pfn += 1UL << order;
	}
}

static void give_back(struct zone *zone, unsigned long start_pfn,
		      unsigned long end_pfn)
{
	unsigned long flags;

	while (start_pfn < end_pfn) {
		unsigned long stop = min(end_pfn, pageblock_end_pfn(start_pfn));

		spin_lock_irqsave(&zone->lock, flags);
		give_back_locked(zone, start_pfn, stop);
		spin_unlock_irqrestore(&zone->lock, flags);
		start_pfn = stop;
	}
}

/*
 * May free pages of a pageblock of this type be taken? From an area, only by a
 * request for an area, and then also if a peer holds the block isolated: only
 * our engine isolates an area's blocks, and peers never share a page. From
 * blocks that the request itself holds isolated, of course. Any other request
 * leaves alone what is an area's, a peer's or the atomic reserve.
 */
static bool may_take_from(const struct contig_request *req, bool isolated,
			  int type)
{
	if (isolated)
		return is_migrate_isolate(type);
	if (is_migrate_cma(req->migratetype))
		return is_migrate_cma(type) || is_migrate_isolate(type);
	return type < MIGRATE_PCPTYPES;
}

/* Is there a free block at @head_pfn, and does it cover @pfn? */
static bool covers(unsigned long head_pfn, unsigned long pfn)
{
	struct page *head = pfn_to_page(head_pfn);

	return PageBuddy(head) && head_pfn + (1UL << buddy_order(head)) > pfn;
}

/*
 * The free block that covers @pfn, NULL if there is none. In a row of blocks it
 * starts right there; where nobody lives, it is one of the largest.
 */
static struct page *covering_block(struct zone *zone, unsigned long pfn,
				   unsigned long *head_pfn)
{
	unsigned int order;

	lockdep_assert_held(&zone->lock);
	*head_pfn = pfn;
	if (covers(pfn, pfn))
		return pfn_to_page(pfn);
	for (order = MAX_PAGE_ORDER; order; order--) {
		*head_pfn = ALIGN_DOWN(pfn, 1UL << order);
		if (covers(*head_pfn, pfn))
			return pfn_to_page(*head_pfn);
	}
	return NULL;
}

/* May all of the block be touched? The largest ones span several pageblocks. */
static bool may_carve(const struct contig_request *req, bool isolated,
		      struct page *head, unsigned int order)
{
	unsigned long nr_pages = 1UL << order;
	unsigned long i;

	for (i = 0; i < nr_pages; i += pageblock_nr_pages)
		if (!may_take_from(req, isolated,
				   get_pageblock_migratetype(head + i)))
			return false;
	return true;
}

/*
 * Take the free block at @pfn, but for what sticks out of the request.
 *
 * Return: the first page frame behind what was taken, @pfn if none was.
 */
static unsigned long take_block(const struct contig_request *req, bool isolated,
				struct zone *zone, unsigned long pfn)
{
	unsigned long head_pfn, end_pfn;
	unsigned int order;
	struct page *head;

	head = covering_block(zone, pfn, &head_pfn);
	if (!head)
		return pfn;
	order = buddy_order(head);
	if (!may_carve(req, isolated, head, order))
		return pfn;

	end_pfn = min(head_pfn + (1UL << order), req->end_pfn);
	buddy_carve(zone, head, order, pfn, end_pfn);
	return end_pfn;
}

/**
 * contig_take_free() - take a range whose pages are all free
 * @req: the request
 * @isolated: the request holds its pageblocks isolated
 *
 * All or nothing. On success the pages are out of the buddy allocator, without
 * references and not yet prepared: contig_publish() does that.
 *
 * Context: Any context that may take zone->lock; does not sleep.
 * Return: 0, or -EBUSY with the blocker in @req.
 */
int contig_take_free(struct contig_request *req, bool isolated)
{
	struct zone *zone = page_zone(pfn_to_page(req->start_pfn));
	unsigned long pfn, next, flags;
	unsigned int nr_blocks;
	bool fault;

	/* Unlinking half a range only to put it back would be a waste. */
	if (req->end_pfn - req->start_pfn > MAX_ORDER_NR_PAGES) {
		pfn = contig_first_used(req->start_pfn, req->end_pfn);
		if (pfn < req->end_pfn)
			return contig_blocked(req, pfn, CONTIG_REASON_IN_USE,
					      -EBUSY);
	}

	pfn = req->start_pfn;
	do {
		spin_lock_irqsave(&zone->lock, flags);
		for (nr_blocks = 0; nr_blocks < CONTIG_BLOCKS_PER_HOLD &&
		     pfn < req->end_pfn; nr_blocks++) {
			next = take_block(req, isolated, zone, pfn);
			if (next == pfn)
				break;
			pfn = next;
		}
		spin_unlock_irqrestore(&zone->lock, flags);
		fault = should_fail_cma(FAIL_CMA_TAKE);
	} while (!fault && pfn < req->end_pfn &&
		 nr_blocks == CONTIG_BLOCKS_PER_HOLD);

	if (pfn == req->end_pfn && !fault)
		return 0;
	give_back(zone, req->start_pfn, pfn);
	return contig_blocked(req, min(pfn, req->end_pfn - 1),
			      CONTIG_REASON_IN_USE, -EBUSY);
}

/* Has this machine lost any page? On most of them nobody has to look for one. */
static bool any_poison(void)
{
#ifdef CONFIG_MEMORY_FAILURE
	return atomic_long_read(&num_poisoned_pages);
#else
	return false;
#endif
}

/*
 * Memory failure may have struck a page while it was free: it stays out for
 * good, all others go back.
 */
static int check_poison(struct contig_request *req)
{
	unsigned long pfn, start_pfn = req->start_pfn;
	struct zone *zone = page_zone(pfn_to_page(start_pfn));
	int err = 0;

	if (likely(!any_poison()))
		return 0;

	for (pfn = start_pfn; pfn < req->end_pfn; pfn++)
		if (unlikely(PageHWPoison(pfn_to_page(pfn)))) {
			err = contig_blocked(req, pfn, CONTIG_REASON_HWPOISON, -EBUSY);
			break;
		}
	for (; pfn < req->end_pfn; pfn++)
		if (unlikely(PageHWPoison(pfn_to_page(pfn)))) {
			give_back(zone, start_pfn, pfn);
			start_pfn = pfn + 1;
		}
	if (err)
		give_back(zone, start_pfn, req->end_pfn);
	return err;
}

/* A reference to each page. Large requests spend their time here, hence 4. */
static void set_references(struct page *page, unsigned long nr_pages)
{
	for (; nr_pages >= 4; nr_pages -= 4, page += 4) {
		set_page_count(page, 1);
		set_page_count(page + 1, 1);
		set_page_count(page + 2, 1);
		set_page_count(page + 3, 1);
	}
	for (; nr_pages; nr_pages--, page++)
		set_page_count(page, 1);
}

/* What was prepared as a block becomes pages, each for itself. */
static void split_block(struct page *page, unsigned int order, bool frozen)
{
	/* Preparing gives a reference to the first one on some kernels. */
	if (frozen)
		set_page_count(page, 0);
	else
		set_references(page, 1UL << order);
	if (!order)
		return;
	split_page_owner(page, order, 0);
	pgalloc_tag_split(page_folio(page), order, 0);
	split_page_memcg(page, order, 0);
}

/**
 * contig_publish() - prepare taken pages for their new owner
 * @req: the request, after contig_take_free()
 *
 * With __GFP_COMP the range becomes one compound page, else each page stands
 * for itself; either way with one reference, or none if @req->frozen.
 *
 * Context: Process context; may zero the pages.
 * Return: 0, or -EBUSY if a page is broken; nothing is kept then.
 */
int contig_publish(struct contig_request *req)
{
	unsigned long pfn = req->start_pfn;
	int err;

	if (should_fail_cma(FAIL_CMA_PUBLISH)) {
		give_back(page_zone(pfn_to_page(pfn)), pfn, req->end_pfn);
		return contig_blocked(req, pfn, CONTIG_REASON_HWPOISON, -EBUSY);
	}
	err = check_poison(req);
	if (err)
		return err;

	if (req->gfp & __GFP_COMP) {
		unsigned int order = ilog2(req->end_pfn - req->start_pfn);
		struct page *head = pfn_to_page(pfn);

		buddy_check_new(head, order);
		post_alloc_hook(head, order, req->gfp);
		prep_compound_page(head, order);
		clear_page_pfmemalloc(head);
		/*
		 * Last, and for good: as soon as there is a reference, others
		 * who have met the page before may take one more for a moment.
		 */
		set_page_count(head, req->frozen ? 0 : 1);
		return 0;
	}

	while (pfn < req->end_pfn) {
		unsigned int order = contig_block_order(pfn, req->end_pfn,
							MAX_PAGE_ORDER);
		struct page *page = pfn_to_page(pfn);

		buddy_check_new(page, order);
		post_alloc_hook(page, order, req->gfp);
		split_block(page, order, req->frozen);
		pfn += 1UL << order;
		if (want_init_on_alloc(req->gfp))
			cond_resched();
	}
	return 0;
}
