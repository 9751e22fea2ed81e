/* SPDX-License-Identifier: GPL-2.0 */
/* What an area does in place of the range engine that lends its memory to nobody. */
#ifndef _MM_CMA_PRIVATE_H
#define _MM_CMA_PRIVATE_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct cma;
struct cma_claim;

unsigned long cma_private_take(unsigned long pfn, unsigned long nr_pages,
			       gfp_t gfp, bool frozen);
void cma_private_free(struct cma *cma, const struct cma_claim *claim,
		      unsigned long nr_pages);
void cma_private_collect(struct cma *cma);

#endif /* _MM_CMA_PRIVATE_H */
