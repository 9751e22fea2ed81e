/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: scopes in which less may be reclaimed. */
#ifndef _CMA_SHIM_SCHED_MM_H
#define _CMA_SHIM_SCHED_MM_H

#include <linux/sched.h>

static inline gfp_t current_gfp_context(gfp_t gfp)
{
	return gfp & ~current->gfp_scope;
}

#endif
