/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: one node. */
#ifndef _CMA_SHIM_NUMA_H
#define _CMA_SHIM_NUMA_H

#define NUMA_NO_NODE	(-1)

#endif
