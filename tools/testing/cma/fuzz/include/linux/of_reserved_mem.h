/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a region, and who takes it. */
#ifndef _CMA_FUZZ_OF_RESERVED_MEM_H
#define _CMA_FUZZ_OF_RESERVED_MEM_H

#include <linux/types.h>

struct device;
struct reserved_mem;

struct reserved_mem_ops {
	int (*device_init)(struct reserved_mem *rmem, struct device *dev);
	void (*device_release)(struct reserved_mem *rmem, struct device *dev);
};

struct reserved_mem {
	const char *name;
	unsigned long fdt_node;
	const struct reserved_mem_ops *ops;
	phys_addr_t base;
	phys_addr_t size;
	void *priv;
};

/* Called by its name. */
#define RESERVEDMEM_OF_DECLARE(name, compatible, init)	\
	_Static_assert(sizeof(compatible) > 1, #name)

#endif
