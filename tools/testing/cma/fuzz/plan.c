// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing the plan of a declaration: any request to any machine, declared and
 * adopted, against arithmetic that does not wrap.
 */

#include "../naive_plan.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct question q = {};
	uint8_t choices = input_byte(&input);
	uint64_t unit;

	/* What a kernel has: powers of two. Everything else may be anything. */
	q.machine.page_size = 1ULL << (12 + choices % 3 * 2);
	q.machine.min_alignment = q.machine.page_size << (choices >> 2) % 12;
	unit = q.machine.min_alignment;
	q.machine.slots_left = input_byte(&input) % 4;
	q.machine.memory_end = input_number(&input, unit);
	q.machine.highmem_start = input_number(&input, unit);
	if (q.machine.highmem_start > q.machine.memory_end)
		q.machine.highmem_start = q.machine.memory_end;
	q.machine.dma_end = input_number(&input, unit);

	q.req.base = input_number(&input, unit);
	q.req.size = input_number(&input, unit);
	q.req.limit = input_number(&input, unit);
	q.req.alignment = input_number(&input, unit);
	q.req.order_per_bit = input_number(&input, 1);
	q.req.fixed = choices >> 7;

	naive_check_declaration(&q);
	naive_check_adoption(&q);
	return 0;
}
