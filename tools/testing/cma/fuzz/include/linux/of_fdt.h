/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: the properties of a node. */
#ifndef _CMA_FUZZ_OF_FDT_H
#define _CMA_FUZZ_OF_FDT_H

const void *of_get_flat_dt_prop(unsigned long node, const char *name,
				int *size);

#endif
