// SPDX-License-Identifier: GPL-2.0
/*
 * The default area: who decides about its size and place, and its reservation.
 *
 * There are three who may ask for it, the one that knows the most wins:
 *
 *	the command line	cma=size[@start[-end]]
 *	the device tree		a node with linux,cma-default, contiguous-of.c
 *	the configuration	CONFIG_CMA_SIZE_*
 *
 * The architecture calls dma_contiguous_reserve() when memblock knows all
 * memory and all reservations, with the end of what every device can reach. By
 * then the command line has been read, always. The device tree's nodes may be
 * set up before (arm64) or after (ARM, those with "reg"); when they come later
 * they replace what the configuration has got.
 *
 * A parameter that cannot be understood is reported and then forgotten, so that
 * the board comes up with the area it would have without it. One that is
 * understood and cannot be fulfilled is not replaced by anything: somebody who
 * says where the area must be is not helped by one elsewhere. mm says what was
 * in the way.
 *
 * Everything here is gone after boot. Sizes and addresses are in bytes.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include "contiguous.h"
#include "contiguous-parse.h"

/* What cma= says; of no meaning unless @cmdline_given. */
static struct dma_cma_spec cmdline_spec __initdata;
static bool cmdline_given __initdata;

/* The choice in Kconfig leaves out the number that does not count. */
#ifndef CONFIG_CMA_SIZE_MBYTES
#define CONFIG_CMA_SIZE_MBYTES		0
#endif
#ifndef CONFIG_CMA_SIZE_PERCENTAGE
#define CONFIG_CMA_SIZE_PERCENTAGE	0
#endif

#if defined(CONFIG_CMA_SIZE_SEL_PERCENTAGE)
#define CONFIGURED_CHOICE		DMA_CMA_SHARE
#elif defined(CONFIG_CMA_SIZE_SEL_MIN)
#define CONFIGURED_CHOICE		DMA_CMA_SMALLER
#elif defined(CONFIG_CMA_SIZE_SEL_MAX)
#define CONFIGURED_CHOICE		DMA_CMA_LARGER
#else
#define CONFIGURED_CHOICE		DMA_CMA_FIXED_SIZE
#endif

/*
 * Always returns 0: for anything else the core would add a second, poorer
 * message of its own.
 */
static int __init read_cma(char *text)
{
	const char *problem = dma_cma_parse_spec(text, DMA_CMA_LAST_ADDR,
						 &cmdline_spec);

	if (problem)
		pr_err("cma=%s: %s; ignored\n", text ?: "", problem);
	else
		cmdline_given = true;
	return 0;
}
early_param("cma", read_cma);

/**
 * dma_cma_cmdline_given() - has the command line decided about a default area?
 *
 * True also for cma=0: "none" is a decision.
 *
 * Context: boot, after the early parameters.
 * Return: whether it has.
 */
bool __init dma_cma_cmdline_given(void)
{
	return cmdline_given;
}

static struct dma_cma_spec __init configured_spec(void)
{
	unsigned long nr_pages;

	nr_pages = dma_cma_choose_size(CONFIGURED_CHOICE,
				       CONFIG_CMA_SIZE_MBYTES * (SZ_1M / PAGE_SIZE),
				       PHYS_PFN(memblock_phys_mem_size()),
				       CONFIG_CMA_SIZE_PERCENTAGE);
	return (struct dma_cma_spec) {
		.size_bytes = PFN_PHYS(nr_pages),
	};
}

/**
 * dma_contiguous_reserve() - reserve the default area and those of the nodes
 * @limit: end of the memory that every device can reach, in bytes; 0 for all
 *
 * Context: called once by the architecture, while memblock is in charge and has
 * got the memory that must not be taken.
 */
void __init dma_contiguous_reserve(phys_addr_t limit)
{
	struct dma_cma_spec want;

	dma_cma_reserve_numa();

	want = cmdline_given ? cmdline_spec : configured_spec();
	if (!want.size_bytes || dma_contiguous_default_area)
		return;

	dma_contiguous_reserve_area(want.size_bytes, want.start,
				    min_not_zero((phys_addr_t)want.end, limit),
				    &dma_contiguous_default_area, want.fixed);
}

/*
 * ARM maps such memory in pages, so that it can change how parts of it are
 * cached. Here is nothing to do.
 */
void __init __weak
dma_contiguous_early_fixup(phys_addr_t base, unsigned long size)
{
}

/**
 * dma_contiguous_reserve_area() - reserve an area for DMA
 * @size: size in bytes, rounded up
 * @base: its start, or the least address that it may have; 0 for anywhere
 * @limit: end of the memory to look in, in bytes; 0 for all
 * @res_cma: where to store the area; unchanged on failure
 * @fixed: the area must lie at @base
 *
 * Context: boot, while memblock is in charge.
 * Return: 0, or the error of cma_declare_contiguous(), which has told the log.
 */
int __init dma_contiguous_reserve_area(phys_addr_t size, phys_addr_t base,
				       phys_addr_t limit, struct cma **res_cma,
				       bool fixed)
{
	int error = cma_declare_contiguous(base, size, limit, 0, 0, fixed,
					   "reserved", res_cma);

	if (error)
		return error;
	dma_contiguous_early_fixup(cma_get_base(*res_cma),
				   cma_get_size(*res_cma));
	return 0;
}
