// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds which pages of an area?
 *
 * A record is made when a request has got its pages, and shrinks as they come
 * back, from either end or out of the middle:
 *
 *	|----------- one record -----------|
 *	|-----|        given back     |----|	two now
 *
 * Pages may come back where nothing can be allocated, so the second record is a
 * spare one: each request that is recorded tops up a small stock of them. If
 * the stock is used up, the pages behind the gap have no record from then on;
 * that is counted, and so is a record for which there was no memory.
 *
 * Records of an area do not overlap. A new one replaces what is left of old ones
 * in its range, which can only be there if somebody released pages that were
 * not his.
 *
 * Recording is switched by area, at boot by "cma_holders=on". While no area
 * records, a branch that is not taken is all that it costs. The order in which
 * it is switched makes that records are true: the key is on before the first
 * record is made, so no release of a recorded page can miss it, and records are
 * dropped before the key goes off.
 */
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include "alloc.h"
#include "area.h"
#include "insight.h"

/* How many spare records requests see to, and how many at most are kept. */
#define CMA_SPARES_WANTED	8
#define CMA_SPARES_MOST		64

/* How deep to look for the call into the allocator. */
#define CMA_STACK_DEPTH		(CMA_HOLDER_FRAMES + 8)

DEFINE_STATIC_KEY_FALSE(cma_holders_key);

/* Serialises switching. */
static DEFINE_MUTEX(switch_lock);

static bool wanted __initdata;

static int __init read_cma_holders(char *text)
{
	return text ? kstrtobool(text, &wanted) : -EINVAL;
}
early_param("cma_holders", read_cma_holders);

/**
 * cma_holders_wanted() - does the command line ask for recording?
 *
 * Context: Boot.
 * Return: whether it does.
 */
bool __init cma_holders_wanted(void)
{
	return wanted;
}

/* Records off the tree, to be freed without the lock. */
static void free_records(struct cma_holder *list)
{
	struct cma_holder *next;

	for (; list; list = next) {
		next = list->next;
		kfree(list);
	}
}

static void push(struct cma_holder **list, struct cma_holder *holder)
{
	holder->next = *list;
	*list = holder;
}

static struct cma_holder *pop_spare(struct cma_insight *insight)
{
	struct cma_holder *spare = insight->spares;

	lockdep_assert_held(&insight->lock);
	if (spare) {
		insight->spares = spare->next;
		WRITE_ONCE(insight->nr_spares, insight->nr_spares - 1);
	}
	return spare;
}

/* Keeps a record that nobody needs, or puts it on the list of what is to be freed. */
static void put_aside(struct cma_insight *insight, struct cma_holder *holder,
		      struct cma_holder **unwanted)
{
	lockdep_assert_held(&insight->lock);
	if (insight->nr_spares < CMA_SPARES_MOST) {
		push(&insight->spares, holder);
		WRITE_ONCE(insight->nr_spares, insight->nr_spares + 1);
	} else {
		push(unwanted, holder);
	}
}

struct extent {
	unsigned long start_pfn;
	unsigned long end_pfn;
};

static int compare(const void *key, const struct rb_node *node)
{
	const struct cma_holder *holder = rb_entry(node, struct cma_holder,
						   node);
	const struct extent *extent = key;

	if (extent->end_pfn <= holder->pfn)
		return -1;
	return extent->start_pfn >= holder->pfn + holder->nr_pages;
}

/* The first record that has a page of the range. */
static struct cma_holder *find(struct cma_insight *insight,
			       const struct extent *extent)
{
	struct rb_node *node;

	lockdep_assert_held(&insight->lock);
	node = rb_find_first(extent, &insight->holders, compare);
	return node ? rb_entry(node, struct cma_holder, node) : NULL;
}

static bool comes_before(struct rb_node *node, const struct rb_node *other)
{
	return rb_entry(node, struct cma_holder, node)->pfn <
	       rb_entry(other, struct cma_holder, node)->pfn;
}

static void insert(struct cma_insight *insight, struct cma_holder *holder)
{
	lockdep_assert_held(&insight->lock);
	rb_add(&holder->node, &insight->holders, comes_before);
	insight->nr_recorded += holder->nr_pages;
}

/* The pages from @start_pfn on stay with the record @of, in one of their own. */
static void split_off(struct cma_insight *insight, const struct cma_holder *of,
		      unsigned long start_pfn, unsigned long end_pfn)
{
	struct cma_holder *rest = pop_spare(insight);

	if (!rest) {
		insight->nr_lost++;
		return;
	}
	*rest = *of;
	rest->pfn = start_pfn;
	rest->nr_pages = end_pfn - start_pfn;
	insert(insight, rest);
}

/* Takes a range out of all records; @unwanted gets those that are left over. */
static void cut_out(struct cma_insight *insight, const struct extent *extent,
		    struct cma_holder **unwanted)
{
	struct cma_holder *holder;
	unsigned long end_pfn;

	while ((holder = find(insight, extent))) {
		end_pfn = holder->pfn + holder->nr_pages;
		insight->nr_recorded -= holder->nr_pages;
		if (holder->pfn < extent->start_pfn) {
			/* Its place in the order stays. */
			holder->nr_pages = extent->start_pfn - holder->pfn;
			insight->nr_recorded += holder->nr_pages;
			if (end_pfn > extent->end_pfn)
				split_off(insight, holder, extent->end_pfn,
					  end_pfn);
		} else if (end_pfn > extent->end_pfn) {
			holder->pfn = extent->end_pfn;
			holder->nr_pages = end_pfn - extent->end_pfn;
			insight->nr_recorded += holder->nr_pages;
		} else {
			rb_erase(&holder->node, &insight->holders);
			put_aside(insight, holder, unwanted);
		}
	}
}

/* Where the request came from: the call into the allocator, and its callers. */
static void note_frames(struct cma_holder *holder, void *caller)
{
	unsigned long stack[CMA_STACK_DEPTH];
	unsigned int i, nr = stack_trace_save(stack, ARRAY_SIZE(stack), 0);

	for (i = 0; i < nr && stack[i] != (unsigned long)caller; i++)
		;
	if (i == nr) {
		holder->frames[0] = (unsigned long)caller;
		holder->nr_frames = 1;
		return;
	}
	holder->nr_frames = min(nr - i, CMA_HOLDER_FRAMES);
	memcpy(holder->frames, stack + i,
	       holder->nr_frames * sizeof(holder->frames[0]));
}

static struct cma_holder *make_record(const struct cma_alloc_request *req,
				      unsigned long pfn, gfp_t gfp)
{
	struct cma_holder *holder = kzalloc(sizeof(*holder), gfp);

	if (!holder)
		return NULL;
	holder->pfn = pfn;
	holder->nr_pages = req->nr_pages;
	holder->since_ns = ktime_get_boottime_ns();
	holder->pid = task_pid_nr(current);
	get_task_comm(holder->task, current);
	if (req->device)
		strscpy(holder->device, req->device);
	note_frames(holder, req->caller);
	return holder;
}

static void top_up_spares(struct cma_insight *insight, gfp_t gfp)
{
	struct cma_holder *unwanted = NULL, *spare;
	unsigned long flags;

	while (READ_ONCE(insight->nr_spares) < CMA_SPARES_WANTED) {
		spare = kmalloc(sizeof(*spare), gfp);
		if (!spare)
			break;
		spin_lock_irqsave(&insight->lock, flags);
		put_aside(insight, spare, &unwanted);
		spin_unlock_irqrestore(&insight->lock, flags);
	}
	free_records(unwanted);
}

/**
 * cma_holders_add() - a request has got pages
 * @cma: the area, with what it remembers
 * @req: the request
 * @pfn: first page frame
 *
 * Context: Process context; sleeps as far as @req allows it.
 */
void cma_holders_add(struct cma *cma, const struct cma_alloc_request *req,
		     unsigned long pfn)
{
	gfp_t gfp = (req->gfp & GFP_KERNEL) | __GFP_NORETRY | __GFP_NOWARN;
	struct cma_insight *insight = cma->insight;
	struct extent extent = { pfn, pfn + req->nr_pages };
	struct cma_holder *holder, *unwanted = NULL;
	unsigned long flags;

	if (!READ_ONCE(insight->is_recording))
		return;
	holder = make_record(req, pfn, gfp);
	top_up_spares(insight, gfp);

	spin_lock_irqsave(&insight->lock, flags);
	cut_out(insight, &extent, &unwanted);
	if (!holder) {
		insight->nr_lost++;
	} else if (insight->is_recording) {
		insert(insight, holder);
		holder = NULL;
	}
	spin_unlock_irqrestore(&insight->lock, flags);
	kfree(holder);
	free_records(unwanted);
}

/**
 * cma_holders_remove() - pages are about to come back
 * @cma: the area, with what it remembers
 * @pfn: first page frame
 * @nr_pages: number of pages; recorded or not
 *
 * Context: Any.
 */
void cma_holders_remove(struct cma *cma, unsigned long pfn,
			unsigned long nr_pages)
{
	struct extent extent = { pfn, pfn + nr_pages };
	struct cma_insight *insight = cma->insight;
	struct cma_holder *unwanted = NULL;
	unsigned long flags;

	spin_lock_irqsave(&insight->lock, flags);
	cut_out(insight, &extent, &unwanted);
	spin_unlock_irqrestore(&insight->lock, flags);
	free_records(unwanted);
}

/**
 * cma_holders_next() - copy the record at an address or above
 * @cma: the area, with what it remembers
 * @pfn: least page frame that it may have
 * @holder: where to
 *
 * Context: Any.
 * Return: false if there is none any more.
 */
bool cma_holders_next(struct cma *cma, unsigned long pfn,
		      struct cma_holder *holder)
{
	struct extent extent = { pfn, ULONG_MAX };
	struct cma_insight *insight = cma->insight;
	struct cma_holder *found;
	unsigned long flags;

	spin_lock_irqsave(&insight->lock, flags);
	found = find(insight, &extent);
	if (found)
		*holder = *found;
	spin_unlock_irqrestore(&insight->lock, flags);
	return found;
}

/* Makes an area forget. There may be many records: freed without the lock. */
static void forget(struct cma_insight *insight)
{
	struct cma_holder *spares, *holder, *next;
	struct rb_root holders;
	unsigned long flags;

	spin_lock_irqsave(&insight->lock, flags);
	WRITE_ONCE(insight->is_recording, false);
	holders = insight->holders;
	insight->holders = RB_ROOT;
	insight->nr_recorded = 0;
	spares = insight->spares;
	insight->spares = NULL;
	WRITE_ONCE(insight->nr_spares, 0);
	spin_unlock_irqrestore(&insight->lock, flags);

	rbtree_postorder_for_each_entry_safe(holder, next, &holders, node)
		kfree(holder);
	free_records(spares);
}

/**
 * cma_holders_record() - switch the recording of holders
 * @cma: the area
 * @on: whether to record; records that there are go when it is switched off
 *
 * Context: Process context, sleeps.
 * Return: 0; -ENOMEM if the area has nothing to record in.
 */
int cma_holders_record(struct cma *cma, bool on)
{
	struct cma_insight *insight = cma->insight;
	unsigned long flags;

	if (!insight)
		return -ENOMEM;

	mutex_lock(&switch_lock);
	if (on && !insight->is_recording) {
		static_branch_inc(&cma_holders_key);
		spin_lock_irqsave(&insight->lock, flags);
		WRITE_ONCE(insight->is_recording, true);
		spin_unlock_irqrestore(&insight->lock, flags);
	} else if (!on && insight->is_recording) {
		forget(insight);
		static_branch_dec(&cma_holders_key);
	}
	mutex_unlock(&switch_lock);
	return 0;
}
