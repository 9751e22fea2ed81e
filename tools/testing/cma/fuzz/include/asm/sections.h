/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a kernel of 4 MiB, 32 MiB from the start of memory. */
#ifndef _CMA_FUZZ_SECTIONS_H
#define _CMA_FUZZ_SECTIONS_H

extern char shim_kernel[4 << 20];

#define _text		(&shim_kernel[0])
#define _end		(&shim_kernel[4 << 20])
#define __pa_symbol(symbol)	((u64)((symbol) - shim_kernel) + (32 << 20))

#endif
