/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: nobody waits. */
#ifndef _CMA_FUZZ_WAIT_H
#define _CMA_FUZZ_WAIT_H

typedef struct {
	int unused;
} wait_queue_head_t;

#endif
