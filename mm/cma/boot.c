// SPDX-License-Identifier: GPL-2.0
/*
 * How does an area come to be?
 *
 * In two steps. While memblock rules, it is declared: plan.c judges what was
 * asked for, memblock reserves the memory, the registry gives it a name. When
 * the buddy allocator is up, at core_initcall, it is activated: its pageblocks
 * become MIGRATE_CMA and its pages are freed into the buddy allocator, where
 * from then on movable users live in them. Those of a private area stay where
 * they are, as reserved pages that nobody refers to.
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
#include <linux/slab.h>
#include <linux/string.h>
#include "../contig/fault.h"
#include "../internal.h"
#include "area.h"
#include "insight.h"
#include "pieces.h"
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
	/* Where memory is given out from below, the lowest is wanted here too. */
	if (IS_ENABLED(CONFIG_PHYS_ADDR_T_64BIT) && !memblock_bottom_up())
		machine.dma_end = (phys_addr_t)SZ_4G;
	return machine;
}

static int __init refuse(const struct cma_plan *plan, const char *name, int err)
{
	pr_err("Failed to reserve area '%s': %s (base %pa, size %pa, alignment %pa; the least alignment of this kernel is %lu KiB)\n",
	       name ?: "unnamed", plan->problem, &plan->base, &plan->size,
	       &plan->alignment, CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
	return err;
}

/* For memblock, what a device tree says is no-map is memory, but of another kind. */
static const char *__init why_no_memory(phys_addr_t base, phys_addr_t size)
{
	if (memblock_is_region_memory(base, size))
		return memblock_is_map_memory(base) ? NULL :
		       "nobody may map the memory at this place";
	if (memblock_overlaps_region(&memblock.memory, base, size))
		return "only part of this place is memory that may be mapped";
	return "there is no memory at this place";
}

/* Reserve exactly what the plan says. */
static int __init reserve_fixed(struct cma_plan *plan)
{
	plan->problem = why_no_memory(plan->base, plan->size);
	if (plan->problem)
		return -EINVAL;
	if (memblock_is_region_reserved(plan->base, plan->size) ||
	    memblock_reserve(plan->base, plan->size)) {
		plan->problem = "the place is in use";
		return -EBUSY;
	}
	accept_memory(plan->base, plan->size);
	return 0;
}

static phys_addr_t __init reserve_in(const struct cma_window *window,
				     const struct cma_plan *plan, int nid)
{
	bool was_bottom_up = memblock_bottom_up();
	phys_addr_t base;

	memblock_set_bottom_up(was_bottom_up || window->bottom_up);
	base = memblock_alloc_range_nid(plan->size, plan->alignment,
					window->start, window->end, nid, true);
	memblock_set_bottom_up(was_bottom_up);
	/* What the buddy allocator gets is no leak. */
	if (base)
		kmemleak_ignore_phys(base);
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

/* Reserve it in several pieces, as few as will do. */
static int __init reserve_scattered(struct cma_plan *plan,
				    const struct cma_machine *machine,
				    const struct cma_declaration *decl,
				    struct cma_piece_list *chosen)
{
	phys_addr_t limit = min_not_zero(decl->limit, machine->memory_end);
	phys_addr_t start, end;
	struct cma_pieces pieces;
	unsigned int nr;
	u64 i;

	cma_pieces_init(&pieces, machine, plan->alignment);
	for_each_free_mem_range(i, decl->nid, MEMBLOCK_NONE, &start, &end, NULL) {
		/* Address 0 is no good for a buffer. */
		cma_pieces_offer(&pieces,
				 max3(start, decl->base, (phys_addr_t)PAGE_SIZE),
				 min(end, limit));
	}
	if (cma_pieces_choose(&pieces, plan->size, chosen)) {
		plan->problem = "there is no free memory of this size, not even in pieces";
		return -ENOMEM;
	}

	for (nr = 0; nr < chosen->nr; nr++)
		if (memblock_reserve(chosen->pieces[nr].start,
				     chosen->pieces[nr].size))
			break;
	if (nr == chosen->nr) {
		while (nr--)
			accept_memory(chosen->pieces[nr].start,
				      chosen->pieces[nr].size);
		return 0;
	}
	while (nr--)
		memblock_phys_free(chosen->pieces[nr].start,
				   chosen->pieces[nr].size);
	plan->problem = "memblock has no memory for a note of its pieces";
	return -ENOMEM;
}

static void __init choose_one(const struct cma_plan *plan,
			      struct cma_piece_list *chosen)
{
	chosen->nr = 1;
	chosen->pieces[0].start = plan->base;
	chosen->pieces[0].size = plan->size;
}

/* Find memory for a declaration, and reserve it. */
static int __init reserve(const struct cma_declaration *decl,
			  const struct cma_request *req,
			  const struct cma_machine *machine,
			  struct cma_plan *plan, struct cma_piece_list *chosen)
{
	int err = cma_plan_declare(req, machine, plan);

	if (!err)
		err = plan->fixed ? reserve_fixed(plan) :
				    reserve_anywhere(plan, decl->nid);
	if (err == -ENOMEM && decl->flags & CMA_DECLARE_SCATTERED)
		return reserve_scattered(plan, machine, decl, chosen);
	if (!err)
		choose_one(plan, chosen);
	return err;
}

/* The memory is somebody's already: see whether it is what he says. */
static int __init adopt(const struct cma_request *req,
			const struct cma_machine *machine,
			struct cma_plan *plan, struct cma_piece_list *chosen)
{
	int err = cma_plan_adopt(req, machine, plan);

	if (err)
		return err;
	plan->problem = why_no_memory(plan->base, plan->size);
	if (plan->problem)
		return -EINVAL;
	if (!memblock_is_region_reserved(plan->base, plan->size)) {
		plan->problem = "the memory has not been reserved";
		return -EINVAL;
	}
	if (cma_area_at(PHYS_PFN(plan->base),
			PHYS_PFN(plan->base + plan->size))) {
		plan->problem = "another area lies there";
		return -EBUSY;
	}
	choose_one(plan, chosen);
	return 0;
}

static void __init tell(const struct cma_plan *plan,
			const struct cma_piece_list *chosen, int nid)
{
	if (chosen->nr == 1)
		pr_info("Reserved %lu MiB at %pa on node %d\n",
			(unsigned long)(plan->size / SZ_1M),
			&chosen->pieces[0].start, nid);
	else
		pr_info("Reserved %lu MiB in %u pieces, the first at %pa, on node %d\n",
			(unsigned long)(plan->size / SZ_1M), chosen->nr,
			&chosen->pieces[0].start, nid);
}

/**
 * cma_declare() - make an area
 * @decl: what it has to be
 * @res_cma: where to store the area; unchanged on failure
 *
 * Without a base, memory above 4 GiB is preferred, which other devices do not
 * compete for. A piece of an area never spans lowmem and highmem. Its name may
 * get a suffix, if there is an area of that name.
 *
 * Context: Boot, while memblock hands out memory.
 * Return: 0; -EINVAL for a request that makes no sense on this machine, -EBUSY
 * if the fixed place is in use, -ENOMEM if there is no room, -ENOSPC if there
 * are CONFIG_CMA_AREAS areas already.
 */
int __init cma_declare(const struct cma_declaration *decl,
		       struct cma **res_cma)
{
	const struct cma_request req = {
		.base = decl->base,
		.size = decl->size,
		.limit = decl->limit,
		.alignment = decl->alignment,
		.order_per_bit = decl->order_per_bit,
		.fixed = decl->flags & CMA_DECLARE_FIXED,
	};
	const struct cma_machine machine = describe_machine();
	bool is_reserved = decl->flags & CMA_DECLARE_RESERVED;
	struct cma_piece_list chosen = { };
	struct cma_plan plan;
	unsigned int i;
	struct cma *cma;
	int err;

	if (is_reserved)
		err = adopt(&req, &machine, &plan, &chosen);
	else
		err = reserve(decl, &req, &machine, &plan, &chosen);
	if (err)
		return refuse(&plan, decl->name, err);

	/* The plan has seen to it that there is a slot. */
	cma = cma_area_register(decl->order_per_bit, decl->name);
	cma->is_private = decl->flags & CMA_DECLARE_PRIVATE;
	cma->is_zeroed = decl->flags & CMA_DECLARE_ZEROED;
	cma->is_scattered = decl->flags & CMA_DECLARE_SCATTERED;
	for (i = 0; i < chosen.nr; i++)
		cma_area_add_range(cma, PHYS_PFN(chosen.pieces[i].start),
				   chosen.pieces[i].size >> PAGE_SHIFT);
	totalcma_pages += cma->nr_pages;
	if (!is_reserved)
		tell(&plan, &chosen, decl->nid);
	*res_cma = cma;
	return 0;
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
 * Context: Boot, while memblock hands out memory.
 * Return: as cma_declare().
 */
int __init cma_declare_contiguous_nid(phys_addr_t base, phys_addr_t size,
				      phys_addr_t limit, phys_addr_t alignment,
				      unsigned int order_per_bit, bool fixed,
				      const char *name, struct cma **res_cma,
				      int nid)
{
	const struct cma_declaration decl = {
		.base = base,
		.size = size,
		.limit = limit,
		.alignment = alignment,
		.order_per_bit = order_per_bit,
		.flags = fixed ? CMA_DECLARE_FIXED : 0,
		.name = name,
		.nid = nid,
	};

	return cma_declare(&decl, res_cma);
}

/**
 * cma_declare_contiguous_multi() - reserve memory for an area, in pieces if need
 *				    be
 * @size: size in bytes, rounded up to the alignment
 * @align: alignment of each piece in bytes, a power of two; 0, or less than
 *	   CMA_MIN_ALIGNMENT_BYTES, for that
 * @order_per_bit: requests start and end on a multiple of 1 << this, in pages
 * @name: name of the area, or NULL for one of our choice
 * @res_cma: where to store the area
 * @nid: node whose memory to take, or NUMA_NO_NODE
 *
 * For owners of many buffers, each much smaller than the area.
 *
 * Context: Boot, while memblock hands out memory.
 * Return: as cma_declare().
 */
int __init cma_declare_contiguous_multi(phys_addr_t size, phys_addr_t align,
					unsigned int order_per_bit,
					const char *name, struct cma **res_cma,
					int nid)
{
	const struct cma_declaration decl = {
		.size = size,
		.alignment = align,
		.order_per_bit = order_per_bit,
		.flags = CMA_DECLARE_SCATTERED,
		.name = name,
		.nid = nid,
	};

	return cma_declare(&decl, res_cma);
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
	const struct cma_declaration decl = {
		.base = base,
		.size = size,
		.order_per_bit = order_per_bit,
		.flags = CMA_DECLARE_RESERVED,
		.name = name,
		.nid = NUMA_NO_NODE,
	};

	return cma_declare(&decl, res_cma);
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

/* Cut a piece in two, so that the second begins at @pfn. */
static bool __init cut(struct cma *cma, struct cma_range *range,
		       unsigned long pfn)
{
	unsigned long nr_kept = pfn - range->base_pfn;
	struct cma_range rest = {
		.base_pfn = pfn,
		.nr_pages = range->nr_pages - nr_kept,
	};
	struct cma_range *end = cma->ranges + cma->nr_ranges;

	if (cma->nr_ranges == CMA_MAX_RANGES ||
	    !IS_ALIGNED(pfn, CMA_MIN_ALIGNMENT_PAGES) ||
	    !IS_ALIGNED(nr_kept, 1UL << cma->order_per_bit))
		return false;
	memmove(range + 2, range + 1, (void *)end - (void *)(range + 1));
	range->nr_pages = nr_kept;
	range[1] = rest;
	cma->nr_ranges++;
	return true;
}

/*
 * See that each piece is of one zone, and that its struct pages lie one behind
 * the other, as everybody expects who was handed out a range and counts on from
 * its first page. Without a virtual map of them there may be gaps between those
 * of different memory sections; the piece is cut there.
 *
 * Return: NULL, or what is wrong.
 */
static const char *__init check_pages(struct cma *cma)
{
	struct page *page, *expected = NULL;
	struct zone *zone = NULL;
	struct cma_range *range;
	unsigned long pfn;

	for_each_cma_range(range, cma) {
		for (pfn = range->base_pfn;
		     pfn < range->base_pfn + range->nr_pages; pfn++) {
			if (!pfn_valid(pfn))
				return "there is a hole in it";
			page = pfn_to_page(pfn);
			if (pfn == range->base_pfn) {
				zone = page_zone(page);
				expected = page;
			}
			if (page_zone(page) != zone && !cma->is_scattered)
				return "it spans zones";
			if ((page_zone(page) != zone || page != expected) &&
			    !cut(cma, range, pfn))
				return "it is in too many pieces";
			expected = page + 1;
		}
	}
	return NULL;
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

/* Nobody gets hold of the page any more: one of a private area, waiting. */
static void __init keep_pageblock(unsigned long block_pfn)
{
	unsigned long pfn;

	for (pfn = block_pfn; pfn < block_pfn + pageblock_nr_pages; pfn++)
		set_page_count(pfn_to_page(pfn), 0);
}

static void __init release_range(const struct cma_range *range)
{
	unsigned long pfn, end_pfn = range->base_pfn + range->nr_pages;

	for (pfn = range->base_pfn; pfn < end_pfn; pfn++)
		if (pfn_valid(pfn))
			free_reserved_page(pfn_to_page(pfn));
}

static void __init destroy_maps(struct cma *cma)
{
	struct cma_range *range;

	for_each_cma_range(range, cma) {
		if (range->map)
			cma_map_destroy(range->map);
		kfree(range->map);
		range->map = NULL;
	}
}

/* Nothing has been lent: return the memory, unless its owner wants it. */
static void __init fail_area(struct cma *cma, const char *problem)
{
	struct cma_range *range;

	pr_err("area '%s' could not be activated: %s; %lu MiB %s\n", cma->name,
	       problem, cma->nr_pages >> (20 - PAGE_SHIFT),
	       cma->keep_on_error ? "stay reserved" : "go back to the system");

	destroy_maps(cma);
	if (!cma->keep_on_error)
		for_each_cma_range(range, cma)
			release_range(range);
	totalcma_pages -= cma->nr_pages;
	cma->nr_pages = 0;
	cma->nr_ranges = 0;
	cma->state = CMA_FAILED;
}

static int __init make_maps(struct cma *cma)
{
	struct cma_range *range;

	for_each_cma_range(range, cma) {
		struct cma_map *map = kzalloc(sizeof(*map), GFP_KERNEL);

		if (!map || should_fail_cma(FAIL_CMA_ACTIVATE) ||
		    cma_map_init(map, range->base_pfn, range->nr_pages,
				 cma->order_per_bit)) {
			kfree(map);
			return -ENOMEM;
		}
		range->map = map;
	}
	return 0;
}

static void __init activate(struct cma *cma)
{
	const char *problem = check_pages(cma);
	struct cma_range *range;
	unsigned long pfn;

	if (!problem && make_maps(cma))
		problem = "no memory for its map";
	if (problem)
		return fail_area(cma, problem);

	for_each_cma_range(range, cma)
		for (pfn = range->base_pfn;
		     pfn < range->base_pfn + range->nr_pages;
		     pfn += pageblock_nr_pages)
			if (cma->is_private)
				keep_pageblock(pfn);
			else
				lend_pageblock(pfn);
	cma_insight_init(cma);
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
