/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: one node. */
#ifndef _CMA_SHIM_NODEMASK_TYPES_H
#define _CMA_SHIM_NODEMASK_TYPES_H

typedef struct { unsigned long bits[1]; } nodemask_t;

#endif
