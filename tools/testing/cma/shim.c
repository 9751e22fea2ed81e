// SPDX-License-Identifier: GPL-2.0
/* The parts of the shims that have state. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "harness.h"
#include "shim.h"

static bool warnings_expected;
static unsigned int warnings;

static int allocations_until_failure = -1;
static long allocations;

unsigned long shim_blocks;

/* A seam of the model, where there is one: model/model.h. */
bool model_fails(const char *seam) __attribute__((weak));

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

static _Thread_local char last_line[512];

void shim_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_line, sizeof(last_line), format, args);
	va_end(args);
}

const char *shim_last_line(void)
{
	return last_line;
}

/* Return: what has been written, without what did not fit. */
int scnprintf(char *text, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, size, format, args);
	va_end(args);
	return length < (int)size ? length : (int)size - 1;
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
	if (model_fails && model_fails("kvcalloc"))
		return NULL;

	memory = calloc(nr, size);
	if (memory)
		__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return memory;
}

void kvfree(const void *memory)
{
	if (memory)
		__atomic_fetch_sub(&allocations, 1, __ATOMIC_RELAXED);
	free((void *)memory);
}
