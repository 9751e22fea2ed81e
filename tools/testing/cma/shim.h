/* SPDX-License-Identifier: GPL-2.0 */
/* What a test can ask of the shims in include/linux. */
#ifndef _CMA_SHIM_H
#define _CMA_SHIM_H

/* From here on a warning is counted; without it, one ends the run. */
void shim_expect_warnings(void);

/* How many there were since then; the next one ends the run again. */
unsigned int shim_warnings(void);

/* The allocation after @after more that succeed fails, once; < 0: none does. */
void shim_fail_allocation(int after);

/* What was printed last, by this thread. */
const char *shim_last_line(void);

/* How many allocations have not been freed. */
long shim_allocations(void);

/* Basic blocks of the kernel's files that were run through. */
extern unsigned long shim_blocks;

/* What the compiler calls in each of those blocks (see the Makefile). */
void __sanitizer_cov_trace_pc(void);

#endif
