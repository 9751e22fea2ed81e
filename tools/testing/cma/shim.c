// SPDX-License-Identifier: GPL-2.0
/* The parts of the shims that have state. */

#include <stdbool.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/slab.h>

#include "harness.h"
#include "shim.h"

static bool warnings_expected;
static unsigned int warnings;

static int allocations_until_failure = -1;
static long allocations;

unsigned long shim_blocks;

/* libFuzzer has one of its own. */
__attribute__((weak)) void __sanitizer_cov_trace_pc(void)
{
	shim_blocks++;
}

void shim_warn(const char *file, int line, const char *what)
{
	if (!warnings_expected)
		test_fail(file, line, "warning: %s", what);
	warnings++;
}

void shim_expect_warnings(void)
{
	warnings_expected = true;
	warnings = 0;
}

unsigned int shim_warnings(void)
{
	warnings_expected = false;
	return warnings;
}

void shim_fail_allocation(int after)
{
	allocations_until_failure = after;
}

long shim_allocations(void)
{
	return allocations;
}

void *kvcalloc(size_t nr, size_t size, gfp_t gfp)
{
	void *memory;

	(void)gfp;
	if (allocations_until_failure >= 0 && !allocations_until_failure--)
		return NULL;

	memory = calloc(nr, size);
	if (memory)
		allocations++;
	return memory;
}

void kvfree(const void *memory)
{
	if (memory)
		allocations--;
	free((void *)memory);
}
