// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing the nodes of /reserved-memory: kernel/dma/contiguous-of.c gets what
 * drivers/of makes of a device tree. That part is modelled here: "reg", or
 * "size", "alignment" and "alloc-ranges", are cells of any value, of which comes
 * a region; the region is freed if the handler refuses it.
 *
 * Each verdict is compared with one found the slow way. And whatever the nodes
 * say, neither the kernel, nor the initrd, nor an area is ever freed.
 */

#include "../../../../mm/cma/plan.h"
#include "../harness.h"
#include "input.h"

#define MiB		(1ULL << 20)
#define MAX_NODES	12

/* Statics and all: they are forgotten before each input. */
#include "../../../../kernel/dma/contiguous-of.c"

struct cma *dma_contiguous_default_area;
char shim_kernel[4 * MiB];
phys_addr_t phys_initrd_start;
unsigned long phys_initrd_size;

struct cma {
	struct cma_declaration decl;
};

struct region {
	unsigned __int128 start, end;
};

static struct cma areas[MAX_CMA_AREAS];
static unsigned int nr_areas;
static bool cmdline_given;

/* Regions that are never to be freed. */
static struct region owned[2 + MAX_CMA_AREAS];
static unsigned int nr_owned;

bool dma_cma_cmdline_given(void)
{
	return cmdline_given;
}

const char *cma_get_name(const struct cma *cma)
{
	return cma->decl.name;
}

unsigned long cma_get_size(const struct cma *cma)
{
	return cma->decl.size;
}

static int adopt(phys_addr_t base, phys_addr_t size)
{
	const struct cma_request req = { .base = base, .size = size };
	const struct cma_machine machine = {
		.min_alignment = CMA_MIN_ALIGNMENT_BYTES,
		.page_size = PAGE_SIZE,
		.slots_left = MAX_CMA_AREAS - nr_areas,
	};
	struct cma_plan plan;

	return cma_plan_adopt(&req, &machine, &plan);
}

int cma_declare(const struct cma_declaration *decl, struct cma **res_cma)
{
	int error = adopt(decl->base, decl->size);

	CHECK(decl->flags & CMA_DECLARE_RESERVED);
	if (error)
		return error;
	areas[nr_areas].decl = *decl;
	*res_cma = &areas[nr_areas++];
	return 0;
}

/* The properties of a node: set or not. */
const void *of_get_flat_dt_prop(unsigned long node, const char *name, int *size)
{
	static const char *const names[] = {
		"reusable", "no-map", "linux,cma-default", "linux,cma-private",
		"linux,cma-zeroed",
	};
	unsigned int i;

	(void)size;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return node & BIT(i) ? name : NULL;
	test_fail(__FILE__, __LINE__, "property %s is not known here", name);
}

static void own(u64 start, u64 size)
{
	if (!size)
		return;
	owned[nr_owned++] = (struct region) {
		.start = start, .end = (unsigned __int128)start + size,
	};
}

static bool is_owned(const struct reserved_mem *rmem)
{
	unsigned __int128 start = rmem->base, end = start + rmem->size;
	unsigned int i;

	for (i = 0; i < nr_owned; i++)
		if (rmem->size && start < owned[i].end && end > owned[i].start)
			return true;
	return false;
}

/*
 * As drivers/of reserves it: a region that "reg" names is taken as it is; one
 * of "size" lies at the end of its range, aligned as far as "alignment" is a
 * power of two.
 */
static void reserve(struct input *input, struct reserved_mem *rmem)
{
	bool dynamic = input_byte(input) & 1;
	u64 alignment, start;

	rmem->base = input_number(input, MiB);
	rmem->size = input_number(input, MiB);
	if (!dynamic)
		return;
	start = rmem->base;
	alignment = input_number(input, MiB);
	if (alignment < CMA_MIN_ALIGNMENT_BYTES)
		alignment = CMA_MIN_ALIGNMENT_BYTES;
	rmem->base = (start + input_number(input, MiB) - rmem->size) &
		     ~(alignment - 1);
}

/* What has to come of a node: an error; else, is there an area? */
static int expect(const struct reserved_mem *rmem, bool *area)
{
	unsigned __int128 end = (unsigned __int128)rmem->base + rmem->size;
	unsigned long flags = rmem->fdt_node;

	*area = false;
	if (!(flags & BIT(0)))
		return -EINVAL;
	if (is_owned(rmem))
		return 0;
	/* Who has it freed hands out what has no mapping. */
	if (flags & BIT(1))
		return 0;
	if (!rmem->size || end > (unsigned __int128)1 << 64 ||
	    rmem->base % CMA_MIN_ALIGNMENT_BYTES ||
	    rmem->size % CMA_MIN_ALIGNMENT_BYTES)
		return -EINVAL;
	if ((flags & BIT(2)) && cmdline_given)
		return -EBUSY;
	*area = !adopt(rmem->base, rmem->size);
	return adopt(rmem->base, rmem->size);
}

static void check_area(const struct reserved_mem *rmem, unsigned int before,
		       const struct cma *default_before)
{
	const struct cma *cma = &areas[before];
	bool is_private = cma->decl.flags & CMA_DECLARE_PRIVATE;
	struct device dev = {};

	CHECK_EQ(nr_areas, before + 1);
	CHECK_EQ(cma->decl.base, rmem->base);
	CHECK_EQ(cma->decl.size, rmem->size);
	CHECK_EQ(is_private, !!(rmem->fdt_node & BIT(3)));
	CHECK_EQ(!!(cma->decl.flags & CMA_DECLARE_ZEROED),
		 !!(rmem->fdt_node & BIT(4)));
	CHECK(dma_contiguous_default_area ==
	      (rmem->fdt_node & BIT(2) ? cma : default_before));
	CHECK(rmem->ops);
	CHECK_EQ(rmem->ops->device_init((struct reserved_mem *)rmem, &dev), 0);
	CHECK(dev.cma_area == cma);
	rmem->ops->device_release((struct reserved_mem *)rmem, &dev);
	CHECK(!dev.cma_area);
}

static void check_node(struct reserved_mem *rmem)
{
	const struct cma *default_before = dma_contiguous_default_area;
	unsigned int before = nr_areas;
	int error, expected;
	bool area;

	expected = expect(rmem, &area);
	error = setup_area(rmem);
	CHECK_EQ(error, expected);
	/* Somebody else's memory stays reserved, under whatever name. */
	if (error && rmem->fdt_node & BIT(0))
		CHECK(!is_owned(rmem));

	if (area) {
		check_area(rmem, before, default_before);
		own(rmem->base, rmem->size);
		return;
	}
	CHECK_EQ(nr_areas, before);
	CHECK(!rmem->ops);
	CHECK(dma_contiguous_default_area == default_before);
}

static int count_area(struct cma *cma, void *data)
{
	CHECK(cma != dma_contiguous_default_area);
	++*(unsigned int *)data;
	return 0;
}

static void forget(struct input *input)
{
	nr_claims = 0;
	nr_node_areas = 0;
	node_default = NULL;
	dma_contiguous_default_area = NULL;
	nr_areas = 0;
	nr_owned = 0;
	cmdline_given = input_byte(input) & 1;
	phys_initrd_start = input_number(input, MiB);
	phys_initrd_size = input_byte(input) * MiB / 4;
	if (phys_initrd_start > ~0ULL - phys_initrd_size)
		phys_initrd_start = 0;
	own(__pa_symbol(_text), sizeof(shim_kernel));
	own(phys_initrd_start, phys_initrd_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int number, others = 0;
	struct reserved_mem rmem;

	forget(&input);
	for (number = 0; number < MAX_NODES && input.size; number++) {
		rmem = (struct reserved_mem) { .name = "node" };
		rmem.fdt_node = input_byte(&input) & 31;
		reserve(&input, &rmem);
		check_node(&rmem);
	}
	CHECK_EQ(dma_contiguous_for_each_node_area(count_area, &others), 0);
	CHECK_EQ(others, nr_areas - !!dma_contiguous_default_area);
	return 0;
}
