/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declaring an area: what was asked for, and what is to be done about it.
 *
 * The plan is pure: it judges a request against a description of the machine,
 * and says either where to look for memory, in which order, or what is wrong.
 * boot.c carries it out with memblock. Being pure, it is tested on the host
 * and by KUnit, where memblock is long gone.
 */
#ifndef _MM_CMA_PLAN_H
#define _MM_CMA_PLAN_H

#include <linux/types.h>

/**
 * struct cma_request - an area as its declarer wants it
 * @base: physical address, in bytes; 0 for anywhere, whatever @fixed says
 * @size: in bytes
 * @limit: end of the memory to look in, in bytes; 0 for no limit
 * @alignment: in bytes, a power of two; 0 for the least this kernel supports
 * @order_per_bit: log2 of the pages that one bit of the area stands for
 * @fixed: the area must lie at @base exactly
 */
struct cma_request {
	phys_addr_t base;
	phys_addr_t size;
	phys_addr_t limit;
	phys_addr_t alignment;
	unsigned int order_per_bit;
	bool fixed;
};

/**
 * struct cma_machine - what a plan has to know of the machine
 * @min_alignment: CMA_MIN_ALIGNMENT_BYTES
 * @page_size: PAGE_SIZE
 * @memory_end: first byte after the last memory
 * @highmem_start: first byte of highmem; @memory_end where there is none
 * @dma_end: first byte above the 32-bit zones, which other devices need more
 *	     (4 GiB on a 64-bit kernel, else 0: no preference)
 * @slots_left: number of areas that can still be registered
 */
struct cma_machine {
	phys_addr_t min_alignment;
	phys_addr_t page_size;
	phys_addr_t memory_end;
	phys_addr_t highmem_start;
	phys_addr_t dma_end;
	unsigned int slots_left;
};

/*
 * One place to look for memory: [start, end), from below or from above. It can
 * hold the area, and both borders are aligned as the area has to be.
 */
struct cma_window {
	phys_addr_t start;
	phys_addr_t end;
	bool bottom_up;
};

#define CMA_PLAN_WINDOWS 4

/**
 * struct cma_plan - what is to be done
 * @base: where the area starts if @fixed, else as asked for
 * @size: bytes to reserve, a multiple of @alignment
 * @alignment: least alignment of the area's start in bytes; a bit's worth of
 *	       pages at least
 * @fixed: reserve at @base or fail; the windows are empty
 * @nr_windows: number of places to look in, in this order
 * @windows: the places
 * @problem: what is wrong, for the message; NULL if nothing is
 *
 * If there is a problem, @base, @size and @alignment say what it was found
 * with, for the message; nothing is to be done.
 */
struct cma_plan {
	phys_addr_t base;
	phys_addr_t size;
	phys_addr_t alignment;
	bool fixed;
	unsigned int nr_windows;
	struct cma_window windows[CMA_PLAN_WINDOWS];
	const char *problem;
};

int cma_plan_declare(const struct cma_request *req,
		     const struct cma_machine *machine, struct cma_plan *plan);
int cma_plan_adopt(const struct cma_request *req,
		   const struct cma_machine *machine, struct cma_plan *plan);

#endif /* _MM_CMA_PLAN_H */
