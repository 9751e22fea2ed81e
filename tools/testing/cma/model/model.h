/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests see of the model: a machine with one zone, and the hands that they
 * have in it. README tells what is modelled and what is not.
 *
 *	zone.c		memory, pageblocks, looking at pages
 *	buddy.c		free blocks
 *	isolation.c	pageblocks whose free blocks nobody gets
 *	alloc.c		pages given out and taken back, per-CPU lists
 *	lru.c		LRU list and per-CPU batches
 *	tenant.c	who lives in pages, and what they keep there
 *	migrate.c	tenants collected, moved, dropped
 *	sched.c		locks, time, waiting, and the seams
 *
 * Locks nest in this order: tenant, LRU or a CPU's list, zone.
 */
#ifndef _CMA_MODEL_H
#define _CMA_MODEL_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "internal.h"

#define MODEL_CPUS	8

/* Set before the first thread starts: time and waiting are real from then on. */
extern bool model_has_threads;

extern struct zone model_zone;

/* All memory is reserved at first; a model is torn down when all is idle. */
void model_set_up(unsigned long start_pfn, unsigned long nr_pages);
void model_tear_down(void);

/* Reserved memory becomes free memory, of a type. */
void model_free_reserved(unsigned long pfn, unsigned long nr_pages, int type);

/* Memory failure has been found in a page, whoever has it. */
void model_poison(struct page *page);

/* Has @page a place in the free lists, or in those of a CPU? Not for threads. */
unsigned long model_count_free(void (*each)(struct page *page, unsigned int order,
					    int type));
unsigned long model_count_pcp(void (*each)(struct page *page, unsigned int order));

/* Folios in batches, which hold a reference to each. Not for threads. */
void model_walk_batches(void (*each)(struct folio *folio));
unsigned int model_lru_disabled(void);

/* Time passes without anybody sleeping. */
void model_pass(unsigned long ticks);

/* Between the model's files. */
void model_init_alloc(void);
void model_init_lru(void);
void model_set_type(unsigned long pfn, int type);
void model_free_block(struct page *page, unsigned int order);
struct page *model_rmqueue(unsigned int order, int migratetype,
			   unsigned int alloc_flags);
void model_release(struct page *page, unsigned int order);
void model_lru_del(struct folio *folio);
void model_lru_add(struct folio *folio);
/* Take it from the LRU list for oneself; false if it is on none. */
bool model_lru_isolate(struct folio *folio);

/*
 * Seams: wherever the kernel's files call into the model, the world may have
 * changed. A test hangs in what others do meanwhile, or has the call fail.
 */
struct model_seams {
	void (*between)(void);		/* others run; holding no lock */
	void (*pause)(void);		/* the same, when the task sleeps */
	unsigned long nr_calls;		/* of seams that can fail, so far */
	unsigned long fail_at;		/* 0: none; the first one is 1 */
	bool fail_on;			/* and all after it */
	const char *failed;		/* the seam that failed last */
};

extern _Thread_local struct model_seams model_seams;

void model_seam(void);
bool model_fails(const char *seam);

/* The world's way to say that the kernel has done something impossible. */
#define MODEL_CHECK(condition, page) do {				\
	if (!(condition))						\
		test_fail(__FILE__, __LINE__, "page frame %#lx: %s",	\
			  page_to_pfn(page), #condition);		\
} while (0)

#include "harness.h"

#endif
