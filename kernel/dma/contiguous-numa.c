// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous DMA memory near the device: areas of nodes.
 *
 *	cma_pernuma=size		one area on each node
 *	numa_cma=node:size[,...]	one area on each of these nodes
 *
 * Both may be given; a node has two areas then, named pernuma<n> and numa<n>,
 * and the former is asked first. These areas may lie at any address. They serve
 * devices that can reach all memory, which is what those of a machine with
 * several nodes usually are; contiguous.c does not ask here for the others.
 *
 * The areas are in place before the first buffer is taken and never change.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/cma.h>
#include <linux/device.h>
#include <linux/init.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include "contiguous.h"
#include "contiguous-parse.h"

static struct cma *pernuma_areas[MAX_NUMNODES] __ro_after_init;
static struct cma *numa_areas[MAX_NUMNODES] __ro_after_init;

/* What the command line asks for, in bytes; 0 for no area. */
static u64 pernuma_bytes __initdata;
static u64 numa_bytes[MAX_NUMNODES] __initdata;

/* Both return 0 always, for the reason that read_cma() has. */
static int __init read_cma_pernuma(char *text)
{
	const char *problem = dma_cma_parse_size(text, DMA_CMA_LAST_ADDR,
						 &pernuma_bytes);

	if (problem)
		pr_err("cma_pernuma=%s: %s; ignored\n", text ?: "", problem);
	return 0;
}
early_param("cma_pernuma", read_cma_pernuma);

static int __init read_numa_cma(char *text)
{
	const char *problem = dma_cma_parse_numa(text, DMA_CMA_LAST_ADDR,
						 numa_bytes, MAX_NUMNODES);

	if (problem)
		pr_err("numa_cma=%s: %s; ignored\n", text ?: "", problem);
	return 0;
}
early_param("numa_cma", read_numa_cma);

/*
 * Reserves one area on a node. If that fails mm has said why, and the other
 * nodes still get theirs.
 */
static void __init reserve_on(int nid, u64 size_bytes, const char *kind,
			      struct cma **area)
{
	char name[CMA_MAX_NAME];

	if (!size_bytes)
		return;
	snprintf(name, sizeof(name), "%s%d", kind, nid);
	cma_declare_contiguous_nid(0, size_bytes, 0, 0, 0, false, name, area,
				   nid);
}

/**
 * dma_cma_reserve_numa() - reserve the areas of all nodes
 *
 * Context: boot, while memblock is in charge and nodes are known.
 */
void __init dma_cma_reserve_numa(void)
{
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++) {
		if (node_online(nid)) {
			reserve_on(nid, pernuma_bytes, "pernuma",
				   &pernuma_areas[nid]);
			reserve_on(nid, numa_bytes[nid], "numa",
				   &numa_areas[nid]);
		} else if (numa_bytes[nid]) {
			pr_err("numa_cma: node %d is not online, no area of %llu MiB there\n",
			       nid, numa_bytes[nid] / SZ_1M);
		}
	}
}

/**
 * dma_cma_take_near() - take a buffer out of an area of a device's node
 * @dev: the device
 * @size: size in bytes, rounded up to whole pages
 * @gfp: as for dma_cma_take()
 *
 * Context: Process context, may sleep.
 * Return: the first page, or NULL.
 */
struct page *dma_cma_take_near(struct device *dev, size_t size, gfp_t gfp)
{
	int nid = dev_to_node(dev);
	struct page *page;

	if (nid == NUMA_NO_NODE)
		return NULL;

	/* There is a further area to ask: a failure here is no news. */
	gfp |= __GFP_NOWARN;
	page = dma_cma_take(pernuma_areas[nid], dev, size, gfp);
	if (!page)
		page = dma_cma_take(numa_areas[nid], dev, size, gfp);
	return page;
}
