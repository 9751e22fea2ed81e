/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: no flag is looked at. */
#ifndef _CMA_FUZZ_GFP_TYPES_H
#define _CMA_FUZZ_GFP_TYPES_H

#include <linux/types.h>

#endif
