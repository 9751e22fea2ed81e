/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an area has served: the only place where its counters change.
 *
 * An area counts pages, since boot; /proc/vmstat counts requests, over all
 * areas. mm/cma.c calls exactly one of the first two for a request that it
 * answers, so that what was asked for is what was given plus what was not.
 *
 * The counters are read one by one and without a lock: each is exact, but two
 * of them may belong to different moments.
 */
#ifndef _MM_CMA_STATS_H
#define _MM_CMA_STATS_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/vmstat.h>
#include "area.h"

/**
 * cma_stats_alloc_success() - count a request that got its pages
 * @cma: the area
 * @nr_pages: size of the request
 *
 * Context: Any.
 */
static inline void cma_stats_alloc_success(struct cma *cma,
					   unsigned long nr_pages)
{
	atomic64_add(nr_pages, &cma->stats.alloc_success);
	count_vm_event(CMA_ALLOC_SUCCESS);
}

/**
 * cma_stats_alloc_fail() - count a request that got none
 * @cma: the area
 * @nr_pages: size of the request
 *
 * A size that exceeds all memory is a slip of the caller's, a negative number
 * perhaps. It would turn the counter of pages round, so only the request is
 * counted.
 *
 * Context: Any.
 */
static inline void cma_stats_alloc_fail(struct cma *cma, unsigned long nr_pages)
{
	if (nr_pages <= totalram_pages())
		atomic64_add(nr_pages, &cma->stats.alloc_fail);
	count_vm_event(CMA_ALLOC_FAIL);
}

/**
 * cma_stats_release_success() - count pages that came back
 * @cma: the area
 * @nr_pages: number of pages
 *
 * Context: Any.
 */
static inline void cma_stats_release_success(struct cma *cma,
					     unsigned long nr_pages)
{
	atomic64_add(nr_pages, &cma->stats.release_success);
}

#endif /* _MM_CMA_STATS_H */
