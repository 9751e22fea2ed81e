// SPDX-License-Identifier: GPL-2.0
/*
 * What do the device tree's and the plan's judges say of reserved-memory nodes?
 *
 * Reads a node a line, numbers as C writes them:
 *
 *	base size reusable no-map  page-bytes least-alignment address-bits
 *
 * and answers each with a line: "area"; "left", if it is not for CMA; or what is
 * wrong with it. scripts/sets/boards.py feeds it the kernel's board files.
 */

#include <stdio.h>
#include <stdlib.h>

#include <linux/types.h>

#include "../../../kernel/dma/contiguous-parse.h"
#include "../../../mm/cma/plan.h"

struct question {
	struct dma_cma_node node;
	u64 page_bytes;
	u64 min_alignment;
	u64 last_addr;
};

static bool read_question(const char *line, struct question *q)
{
	unsigned long long words[7];
	char *end;
	int i;

	for (i = 0; i < 7; i++) {
		words[i] = strtoull(line, &end, 0);
		if (end == line)
			return false;
		line = end;
	}
	*q = (struct question) {
		.node = {
			.base = words[0],
			.size_bytes = words[1],
			.reusable = words[2],
			.no_map = words[3],
		},
		.page_bytes = words[4],
		.min_alignment = words[5],
		.last_addr = ~0ULL >> (64 - words[6]),
	};
	return words[6] >= 1 && words[6] <= 64;
}

/* In the order in which the kernel asks: contiguous-of.c, then boot.c. */
static const char *judge(const struct question *q)
{
	const struct cma_request req = {
		.base = q->node.base,
		.size = q->node.size_bytes,
		.fixed = true,
	};
	const struct cma_machine machine = {
		.min_alignment = q->min_alignment,
		.page_size = q->page_bytes,
		.memory_end = q->last_addr,
		.highmem_start = q->last_addr,
		.slots_left = 1,
	};
	struct cma_plan plan;
	const char *problem;

	if (!q->node.reusable)
		return "left";
	problem = dma_cma_check_node(&q->node, q->last_addr, q->min_alignment);
	if (problem)
		return problem;
	return cma_plan_adopt(&req, &machine, &plan) ? plan.problem : "area";
}

int main(void)
{
	struct question q;
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		if (!read_question(line, &q)) {
			fprintf(stderr, "not a node: %s", line);
			return 2;
		}
		puts(judge(&q));
	}
	return 0;
}
