/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: the default area. */
#ifndef _CMA_FUZZ_DMA_MAP_OPS_H
#define _CMA_FUZZ_DMA_MAP_OPS_H

extern struct cma *dma_contiguous_default_area;

int dma_contiguous_for_each_node_area(int (*it)(struct cma *cma, void *data),
				      void *data);

#endif
