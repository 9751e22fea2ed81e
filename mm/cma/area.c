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
#include <linux/kernel.h>
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
 * @base_pfn: first page frame
 * @nr_pages: size in pages
 * @order_per_bit: candidates start and end on a multiple of 1 << this
 * @name: name, or NULL
 *
 * The caller has checked everything, that there is a place left included.
 *
 * Context: Boot, one CPU.
 * Return: the area, in state DECLARED; NULL if there is no place left.
 */
struct cma *cma_area_register(unsigned long base_pfn, unsigned long nr_pages,
			      unsigned int order_per_bit, const char *name)
{
	struct cma *cma;

	if (!cma_area_slots_left())
		return NULL;

	cma = &areas[nr_areas];
	cma->base_pfn = base_pfn;
	cma->nr_pages = nr_pages;
	cma->order_per_bit = order_per_bit;
	cma->state = CMA_DECLARED;
	spin_lock_init(&cma->lock);
	init_waitqueue_head(&cma->settled);
	set_name(cma, name);
	nr_areas++;
	return cma;
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
		if (start_pfn < cma->base_pfn + cma->nr_pages &&
		    end_pfn > cma->base_pfn)
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
 * cma_get_base() - where an area starts
 * @cma: the area
 *
 * Context: Any.
 * Return: physical address in bytes.
 */
phys_addr_t cma_get_base(const struct cma *cma)
{
	return PFN_PHYS(cma->base_pfn);
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
