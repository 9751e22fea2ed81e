/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: bits of a page that several threads change and read. */
#ifndef _CMA_SHIM_PAGE_FLAGS_H
#define _CMA_SHIM_PAGE_FLAGS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked, PG_lru, PG_head, PG_writeback, PG_reserved, PG_hwpoison,
	PG_private, PG_swapcache, PG_dirty,
};

#define __PG_HWPOISON		BIT(PG_hwpoison)
/* A page that is free has none of them; HWPoison is looked at apart. */
#define PAGE_FLAGS_CHECK_AT_PREP					\
	(BIT(PG_locked) | BIT(PG_lru) | BIT(PG_head) | BIT(PG_writeback) | \
	 BIT(PG_reserved) | BIT(PG_private) | BIT(PG_swapcache) | BIT(PG_dirty))

static inline bool model_flag(const struct page *page, enum pageflags flag)
{
	return READ_ONCE(page->flags) & BIT(flag);
}

/* Return: what it was before. */
static inline bool model_set_flag(struct page *page, enum pageflags flag)
{
	return __atomic_fetch_or(&page->flags, BIT(flag), __ATOMIC_ACQ_REL) &
	       BIT(flag);
}

static inline bool model_clear_flag(struct page *page, enum pageflags flag)
{
	return __atomic_fetch_and(&page->flags, ~BIT(flag), __ATOMIC_ACQ_REL) &
	       BIT(flag);
}

static inline struct page *compound_head(const struct page *page)
{
	unsigned long head = READ_ONCE(page->compound_head);

	return head & 1 ? (struct page *)(head - 1) : (struct page *)page;
}

#define page_folio(page)	((struct folio *)compound_head(page))
#define PageTail(page)		(READ_ONCE((page)->compound_head) & 1)
#define PageHead(page)		model_flag(page, PG_head)
#define PageCompound(page)	(PageHead(page) || PageTail(page))
#define PageReserved(page)	model_flag(page, PG_reserved)
#define PageHWPoison(page)	model_flag(page, PG_hwpoison)
#define PageBuddy(page)		(READ_ONCE((page)->page_type) == MODEL_BUDDY)
#define PageHuge(page)		((void)(page), false)
#define page_has_type(page)	(READ_ONCE((page)->page_type) != MODEL_NO_TYPE)

#define folio_test_lru(folio)		model_flag(&(folio)->page, PG_lru)
#define folio_test_locked(folio)	model_flag(&(folio)->page, PG_locked)
#define folio_test_writeback(folio)	model_flag(&(folio)->page, PG_writeback)
#define folio_test_swapcache(folio)	model_flag(&(folio)->page, PG_swapcache)
#define folio_test_private(folio)	model_flag(&(folio)->page, PG_private)
/* Tenants are anonymous, but for those with buffers, which are files'. */
#define folio_test_swapbacked(folio)	(!folio_test_private(folio))
#define folio_test_hugetlb(folio)	((void)(folio), false)
#define __folio_test_movable(folio)	((void)(folio), false)

#endif
