// SPDX-License-Identifier: GPL-2.0
/*
 * Which areas are there?
 *
 * The registry is filled at boot by one CPU and never changes after
 * core_initcall, so that reading it takes no lock. An area that failed to
 * activate keeps its place, since its declarer holds a pointer to it, but
 * nobody is shown it again.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "area.h"

static struct cma areas[MAX_CMA_AREAS];
static unsigned int nr_areas;

static bool name_is_taken(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_areas; i++)
		if (!strcmp(areas[i].name, name))
			return true;
	return false;
}

/*
 * Names are what users see in sysfs, debugfs and /dev/dma_heap, so each stands
 * for one area: a second "camera" becomes "camera.1". The suffix is kept where
 * a long name has to be cut.
 */
static void set_name(struct cma *cma, const char *name)
{
	char suffix[12];
	unsigned int i;

	if (name)
		strscpy(cma->name, name);
	else
		scnprintf(cma->name, sizeof(cma->name), "cma%u", nr_areas);

	for (i = 1; name_is_taken(cma->name); i++) {
		int len = scnprintf(suffix, sizeof(suffix), ".%u", i);

		scnprintf(cma->name, sizeof(cma->name), "%.*s%s",
			  CMA_MAX_NAME - 1 - len, name ?: "cma", suffix);
	}
	if (name && strncmp(cma->name, name, CMA_MAX_NAME - 1))
		pr_warn("there is an area '%s' already, the new one is called '%s'\n",
			name, cma->name);
}

/**
 * cma_area_register() - give an area a place and a name
 * @order_per_bit: candidates start and end on a multiple of 1 << this
 * @name: name, or NULL
 *
 * The caller has checked everything, that there is a place left included, and
 * adds the area's ranges next.
 *
 * Context: Boot, one CPU.
 * Return: the area, in state DECLARED; NULL if there is no place left.
 */
struct cma *cma_area_register(unsigned int order_per_bit, const char *name)
{
	struct cma *cma;

	if (!cma_area_slots_left())
		return NULL;

	cma = &areas[nr_areas];
	cma->order_per_bit = order_per_bit;
	cma->state = CMA_DECLARED;
	spin_lock_init(&cma->lock);
	init_waitqueue_head(&cma->settled);
	INIT_LIST_HEAD(&cma->lingering);
	set_name(cma, name);
	nr_areas++;
	return cma;
}

/**
 * cma_area_add_range() - make a range a piece of an area
 * @cma: the area, with fewer than CMA_MAX_RANGES of them
 * @base_pfn: first page frame, behind the area's other ranges
 * @nr_pages: size in pages
 *
 * Context: Boot, one CPU.
 */
void cma_area_add_range(struct cma *cma, unsigned long base_pfn,
			unsigned long nr_pages)
{
	struct cma_range *range = &cma->ranges[cma->nr_ranges++];

	range->base_pfn = base_pfn;
	range->nr_pages = nr_pages;
	cma->nr_pages += nr_pages;
}

/**
 * cma_area_slots_left() - how many areas can still be registered
 *
 * Context: Boot, one CPU.
 * Return: their number.
 */
unsigned int cma_area_slots_left(void)
{
	return ARRAY_SIZE(areas) - nr_areas;
}

static bool meets(const struct cma *cma, unsigned long start_pfn,
		  unsigned long end_pfn)
{
	const struct cma_range *range;

	for_each_cma_range(range, cma)
		if (start_pfn < range->base_pfn + range->nr_pages &&
		    end_pfn > range->base_pfn)
			return true;
	return false;
}

/**
 * cma_area_at() - find the area that a range meets
 * @start_pfn: first page frame
 * @end_pfn: first page frame behind the range
 *
 * Context: Any.
 * Return: the first area that has a page of the range, NULL if none has.
 */
struct cma *cma_area_at(unsigned long start_pfn, unsigned long end_pfn)
{
	struct cma *cma;

	for (cma = cma_area_next(NULL); cma; cma = cma_area_next(cma))
		if (meets(cma, start_pfn, end_pfn))
			return cma;
	return NULL;
}

/**
 * cma_area_next() - walk the areas, in the order of declaration
 * @prev: the last one seen, NULL to start
 *
 * Context: Any.
 * Return: the next area that has not failed, NULL at the end.
 */
struct cma *cma_area_next(const struct cma *prev)
{
	unsigned int i = prev ? prev - areas + 1 : 0;

	for (; i < nr_areas; i++)
		if (areas[i].state != CMA_FAILED)
			return &areas[i];
	return NULL;
}

/**
 * cma_for_each_area() - call a function for each area
 * @it: the function; a return value other than 0 ends the walk
 * @data: handed to @it
 *
 * Context: That of @it; no lock is held.
 * Return: what @it returned last, 0 if there is no area.
 */
int cma_for_each_area(int (*it)(struct cma *cma, void *data), void *data)
{
	struct cma *cma;
	int ret = 0;

	for (cma = cma_area_next(NULL); cma && !ret; cma = cma_area_next(cma))
		ret = it(cma, data);
	return ret;
}

/**
 * cma_area_used() - how much of an area requests cannot have
 * @cma: the area, active
 *
 * Context: Any.
 * Return: number of pages, where a bit stands for several rounded up to that.
 */
unsigned long cma_area_used(struct cma *cma)
{
	struct cma_range *range;
	unsigned long flags, nr_pages = 0;

	spin_lock_irqsave(&cma->lock, flags);
	for_each_cma_range(range, cma)
		nr_pages += cma_map_used(range->map);
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr_pages;
}

/**
 * cma_area_max_free() - how large a request could be at most
 * @cma: the area, active
 *
 * Context: Any.
 * Return: number of pages.
 */
unsigned long cma_area_max_free(struct cma *cma)
{
	struct cma_range *range;
	unsigned long flags, nr_pages = 0;

	spin_lock_irqsave(&cma->lock, flags);
	for_each_cma_range(range, cma)
		nr_pages = max(nr_pages, cma_map_max_free(range->map));
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr_pages;
}

/**
 * cma_area_available() - how many pages of an area no request has
 * @cma: the area, active
 *
 * Context: Any.
 * Return: their number; whether tenants live in them does not matter.
 */
unsigned long cma_area_available(struct cma *cma)
{
	struct cma_range *range;
	unsigned long flags, nr_pages = 0;

	spin_lock_irqsave(&cma->lock, flags);
	for_each_cma_range(range, cma)
		nr_pages += range->nr_pages - range->map->busy.nr_pages;
	spin_unlock_irqrestore(&cma->lock, flags);
	return nr_pages;
}

/**
 * cma_area_finish_transit() - pages leave transit, one way or the other
 * @cma: the area
 * @claim: where they are
 * @nr_pages: their number
 * @taken: they are handed out; else they are free
 *
 * Wakes whoever waits for that.
 *
 * Context: Any.
 */
void cma_area_finish_transit(struct cma *cma, const struct cma_claim *claim,
			     unsigned long nr_pages, bool taken)
{
	struct cma_map *map = claim->range->map;
	unsigned long flags;

	spin_lock_irqsave(&cma->lock, flags);
	if (taken) {
		cma_map_settle(map, claim->offset, nr_pages);
		cma->nr_held += nr_pages;
		/* sysfs reads it without the lock. */
		WRITE_ONCE(cma->peak_held, max(cma->peak_held, cma->nr_held));
	} else {
		cma_map_vacate(map, claim->offset, nr_pages);
	}
	spin_unlock_irqrestore(&cma->lock, flags);
	if (wq_has_sleeper(&cma->settled))
		wake_up_all(&cma->settled);
}

/**
 * cma_get_base() - where an area starts
 * @cma: the area
 *
 * Context: Any.
 * Return: physical address in bytes; of its first range, if it has several.
 */
phys_addr_t cma_get_base(const struct cma *cma)
{
	return PFN_PHYS(cma->ranges[0].base_pfn);
}

/**
 * cma_get_size() - how large an area is
 * @cma: the area
 *
 * Context: Any.
 * Return: size in bytes; 0 if the area could not be activated.
 */
unsigned long cma_get_size(const struct cma *cma)
{
	return cma->nr_pages << PAGE_SHIFT;
}

/**
 * cma_intersects() - does an area have memory between two addresses?
 * @cma: the area
 * @start: physical address in bytes
 * @end: physical address in bytes, the first one behind
 *
 * Context: Any.
 * Return: whether it has.
 */
bool cma_intersects(struct cma *cma, unsigned long start, unsigned long end)
{
	return start < end && meets(cma, PHYS_PFN(start), PFN_UP(end));
}

/**
 * cma_get_name() - what an area is called
 * @cma: the area, or NULL
 *
 * Context: Any.
 * Return: its name.
 */
const char *cma_get_name(const struct cma *cma)
{
	return cma ? cma->name : "(undefined)";
}
EXPORT_SYMBOL_GPL(cma_get_name);
