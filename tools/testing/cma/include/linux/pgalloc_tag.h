/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: allocations are not profiled. */
#ifndef _CMA_SHIM_PGALLOC_TAG_H
#define _CMA_SHIM_PGALLOC_TAG_H

#define mem_alloc_profiling_enabled()			false
#define pgalloc_tag_split(folio, order, new_order)	((void)(folio))

#endif
