/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request for pages of an area, with all that a caller inside mm can say
 * about it and be told. cma_alloc() is the short form for everybody else.
 */
#ifndef _MM_CMA_ALLOC_H
#define _MM_CMA_ALLOC_H

#include <linux/contig_reason.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct cma;
struct page;

/**
 * struct cma_alloc_request - one request on its way through an area
 * @nr_pages: size
 * @align_order: the first page frame is a multiple of 1 << this
 * @gfp: how the engine may reclaim, and how pages are prepared; with
 *	 __GFP_NORETRY one range is tried and nobody is waited for
 * @frozen: the pages are to have no reference
 * @timeout: how long it may take, in jiffies; 0 for as long as it takes. What
 *	     has begun is finished, so a large range may be late by the time
 *	     that its tenants need to move.
 * @caller: who asks: a return address, or NULL
 * @device: name of the device that the pages are for, or NULL; copied where it
 *	    is kept
 * @blocker_pfn: on failure, a page that was in the way
 * @reason: why it was; CONTIG_REASON_NONE if no range was left to try
 * @deadline: private: @timeout from when it began; 0 for none
 * @nr_pauses: private: how often it may still pause for who leaves by itself
 * @start_ns: private: when it began, where that is recorded
 */
struct cma_alloc_request {
	unsigned long nr_pages;
	unsigned int align_order;
	gfp_t gfp;
	bool frozen;
	unsigned long timeout;
	void *caller;
	const char *device;

	unsigned long blocker_pfn;
	enum contig_reason reason;

	unsigned long deadline;
	unsigned int nr_pauses;
	u64 start_ns;
};

int cma_alloc_request(struct cma *cma, struct cma_alloc_request *req,
		      struct page **page);

#endif /* _MM_CMA_ALLOC_H */
