/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the boot parameters of contiguous DMA memory mean, found the slow way:
 * the C library takes the text apart, numbers do not wrap. Whoever checks a
 * text gets a test failure if kernel/dma/contiguous-parse.c reads it otherwise,
 * or touches a result that it should leave alone.
 */
#ifndef _CMA_NAIVE_PARSE_H
#define _CMA_NAIVE_PARSE_H

#include <stdbool.h>

#include <linux/types.h>

/* Nodes that numa_cma= may name here. */
#define NAIVE_NODES	12

/* Each returns whether the text is a good one. */
bool naive_check_spec(const char *text, u64 last_addr);
bool naive_check_size(const char *text, u64 last_addr);
bool naive_check_numa(const char *text, u64 last_addr, unsigned int nr_nodes);

#endif
