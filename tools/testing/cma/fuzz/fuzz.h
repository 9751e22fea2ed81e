/* SPDX-License-Identifier: GPL-2.0 */
/* What libFuzzer calls with each input. */
#ifndef _CMA_FUZZ_H
#define _CMA_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
