/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: where the initrd lies. */
#ifndef _CMA_FUZZ_INITRD_H
#define _CMA_FUZZ_INITRD_H

#include <linux/types.h>

extern phys_addr_t phys_initrd_start;
extern unsigned long phys_initrd_size;

#endif
