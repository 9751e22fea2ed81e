/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the LRU and its batches: model/lru.c. */
#ifndef _CMA_SHIM_SWAP_H
#define _CMA_SHIM_SWAP_H

#include <linux/mm.h>

void lru_add_drain(void);
void lru_add_drain_all(void);
void lru_cache_disable(void);
void lru_cache_enable(void);

#define COMPACT_CLUSTER_MAX	32

#endif
