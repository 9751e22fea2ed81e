/* SPDX-License-Identifier: GPL-2.0 */
/* A naive model of an area's map, and how to compare a map with it. */
#ifndef _CMA_ORACLE_H
#define _CMA_ORACLE_H

#include "../../../mm/cma/tests/map_oracle.h"

void oracle_init(struct oracle *oracle, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit);
void oracle_destroy(struct oracle *oracle);

/* Map and oracle agree: page by page, in what is counted, in what is shown. */
void oracle_check_pages(const struct oracle *oracle, const struct cma_map *map);
void oracle_check_counts(const struct oracle *oracle,
			 const struct cma_map *map);
void oracle_check_views(const struct oracle *oracle, struct cma_map *map);

/* What is found is right: the lowest, or any candidate if there is one. */
unsigned long oracle_check_find(const struct oracle *oracle, struct cma_map *map,
				unsigned long nr_pages,
				unsigned int align_order, enum cma_map_end end);
void oracle_check_gap(const struct oracle *oracle, const struct cma_map *map,
		      unsigned long from);

#endif
