/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: sizes. */
#ifndef _CMA_FUZZ_SIZES_H
#define _CMA_FUZZ_SIZES_H

#define SZ_1K	1024UL
#define SZ_1M	(1024UL * 1024)

#endif
