/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an area remembers of its requests, for those who have to find out why a
 * board behaves as it does.
 *
 *	insight.c	  how requests ended, how long they took, which pages
 *			  were in their way
 *	holders.c	  who holds which pages
 *	insight-files.c	  shows both in debugfs
 *
 * mm/cma.c tells; nothing here is ever asked by it, and whatever cannot be
 * remembered for want of memory is counted and does not touch the request.
 *
 * Counts, times and blockers are always kept: they cost a few atomic additions
 * a request. Holders cost memory and a lock, and are kept where somebody has
 * switched that on.
 *
 * insight->lock is taken alone, in any context, and nothing is allocated,
 * printed or called under it.
 */
#ifndef _MM_CMA_INSIGHT_H
#define _MM_CMA_INSIGHT_H

#include <linux/types.h>

struct cma;
struct cma_alloc_request;

#ifdef CONFIG_CMA_INSIGHT

#include <linux/atomic.h>
#include <linux/contig_reason.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

/* Sizes of requests, in pages: 1, up to 16, 256, 4096, 65536, and more. */
#define CMA_SIZE_CLASSES	6
/* Times in us: under 1, under 2, under 4, ... and 2^23 (8.4 s) or more. */
#define CMA_TIME_BUCKETS	25

/* How many blockers are shown; of more, the one that was seen last longest ago goes. */
#define CMA_BLOCKERS_SHOWN	16

#define CMA_HOLDER_DEVICE	40
#define CMA_HOLDER_FRAMES	8

/**
 * struct cma_blocker - a page that was in the way
 * @pfn: its page frame
 * @reason: what was the matter with it
 * @kind: what it was, in a word: a constant; "gone" if it is no memory any more
 * @nr_attempts: how many attempts at a range it has stopped
 * @nr_failures: how many requests failed because of it
 * @last_ns: when it was seen last, since boot; 0 for a slot that is free
 * @dev: of a file's page, the device, as in stat(2); 0 for none
 * @ino: and the file's inode
 * @refs: how many references it had
 * @maps: in how many page tables it was
 * @is_pinned: whether it may have been pinned for DMA by pin_user_pages()
 */
struct cma_blocker {
	unsigned long pfn;
	enum contig_reason reason;
	const char *kind;
	u64 nr_attempts;
	u64 nr_failures;
	u64 last_ns;
	dev_t dev;
	unsigned long ino;
	int refs;
	int maps;
	bool is_pinned;
};

/**
 * struct cma_holder - pages of one request that are still handed out
 * @node: in the area's tree, by address; they do not overlap
 * @next: while it is spare
 * @pfn: first page frame
 * @nr_pages: number of pages
 * @since_ns: when they were handed out, since boot
 * @pid: the task that asked, in the initial namespace
 * @task: and its name
 * @device: the device that they are for, cut; empty if they did not come
 *	    through the DMA API
 * @nr_frames: how many there are of these
 * @frames: return addresses, that of the call into the allocator first
 */
struct cma_holder {
	union {
		struct rb_node node;
		struct cma_holder *next;
	};
	unsigned long pfn;
	unsigned long nr_pages;
	u64 since_ns;
	pid_t pid;
	char task[TASK_COMM_LEN];
	char device[CMA_HOLDER_DEVICE];
	unsigned int nr_frames;
	unsigned long frames[CMA_HOLDER_FRAMES];
};

/**
 * struct cma_insight - what is remembered of one area
 * @nr_requests: begun, since boot
 * @nr_success: of them, those that got their pages
 * @nr_invalid: those that made no sense for the area
 * @nr_failed: the others, by reason; CONTIG_REASON_NONE: no range was left
 * @latency: all that have ended, by size and time
 * @lock: protects everything below
 * @blockers: pages that were in the way
 * @is_recording: holders are added to the tree
 * @holders: who holds what
 * @nr_recorded: how many pages they hold
 * @nr_lost: how many records could not be made, since boot
 * @spares: records that are ready for use where nothing can be allocated
 * @nr_spares: their number
 */
struct cma_insight {
	atomic64_t nr_requests;
	atomic64_t nr_success;
	atomic64_t nr_invalid;
	atomic64_t nr_failed[CONTIG_NR_REASONS];
	atomic64_t latency[CMA_SIZE_CLASSES][CMA_TIME_BUCKETS];

	spinlock_t lock;	/* protects everything below */
	struct cma_blocker blockers[CMA_BLOCKERS_SHOWN];
	bool is_recording;
	struct rb_root holders;
	unsigned long nr_recorded;
	u64 nr_lost;
	struct cma_holder *spares;
	unsigned int nr_spares;
};

void __init cma_insight_init(struct cma *cma);
void cma_insight_start(struct cma *cma, struct cma_alloc_request *req);
void cma_insight_blocked(struct cma *cma, const struct cma_alloc_request *req);
void cma_insight_done(struct cma *cma, const struct cma_alloc_request *req,
		      unsigned long pfn, int err);
void cma_insight_release(struct cma *cma, unsigned long pfn,
			 unsigned long nr_pages, void *caller);

/* Is any area recording? */
DECLARE_STATIC_KEY_FALSE(cma_holders_key);

void cma_holders_add(struct cma *cma, const struct cma_alloc_request *req,
		     unsigned long pfn);
void cma_holders_remove(struct cma *cma, unsigned long pfn,
			unsigned long nr_pages);
int cma_holders_record(struct cma *cma, bool on);
bool cma_holders_next(struct cma *cma, unsigned long pfn,
		      struct cma_holder *holder);
bool cma_holders_wanted(void) __init;

#else /* !CONFIG_CMA_INSIGHT */

static inline void cma_insight_init(struct cma *cma)
{
}

static inline void cma_insight_start(struct cma *cma,
				     struct cma_alloc_request *req)
{
}

static inline void cma_insight_blocked(struct cma *cma,
				       const struct cma_alloc_request *req)
{
}

static inline void cma_insight_done(struct cma *cma,
				    const struct cma_alloc_request *req,
				    unsigned long pfn, int err)
{
}

static inline void cma_insight_release(struct cma *cma, unsigned long pfn,
				       unsigned long nr_pages, void *caller)
{
}

#endif /* CONFIG_CMA_INSIGHT */

#endif /* _MM_CMA_INSIGHT_H */
