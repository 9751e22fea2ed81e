/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what may be asked about a folio. */
#ifndef _CMA_SHIM_MM_H
#define _CMA_SHIM_MM_H

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/pfn.h>
#include <linux/printk.h>

extern unsigned long totalcma_pages;
extern atomic_long_t num_poisoned_pages;
extern bool model_init_on_free;
unsigned long totalram_pages(void);

#define folio_pfn(folio)		page_to_pfn(&(folio)->page)
#define folio_order(folio) \
	(PageHead(&(folio)->page) ? READ_ONCE((folio)->page.order) : 0)
#define folio_nr_pages(folio)		(1L << folio_order(folio))
#define folio_page_idx(folio, p)	((unsigned long)((p) - &(folio)->page))
#define compound_order(page)		folio_order((struct folio *)(page))
#define compound_nr(page)		(1UL << compound_order(page))

#define set_page_private(page, value)	WRITE_ONCE((page)->private, value)
#define page_private(page)		READ_ONCE((page)->private)
#define set_page_refcounted(page)	set_page_count(page, 1)
#define clear_page_pfmemalloc(page)	((void)(page))

static inline bool folio_test_anon(const struct folio *folio)
{
	return (unsigned long)READ_ONCE(folio->mapping) & PAGE_MAPPING_ANON;
}

/* As the kernel's, of file folios only. */
static inline struct address_space *folio_mapping(const struct folio *folio)
{
	return folio_test_anon(folio) ? NULL : READ_ONCE(folio->mapping);
}

/* Every page of a folio may be mapped, by one page table at most. */
static inline int folio_mapcount(const struct folio *folio)
{
	int nr = 0;
	long i;

	for (i = 0; i < folio_nr_pages(folio); i++)
		nr += atomic_read(&(&folio->page)[i]._mapcount) + 1;
	return nr;
}

#define folio_mapped(folio)	(folio_mapcount(folio) > 0)

/* Each page table and each page of the cache hold one; PG_private is one. */
static inline int folio_expected_ref_count(const struct folio *folio)
{
	int nr = folio_test_swapcache(folio) << folio_order(folio);

	if (!folio_test_anon(folio))
		nr += (!!READ_ONCE(folio->mapping) << folio_order(folio)) +
		      folio_test_private(folio);
	return nr + folio_mapcount(folio);
}

/* True if it was the last one. */
static inline bool put_page_testzero(struct page *page)
{
	return atomic_add_return(-1, &page->_refcount) == 0;
}

void folio_put(struct folio *folio);
int folio_wait_writeback_killable(struct folio *folio);
int folio_lock_killable(struct folio *folio);
void folio_unlock(struct folio *folio);

#define page_cpupid_reset_last(page)		((void)(page))
#define arch_free_page(page, order)		((void)(page), (void)(order))
#define page_kasan_tag_reset(page)		((void)(page))
#define split_page_memcg(page, order, new_order)	((void)(page))
#define want_init_on_alloc(gfp)			((gfp) & __GFP_ZERO)
#define want_init_on_free()			model_init_on_free
#define page_poisoning_enabled_static()		false
#define debug_pagealloc_enabled_static()	false

#endif
