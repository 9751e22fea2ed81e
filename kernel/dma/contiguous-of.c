// SPDX-License-Identifier: GPL-2.0
/*
 * Areas from the device tree: children of /reserved-memory that are compatible
 * with "shared-dma-pool" and "reusable".
 *
 *	reserved-memory {
 *		bank0: camera-bank@58000000 {
 *			compatible = "shared-dma-pool";
 *			reusable;
 *			reg = <0x0 0x58000000 0x0 0x2000000>;
 *		};
 *	};
 *	camera {
 *		memory-region = <&bank0>;
 *	};
 *
 * drivers/of reads the nodes, reserves their memory and then calls every
 * handler of "shared-dma-pool" until one accepts. Ours is one of two, the other
 * is for regions that are lent to nobody (coherent.c). The area is named after
 * the node. A driver attaches its device to it with
 * of_reserved_mem_device_init(), and from then on it serves that device alone;
 * with "linux,cma-default" it is the default area as well. With
 * "linux,cma-private" the area's memory is lent to nobody: requests never wait
 * for others to move, and the memory is of no use to the rest of the system.
 * With "linux,cma-zeroed" nobody finds in a buffer what others left there.
 *
 * When a handler refuses a node, drivers/of gives the memory back, which is
 * right as long as the node was the only owner. Where nodes overlap, or lie on
 * the kernel, it is not: the memory would be freed under its other owner. Such
 * a node is accepted, so that it stays reserved, but gets no area, and a device
 * cannot be attached to it.
 *
 * Each node that cannot be used gets one message that names it and says why.
 */
#define pr_fmt(fmt) "Reserved memory: " fmt

#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/kconfig.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <asm/sections.h>
#include "contiguous.h"
#include "contiguous-parse.h"

/*
 * What nodes must keep off: the kernel, the initrd, and the areas of earlier
 * nodes. Anything else that has been reserved cannot be told from the node's
 * own reservation.
 */
#define NR_BOOT_CLAIMS	2
static struct dma_cma_claim claims[NR_BOOT_CLAIMS + MAX_CMA_AREAS] __initdata;
static unsigned int nr_claims __initdata;

/* The areas of nodes, and of these the default one, if it is among them. */
static struct cma *node_areas[MAX_CMA_AREAS] __ro_after_init;
static unsigned int nr_node_areas __ro_after_init;
static struct cma *node_default __initdata;

static void __init add_claim(u64 start, u64 size_bytes, const char *owner)
{
	if (nr_claims == ARRAY_SIZE(claims))
		return;
	claims[nr_claims++] = (struct dma_cma_claim) {
		.start = start,
		.end = start + size_bytes,
		.owner = owner,
	};
}

static const struct dma_cma_claim *__init
find_claim(const struct reserved_mem *rmem)
{
	if (!nr_claims) {
		add_claim(__pa_symbol(_text), _end - _text, "the kernel");
		if (IS_ENABLED(CONFIG_BLK_DEV_INITRD))
			add_claim(phys_initrd_start, phys_initrd_size,
				  "the initrd");
	}
	return dma_cma_find_claim(claims, nr_claims, rmem->base, rmem->size);
}

static int attach_device(struct reserved_mem *rmem, struct device *dev)
{
	dev->cma_area = rmem->priv;
	return 0;
}

static void detach_device(struct reserved_mem *rmem, struct device *dev)
{
	dev->cma_area = NULL;
}

static const struct reserved_mem_ops area_ops = {
	.device_init = attach_device,
	.device_release = detach_device,
};

static bool __init has_property(const struct reserved_mem *rmem,
				const char *name)
{
	return of_get_flat_dt_prop(rmem->fdt_node, name, NULL);
}

/* The last node to ask gets it; that must not go unnoticed. */
static void __init set_default_area(const struct reserved_mem *rmem,
				    struct cma *cma)
{
	if (node_default)
		pr_warn("node '%s': replaces '%s' as the default area\n",
			rmem->name, cma_get_name(node_default));
	node_default = cma;
	dma_contiguous_default_area = cma;
}

/*
 * Returns 0 if the node has been dealt with, -EINVAL if it is not for us or
 * cannot be used, -EBUSY if the command line has the say; or what
 * cma_declare() returns, which has told the log.
 */
static int __init setup_area(struct reserved_mem *rmem)
{
	const struct dma_cma_node node = {
		.base = rmem->base,
		.size_bytes = rmem->size,
		.reusable = has_property(rmem, "reusable"),
		.no_map = has_property(rmem, "no-map"),
	};
	const bool is_default = has_property(rmem, "linux,cma-default");
	const bool is_private = has_property(rmem, "linux,cma-private");
	const bool is_zeroed = has_property(rmem, "linux,cma-zeroed");
	const struct cma_declaration decl = {
		.base = rmem->base,
		.size = rmem->size,
		.flags = CMA_DECLARE_RESERVED |
			 (is_private ? CMA_DECLARE_PRIVATE : 0) |
			 (is_zeroed ? CMA_DECLARE_ZEROED : 0),
		.name = rmem->name,
		.nid = NUMA_NO_NODE,
	};
	const struct dma_cma_claim *claim;
	const char *problem;
	struct cma *cma;
	int error;

	if (!node.reusable) {
		if (is_private || is_zeroed)
			pr_err("node '%s': linux,cma-%s means nothing without reusable\n",
			       rmem->name, is_private ? "private" : "zeroed");
		return -EINVAL;
	}

	/* First of all, as every refusal frees the memory. */
	claim = find_claim(rmem);
	if (claim) {
		pr_err("node '%s': overlaps %s (base %pa, size %pa); left reserved, no area\n",
		       rmem->name, claim->owner, &rmem->base, &rmem->size);
		return 0;
	}

	problem = dma_cma_check_node(&node, DMA_CMA_LAST_ADDR,
				     CMA_MIN_ALIGNMENT_BYTES);
	if (problem) {
		pr_err("node '%s': %s (base %pa, size %pa; least size and alignment %lu KiB)\n",
		       rmem->name, problem, &rmem->base, &rmem->size,
		       CMA_MIN_ALIGNMENT_BYTES / SZ_1K);
		/* Its memory has no mapping: freed, it would be anybody's trap. */
		return node.no_map ? 0 : -EINVAL;
	}

	if (is_default && dma_cma_cmdline_given()) {
		pr_info("node '%s': not the default area, cma= is given\n",
			rmem->name);
		return -EBUSY;
	}

	error = cma_declare(&decl, &cma);
	if (error)
		return error;

	node_areas[nr_node_areas++] = cma;
	add_claim(rmem->base, rmem->size, rmem->name);
	if (is_default)
		set_default_area(rmem, cma);
	rmem->priv = cma;
	rmem->ops = &area_ops;
	pr_info("created CMA memory pool at %pa, size %lu MiB\n",
		&rmem->base, (unsigned long)(rmem->size / SZ_1M));
	return 0;
}

/**
 * dma_contiguous_for_each_node_area() - call a function for each node's area
 * @it: the function; the walk goes on if it fails
 * @data: handed to @it
 *
 * The default area is left out, whoever wants that one has it already; and so
 * are those that could not be activated.
 *
 * Context: That of @it; after core_initcall.
 * Return: 0, or what @it returned for the first area that it failed for.
 */
int dma_contiguous_for_each_node_area(int (*it)(struct cma *cma, void *data),
				      void *data)
{
	unsigned int i;
	int err, ret = 0;

	for (i = 0; i < nr_node_areas; i++) {
		if (node_areas[i] == dma_contiguous_default_area ||
		    !cma_get_size(node_areas[i]))
			continue;
		err = it(node_areas[i], data);
		ret = ret ?: err;
	}
	return ret;
}

RESERVEDMEM_OF_DECLARE(cma, "shared-dma-pool", setup_area);
