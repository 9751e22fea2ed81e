/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What people ask of contiguous DMA memory, in words: the boot parameters and
 * the device tree. Pure functions; contiguous-parse.c says more.
 */
#ifndef _KERNEL_DMA_CONTIGUOUS_PARSE_H
#define _KERNEL_DMA_CONTIGUOUS_PARSE_H

#include <linux/init.h>
#include <linux/types.h>

/* Needed at boot only, unless there is a test that calls it later. */
#ifdef CONFIG_DMA_CMA_KUNIT_TEST
#define __dma_cma_init
#else
#define __dma_cma_init __init
#endif

/**
 * struct dma_cma_spec - a default area as "cma=" describes it
 * @size_bytes: size; 0 for no default area
 * @start: first byte of the range that the area must lie in, or 0
 * @end: first byte behind that range; 0 for no bound
 * @fixed: the area must lie at @start
 */
struct dma_cma_spec {
	u64 size_bytes;
	u64 start;
	u64 end;
	bool fixed;
};

/* Which of the configured sizes the default area gets, if nobody says "cma=". */
enum dma_cma_choice {
	DMA_CMA_FIXED_SIZE,
	DMA_CMA_SHARE,
	DMA_CMA_SMALLER,
	DMA_CMA_LARGER,
};

/**
 * struct dma_cma_node - what a reserved-memory node says about itself
 * @base: physical address of its region
 * @size_bytes: size of its region
 * @reusable: others may use the memory while the device does not
 * @no_map: nobody may map the memory
 */
struct dma_cma_node {
	u64 base;
	u64 size_bytes;
	bool reusable;
	bool no_map;
};

/**
 * struct dma_cma_claim - memory [start, end) that has an owner
 * @start: first byte
 * @end: first byte behind
 * @owner: who, for messages
 */
struct dma_cma_claim {
	u64 start;
	u64 end;
	const char *owner;
};

const char *dma_cma_parse_spec(const char *text, u64 last_addr,
			       struct dma_cma_spec *spec);
const char *dma_cma_parse_size(const char *text, u64 last_addr,
			       u64 *size_bytes);
const char *dma_cma_parse_numa(const char *text, u64 last_addr,
			       u64 *node_bytes, unsigned int nr_nodes);
unsigned long dma_cma_choose_size(enum dma_cma_choice choice,
				  unsigned long fixed_pages,
				  unsigned long memory_pages,
				  unsigned int percent);
const char *dma_cma_check_node(const struct dma_cma_node *node, u64 last_addr,
			       u64 min_alignment);
const struct dma_cma_claim *
dma_cma_find_claim(const struct dma_cma_claim *claims, unsigned int nr_claims,
		   u64 base, u64 size_bytes);

#endif /* _KERNEL_DMA_CONTIGUOUS_PARSE_H */
