// SPDX-License-Identifier: GPL-2.0
/*
 * How do tenants leave a range?
 *
 * Collected from the LRU list a pageblock at a time, then moved one by one: the
 * folio is locked, its references are frozen if they are the expected ones, and
 * its content and its tenant go over to the new one. Clean pages of files may be
 * dropped instead. A folio that finds no place is split.
 */
#include "tenant.h"

#define LOCK_PAUSES	1000

/* A folio at @pfn that can be collected, with a reference. */
static struct folio *collect(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_test_lru(folio) || !folio_try_get(folio))
		return NULL;
	if (page_folio(page) != folio || &folio->page != page ||
	    PageHWPoison(page) ||
	    /* No use to try those that somebody has pinned. */
	    (folio_test_anon(folio) &&
	     folio_ref_count(folio) - 1 > folio_mapcount(folio)) ||
	    !model_lru_isolate(folio)) {
		folio_put(folio);
		return NULL;
	}
	return folio;
}

static void put_back(struct folio *folio)
{
	model_lru_add(folio);
	folio_put(folio);
}

int isolate_migratepages_range(struct compact_control *cc,
			       unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn = start_pfn, block_end, nr_pages;

	might_sleep();
	while (pfn < end_pfn) {
		block_end = min(end_pfn, pageblock_end_pfn(pfn));
		cc->migrate_pfn = pfn;
		if (model_fails("isolate_migratepages_range"))
			return -EAGAIN;
		for (; pfn < block_end; pfn += nr_pages) {
			struct folio *folio = collect(pfn_to_page(pfn));

			nr_pages = 1;
			if (!folio)
				continue;
			nr_pages = folio_nr_pages(folio);
			/* Who may not call file systems leaves their pages alone. */
			if (!(cc->gfp_mask & __GFP_FS) && !folio_test_anon(folio)) {
				put_back(folio);
				continue;
			}
			list_add_tail(&folio->lru, &cc->migratepages);
			cc->nr_migratepages += nr_pages;
		}
		cc->migrate_pfn = pfn;
		if (cc->nr_migratepages >= COMPACT_CLUSTER_MAX)
			break;
	}
	return 0;
}

void putback_movable_pages(struct list_head *folios)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, folios, lru) {
		list_del(&folio->lru);
		put_back(folio);
	}
}

/*
 * Lock the folio's tenant, and freeze its references: nobody but the caller and
 * the tenant has any. NULL if somebody has; a tenant that has left has none.
 */
static struct address_space *freeze(struct folio *folio)
{
	struct address_space *tenant = tenant_of(folio);

	if (!tenant)
		return NULL;
	spin_lock(&tenant->lock);
	if (tenant_of(folio) == tenant &&
	    page_ref_freeze(&folio->page, folio_expected_ref_count(folio) + 1))
		return tenant;
	spin_unlock(&tenant->lock);
	return NULL;
}

/* Every page becomes a folio of its own, behind the one on the list. */
static int split_folio(struct folio *folio)
{
	struct address_space *tenant = freeze(folio);
	long i, nr_pages = folio_nr_pages(folio);
	unsigned long index;

	if (!tenant)
		return -EAGAIN;
	index = folio->page.index;
	tenant_abandon(folio);
	for (i = 1; i < nr_pages; i++) {
		WRITE_ONCE((&folio->page)[i].compound_head, 0);
		list_add(&(&folio->page)[i].lru, &folio->lru);
	}
	model_clear_flag(&folio->page, PG_head);
	for (i = 0; i < nr_pages; i++) {
		struct folio *part = (struct folio *)(&folio->page + i);

		set_page_count(&part->page, 1);
		tenant_adopt(tenant, part, index + i);
	}
	spin_unlock(&tenant->lock);
	return 0;
}

static int move(struct folio *src, struct folio *dst)
{
	struct address_space *tenant = freeze(src);
	long i, nr_pages = folio_nr_pages(src);

	if (!tenant)
		return -EAGAIN;
	MODEL_CHECK(folio_order(dst) == folio_order(src), &dst->page);
	/* An area's page is not for the buffer cache. */
	MODEL_CHECK(!folio_test_private(src) ||
		    !is_migrate_cma(get_pageblock_migratetype(&dst->page)), &dst->page);
	for (i = 0; i < nr_pages; i++)
		(&dst->page)[i].content = (&src->page)[i].content;
	tenant_abandon(src);
	tenant_adopt(tenant, dst, src->page.index);
	set_page_count(&src->page, 1);
	spin_unlock(&tenant->lock);
	return 0;
}

static int move_locked(struct folio *src, struct folio *dst, enum migrate_mode mode)
{
	if (folio_test_writeback(src)) {
		if (mode != MIGRATE_SYNC)
			return -EBUSY;
		folio_wait_writeback_killable(src);
	}
	/* Its tenant has left: freed, as soon as we let go of it. */
	if (!tenant_of(src))
		return folio_ref_count(src) == 1 ? 1 : -EAGAIN;
	return move(src, dst);
}

/* No signal ends it: whoever gets here must have seen that it does not take long. */
static void wait_for_lock(struct folio *folio)
{
	unsigned int pauses;

	for (pauses = 0; model_flag(&folio->page, PG_locked); pauses++) {
		MODEL_CHECK(pauses < LOCK_PAUSES, &folio->page);
		schedule_timeout_killable(1);
	}
}

static int migrate_folio(struct folio *src, new_folio_t *new, unsigned long private,
			 enum migrate_mode mode)
{
	struct folio *dst;
	int err = -EAGAIN;

	dst = model_fails("migrate_pages: target") ? NULL : new(src, private);
	if (!dst)
		return folio_order(src) && !split_folio(src) ? -EAGAIN : -ENOMEM;

	if (mode == MIGRATE_SYNC)
		wait_for_lock(src);
	if (!model_fails("migrate_pages: move") &&
	    !model_set_flag(&src->page, PG_locked)) {
		err = move_locked(src, dst, mode);
		model_clear_flag(&src->page, PG_locked);
	}
	if (err) {
		folio_put(dst);
		return err < 0 ? err : 0;
	}
	put_back(dst);
	return 0;
}

int migrate_pages(struct list_head *from, new_folio_t *new, void *put,
		  unsigned long private, enum migrate_mode mode, int reason,
		  unsigned int *nr_migrated)
{
	struct folio *folio, *next;
	unsigned int tries;
	int err = 0, nr_failed = 0;

	(void)put;
	(void)reason;
	might_sleep();
	for (tries = 0; tries < 3; tries++) {
		nr_failed = 0;
		list_for_each_entry_safe(folio, next, from, lru) {
			err = migrate_folio(folio, new, private, mode);
			if (err == -ENOMEM)
				return err;
			nr_failed += !!err;
			if (err)
				continue;
			*nr_migrated += folio_nr_pages(folio);
			list_del(&folio->lru);
			folio_put(folio);
		}
	}
	return nr_failed;
}

/* Return: pages dropped; the folio is not on a list then. */
static long drop(struct folio *folio)
{
	struct address_space *tenant;
	long i, nr_pages = folio_nr_pages(folio);

	if (folio_test_anon(folio) || model_flag(&folio->page, PG_dirty) ||
	    folio_test_writeback(folio) || model_fails("reclaim_clean_pages"))
		return 0;
	tenant = freeze(folio);
	if (!tenant)
		return 0;
	for (i = 0; i < nr_pages; i++)
		tenant->pages[folio->page.index + i] = NULL;
	tenant_abandon(folio);
	set_page_count(&folio->page, 1);
	spin_unlock(&tenant->lock);
	list_del(&folio->lru);
	folio_put(folio);
	return nr_pages;
}

unsigned long reclaim_clean_pages_from_list(struct zone *zone,
					    struct list_head *folios)
{
	struct folio *folio, *next;
	unsigned long nr_dropped = 0;

	(void)zone;
	might_sleep();
	list_for_each_entry_safe(folio, next, folios, lru)
		nr_dropped += drop(folio);
	return nr_dropped;
}

int folio_lock_killable(struct folio *folio)
{
	while (model_set_flag(&folio->page, PG_locked)) {
		if (model_fails("folio_lock_killable"))
			current->killed = true;
		if (current->killed)
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
}

void folio_unlock(struct folio *folio)
{
	model_clear_flag(&folio->page, PG_locked);
}

/* A disk is done sooner or later; a signal that comes first ends the wait. */
int folio_wait_writeback_killable(struct folio *folio)
{
	while (folio_test_writeback(folio)) {
		if (model_fails("folio_wait_writeback_killable"))
			current->killed = true;
		if (current->killed)
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
}
