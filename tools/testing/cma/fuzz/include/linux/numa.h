/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: no nodes. */
#ifndef _CMA_FUZZ_NUMA_H
#define _CMA_FUZZ_NUMA_H

#define NUMA_NO_NODE	(-1)

#endif
