/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: references; the last to go sees all that others have done. */
#ifndef _CMA_SHIM_PAGE_REF_H
#define _CMA_SHIM_PAGE_REF_H

#include <linux/atomic.h>
#include <linux/mm_types.h>

#define page_ref_count(page)		atomic_read(&(page)->_refcount)
#define folio_ref_count(folio)		page_ref_count(&(folio)->page)
#define set_page_count(page, nr)	atomic_set(&(page)->_refcount, nr)
#define page_ref_add(page, nr)		atomic_add_return(nr, &(page)->_refcount)
#define page_ref_freeze(page, nr) \
	((nr) == page_ref_count(page) && atomic_replace(&(page)->_refcount, nr, 0))

/* One more, unless there is none: model/zone.c. */
bool folio_try_get(struct folio *folio);

#endif
