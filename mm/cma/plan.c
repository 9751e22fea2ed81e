// SPDX-License-Identifier: GPL-2.0
/*
 * Can an area be what its declarer wants, and where is it to be looked for?
 *
 * Boards, firmware and command lines ask for areas, so nothing here is taken
 * for granted: every argument may have any value, and each way to be wrong has
 * its own sentence in the log, since it is read by somebody whose board does
 * not boot. No sum here wraps: a difference is compared instead.
 *
 * An area that may lie anywhere is looked for in windows, in this order:
 *
 *	base          highmem_start    dma_end                limit
 *	 |                 |              |---- 1, upwards --->|
 *	 |                 |<---------- 2, downwards ----------|
 *	 |<- 4, downwards -|
 *
 *  1. above the memory that devices with 32-bit addresses depend on, lowest
 *     first, if the declarer named no base: other areas and the kernel's own
 *     large tables come from the top;
 *  2. in high memory, which the kernel itself can use least;
 *  3. if dma_end is in low memory, on one side of it: a zone may end there;
 *  4. in low memory; without high memory, anywhere.
 *
 * No window contains highmem_start other than as its border: an area belongs
 * to one zone. What cannot hold the area at all is no window.
 */

#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "map.h"
#include "plan.h"

#define PHYS_MAX	(~(phys_addr_t)0)

static int refuse(struct cma_plan *plan, int error, const char *problem)
{
	plan->problem = problem;
	return error;
}

static bool is_multiple(phys_addr_t number, phys_addr_t power_of_two)
{
	return !(number & (power_of_two - 1));
}

/* What both kinds of declaration begin with. */
static int start_plan(const struct cma_request *req,
		      const struct cma_machine *machine, struct cma_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->base = req->base;
	plan->size = req->size;
	plan->alignment = machine->min_alignment;

	if (!machine->slots_left)
		return refuse(plan, -ENOSPC,
			      "no slot left: raise CONFIG_CMA_AREAS");
	if (!req->size)
		return refuse(plan, -EINVAL, "size is zero");
	return 0;
}

/*
 * The bytes that one bit stands for, or 0 if no area has so many: a power of
 * two that addresses cannot count is shifted out.
 */
static phys_addr_t granule_bytes(const struct cma_request *req,
				 const struct cma_machine *machine)
{
	if (req->order_per_bit > ilog2(CMA_MAP_MAX_PAGES))
		return 0;
	return machine->page_size << req->order_per_bit;
}

/*
 * Judge the size, rounded up already, against the granule. From here on the
 * alignment is one of granules too: the first page of an area begins one.
 */
static int judge_granule(const struct cma_request *req,
			 const struct cma_machine *machine,
			 struct cma_plan *plan)
{
	phys_addr_t granule = granule_bytes(req, machine);

	if (!granule)
		return refuse(plan, -EINVAL, "order_per_bit is too large");
	if (!is_multiple(plan->size, granule))
		return refuse(plan, -EINVAL,
			      "size is not a multiple of what a bit stands for");
	/* Without a division: phys_addr_t may be longer than a word. */
	if (plan->size >> ilog2(CMA_MAP_MAX_PAGES + 1) >= machine->page_size)
		return refuse(plan, -EINVAL, "size is too large for one area");

	plan->alignment = max(plan->alignment, granule);
	return 0;
}

/* The area lies where the declarer says, below the limit, or nowhere. */
static int plan_fixed(const struct cma_machine *machine, phys_addr_t limit,
		      struct cma_plan *plan)
{
	phys_addr_t border = machine->highmem_start;

	if (!is_multiple(plan->base, plan->alignment))
		return refuse(plan, -EINVAL, "base is not aligned");
	if (plan->size > limit || plan->base > limit - plan->size)
		return refuse(plan, -EINVAL, "does not fit below the limit");
	if (plan->base < border && plan->size > border - plan->base)
		return refuse(plan, -EINVAL, "crosses into high memory");

	plan->fixed = true;
	return 0;
}

static void add_window(struct cma_plan *plan, phys_addr_t start,
		       phys_addr_t end, bool bottom_up)
{
	struct cma_window *window = &plan->windows[plan->nr_windows];

	/* Below an aligned end, rounding up does not wrap. */
	end = round_down(end, plan->alignment);
	if (start >= end)
		return;
	start = round_up(start, plan->alignment);
	if (end - start < plan->size)
		return;

	window->start = start;
	window->end = end;
	window->bottom_up = bottom_up;
	plan->nr_windows++;
}

/* The area may lie anywhere in [base, limit). */
static int plan_windows(const struct cma_machine *machine, phys_addr_t limit,
			struct cma_plan *plan)
{
	phys_addr_t border = machine->highmem_start;
	phys_addr_t low_end = min(border, limit);
	phys_addr_t base = plan->base;

	/* Find out with the whole of it, so as to say what is wrong. */
	add_window(plan, base, limit, false);
	if (!plan->nr_windows)
		return refuse(plan, -EINVAL, "does not fit below the limit");
	plan->nr_windows = 0;

	if (machine->dma_end && !base && border > machine->dma_end)
		add_window(plan, machine->dma_end, low_end, true);
	else if (machine->dma_end && !base)
		add_window(plan, machine->dma_end, limit, true);
	add_window(plan, max(base, border), limit, false);
	if (base < machine->dma_end && machine->dma_end < low_end) {
		if (base)
			add_window(plan, machine->dma_end, low_end, false);
		add_window(plan, base, machine->dma_end, false);
	}
	add_window(plan, base, low_end, false);

	if (!plan->nr_windows)
		return refuse(plan, -ENOMEM,
			      "fits neither into low nor into high memory");
	return 0;
}

/**
 * cma_plan_declare() - judge a request for memory that is still to be reserved
 * @req: what is wanted, any values
 * @machine: where; its alignment and page size are powers of two, not 0
 * @plan: filled in; see there for what it says on failure
 *
 * Context: Any.
 * Return: 0; -ENOSPC if no area can be added any more; -ENOMEM if the area
 * fits below the limit, but into neither low nor high memory alone; -EINVAL
 * for anything else. If it is not 0, @plan->problem is set.
 */
int cma_plan_declare(const struct cma_request *req,
		     const struct cma_machine *machine, struct cma_plan *plan)
{
	phys_addr_t limit = machine->memory_end;
	int error;

	error = start_plan(req, machine, plan);
	if (error)
		return error;

	if (req->alignment & (req->alignment - 1))
		return refuse(plan, -EINVAL, "alignment is not a power of two");
	plan->alignment = max(req->alignment, machine->min_alignment);

	if (req->size > PHYS_MAX - (plan->alignment - 1))
		return refuse(plan, -EINVAL, "size overflows");
	plan->size = round_up(req->size, plan->alignment);

	error = judge_granule(req, machine, plan);
	if (error)
		return error;

	if (req->limit)
		limit = min(req->limit, limit);
	if (req->fixed && req->base)
		return plan_fixed(machine, limit, plan);
	return plan_windows(machine, limit, plan);
}

/**
 * cma_plan_adopt() - judge memory that its declarer has already reserved
 * @req: base, size and order_per_bit; the rest is ignored
 * @machine: where; its alignment and page size are powers of two, not 0
 * @plan: filled in as by cma_plan_declare(), always fixed
 *
 * Context: Any.
 * Return: 0; -ENOSPC if no area can be added any more; -EINVAL for anything
 * else, with @plan->problem set.
 */
int cma_plan_adopt(const struct cma_request *req,
		   const struct cma_machine *machine, struct cma_plan *plan)
{
	int error;

	error = start_plan(req, machine, plan);
	if (error)
		return error;

	if (!is_multiple(req->size, plan->alignment))
		return refuse(plan, -EINVAL, "size is not aligned");

	error = judge_granule(req, machine, plan);
	if (error)
		return error;

	if (!is_multiple(req->base, plan->alignment))
		return refuse(plan, -EINVAL, "base is not aligned");
	if (req->size > PHYS_MAX - req->base)
		return refuse(plan, -EINVAL, "end overflows");

	plan->fixed = true;
	return 0;
}
