/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: two events of the kernel's own. A test may switch the first one on. */
#ifndef _CMA_SHIM_KMEM_H
#define _CMA_SHIM_KMEM_H

#include <stdbool.h>

extern bool model_is_traced;

#define trace_mm_alloc_contig_migrate_range_info_enabled()	model_is_traced
#define trace_mm_alloc_contig_migrate_range_info(start, end, migrated,	\
						 dropped, mapped, type)	\
	((void)(migrated), (void)(dropped), (void)(mapped))
#define trace_mm_page_free_enabled()				false

#endif
