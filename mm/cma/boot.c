// SPDX-License-Identifier: GPL-2.0
/*
 * How does an area come to be?
 *
 * In two steps. While memblock rules, it is declared: plan.c judges what was
 * asked for, memblock reserves the memory, the registry gives it a name. When
 * the buddy allocator is up, at core_initcall, it is activated: its pageblocks
 * become MIGRATE_CMA and its pages are freed into the buddy allocator, where
 * from then on movable users live in them.
 *
 * A declaration that cannot be carried out changes nothing and says why, once.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/highmem.h>
#include <linux/kmemleak.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/pgalloc_tag.h>
#include <linux/sizes.h>
#include "../internal.h"
#include "area.h"
#include "plan.h"

static struct cma_machine __init describe_machine(void)
{
	struct cma_machine machine = {
		.min_alignment = CMA_MIN_ALIGNMENT_BYTES,
		.page_size = PAGE_SIZE,
		.memory_end = memblock_end_of_DRAM(),
		.slots_left = cma_area_slots_left(),
	};

	machine.highmem_start = machine.memory_end;
	if (IS_ENABLED(CONFIG_HIGHMEM) && high_memory)
		machine.highmem_start = __pa(high_memory - 1) + 1;
	if (IS_ENABLED(CONFIG_PHYS_ADDR_T_64BIT))
		machine.dma_end = (phys_addr_t)SZ_4G;
	return machine;
}

static int __init refuse(const struct cma_plan *plan, const char *name, int err)
{
	pr_err("area '%s': %s (base %pa, size %pa, alignment %pa; the least alignment of this kernel is %lu KiB)\n",
	       name ?: "unnamed", plan->problem, &plan->base, &plan->size,
	       &plan->alignment, CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
	return err;
}

/* Reserve exactly what the plan says. */
static int __init reserve_fixed(struct cma_plan *plan)
{
	if (!memblock_is_region_memory(plan->base, plan->size)) {
		plan->problem = "there is no memory at this place";
		return -EINVAL;
	}
	if (memblock_is_region_reserved(plan->base, plan->size) ||
	    memblock_reserve(plan->base, plan->size)) {
		plan->problem = "the place is in use";
		return -EBUSY;
	}
	return 0;
}

static phys_addr_t __init reserve_in(const struct cma_window *window,
				     const struct cma_plan *plan, int nid)
{
	bool was_bottom_up = memblock_bottom_up();
	phys_addr_t base;

	memblock_set_bottom_up(window->bottom_up);
	base = memblock_alloc_range_nid(plan->size, plan->alignment,
					window->start, window->end, nid, true);
	memblock_set_bottom_up(was_bottom_up);
	return base;
}

/* Reserve somewhere in the windows, the first that has room. */
static int __init reserve_anywhere(struct cma_plan *plan, int nid)
{
	unsigned int i;

	for (i = 0; i < plan->nr_windows; i++) {
		plan->base = reserve_in(&plan->windows[i], plan, nid);
		if (plan->base)
			return 0;
	}
	plan->problem = "there is no free memory of this size";
	return -ENOMEM;
}

static struct cma *__init register_area(const struct cma_plan *plan,
					unsigned int order_per_bit,
					const char *name)
{
	struct cma *cma = cma_area_register(PHYS_PFN(plan->base),
					    plan->size >> PAGE_SHIFT,
					    order_per_bit, name);

	if (cma)
		totalcma_pages += cma->nr_pages;
	return cma;
}

/**
 * cma_declare_contiguous_nid() - reserve memory for an area
 * @base: physical address of the area in bytes; 0 for anywhere, and then
 *	  @fixed is ignored
 * @size: size in bytes, rounded up to the alignment
 * @limit: end of the memory to look in, in bytes; 0 for no limit
 * @alignment: alignment in bytes, a power of two; 0, or less than
 *	       CMA_MIN_ALIGNMENT_BYTES, for that
 * @order_per_bit: requests start and end on a multiple of 1 << this, in pages
 * @fixed: the area must lie at @base; else @base is the least address
 * @name: name of the area, or NULL for one of our choice
 * @res_cma: where to store the area
 * @nid: node whose memory to take, or NUMA_NO_NODE
 *
 * Without @base, memory above 4 GiB is preferred, which other devices do not
 * compete for. An area never spans lowmem and highmem.
 *
 * Context: Boot, while memblock hands out memory.
 * Return: 0; -EINVAL for a request that makes no sense on this machine, -EBUSY
 * if the fixed place is in use, -ENOMEM if there is no room, -ENOSPC if there
 * are CONFIG_CMA_AREAS areas already.
 */
int __init cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
				      phys_addr_t limit, phys_addr_t alignment,
				      unsigned int order_per_bit, bool fixed,
				      const char *name, struct cma **res_cma,
				      int nid)
{
	const struct cma_request req = {
		.base = base,
		.size = size,
		.limit = limit,
		.alignment = alignment,
		.order_per_bit = order_per_bit,
		.fixed = fixed,
	};
	const struct cma_machine machine = describe_machine();
	struct cma_plan plan;
	int err;

	err = cma_plan_declare(&req, &machine, &plan);
	if (!err)
		err = plan.fixed ? reserve_fixed(&plan) :
				   reserve_anywhere(&plan, nid);
	if (err)
		return refuse(&plan, name, err);

	/* What the buddy allocator gets back is no leak. */
	kmemleak_ignore_phys(plan.base);
	*res_cma = register_area(&plan, order_per_bit, name);
	pr_info("Reserved %lu MiB at %pa on node %d\n",
		(unsigned long)(plan.size / SZ_1M), &plan.base, nid);
	return 0;
}

/**
 * cma_init_reserved_mem() - make an area of memory that is reserved already
 * @base: physical address in bytes
 * @size: size in bytes
 * @order_per_bit: requests start and end on a multiple of 1 << this, in pages
 * @name: name of the area, or NULL for one of our choice
 * @res_cma: where to store the area
 *
 * Both ends must be aligned to CMA_MIN_ALIGNMENT_BYTES. The memory stays
 * reserved if this fails.
 *
 * Context: Boot, while memblock hands out memory.
 * Return: 0; -EINVAL if the region cannot be an area, -EBUSY if there is
 * another area in it, -ENOSPC if there are CONFIG_CMA_AREAS areas already.
 */
int __init cma_init_reserved_mem(phys_addr_t base, phys_addr_t size,
				 unsigned int order_per_bit, const char *name,
				 struct cma **res_cma)
{
	const struct cma_request req = {
		.base = base,
		.size = size,
		.order_per_bit = order_per_bit,
		.fixed = true,
	};
	const struct cma_machine machine = describe_machine();
	struct cma_plan plan;
	int err;

	err = cma_plan_adopt(&req, &machine, &plan);
	if (!err && !memblock_is_region_memory(base, size)) {
		plan.problem = "there is no memory at this place";
		err = -EINVAL;
	}
	if (!err && !memblock_is_region_reserved(base, size)) {
		plan.problem = "the memory has not been reserved";
		err = -EINVAL;
	}
	if (!err && cma_area_at(PHYS_PFN(base), PHYS_PFN(base + size))) {
		plan.problem = "another area lies there";
		err = -EBUSY;
	}
	if (err)
		return refuse(&plan, name, err);

	*res_cma = register_area(&plan, order_per_bit, name);
	return 0;
}

/**
 * cma_reserve_pages_on_error() - keep the memory if activation fails
 * @cma: the area
 *
 * For owners who need the memory even if nobody else can use it meanwhile.
 *
 * Context: Boot, before core_initcall.
 */
void __init cma_reserve_pages_on_error(struct cma *cma)
{
	cma->keep_on_error = true;
}

/* Is there a struct page for every page, and all in one zone? */
static bool __init is_one_zone(const struct cma *cma)
{
	unsigned long pfn, end_pfn = cma->base_pfn + cma->nr_pages;
	struct zone *zone;

	if (!pfn_valid(cma->base_pfn))
		return false;
	zone = page_zone(pfn_to_page(cma->base_pfn));
	for (pfn = cma->base_pfn; pfn < end_pfn; pfn++)
		if (!pfn_valid(pfn) || page_zone(pfn_to_page(pfn)) != zone)
			return false;
	return true;
}

/* Free one reserved pageblock into the buddy allocator, as an area's. */
static void __init lend_pageblock(unsigned long block_pfn)
{
	struct page *head = pfn_to_page(block_pfn);
	unsigned long pfn;

	for (pfn = block_pfn; pfn < block_pfn + pageblock_nr_pages; pfn++) {
		__ClearPageReserved(pfn_to_page(pfn));
		set_page_count(pfn_to_page(pfn), 0);
	}

	page_zone(head)->cma_pages += pageblock_nr_pages;
	set_pageblock_migratetype(head, MIGRATE_CMA);
	/* Free takes one reference, and a block that nobody allocated. */
	set_page_refcounted(head);
	clear_page_tag_ref(head);
	__free_pages(head, pageblock_order);
	adjust_managed_page_count(head, pageblock_nr_pages);
}

/* Nothing has been lent: return the memory, unless its owner wants it. */
static void __init fail_area(struct cma *cma, const char *problem)
{
	unsigned long pfn, end_pfn = cma->base_pfn + cma->nr_pages;

	pr_err("area '%s' could not be activated: %s; %lu MiB %s\n", cma->name,
	       problem, cma->nr_pages >> (20 - PAGE_SHIFT),
	       cma->keep_on_error ? "stay reserved" : "go back to the system");

	if (!cma->keep_on_error)
		for (pfn = cma->base_pfn; pfn < end_pfn; pfn++)
			if (pfn_valid(pfn))
				free_reserved_page(pfn_to_page(pfn));
	totalcma_pages -= cma->nr_pages;
	cma->nr_pages = 0;
	cma->state = CMA_FAILED;
}

static void __init activate(struct cma *cma)
{
	unsigned long pfn, end_pfn = cma->base_pfn + cma->nr_pages;

	if (!is_one_zone(cma))
		return fail_area(cma, "it spans zones or holes");
	if (cma_map_init(&cma->map, cma->base_pfn, cma->nr_pages,
			 cma->order_per_bit))
		return fail_area(cma, "no memory for its map");

	for (pfn = cma->base_pfn; pfn < end_pfn; pfn += pageblock_nr_pages)
		lend_pageblock(pfn);
	cma->state = CMA_ACTIVE;
}

static int __init activate_areas(void)
{
	struct cma *cma;

	for (cma = cma_area_next(NULL); cma; cma = cma_area_next(cma))
		activate(cma);
	return 0;
}
core_initcall(activate_areas);
