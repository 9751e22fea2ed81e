/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the kernel's names for integer types. */
#ifndef _CMA_SHIM_TYPES_H
#define _CMA_SHIM_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef unsigned __int128 u128;
typedef int32_t s32;
typedef int64_t s64;

typedef unsigned int gfp_t;

/* Both widths that kernels have: the second one is its own program. */
#ifdef SHIM_PHYS_ADDR_32BIT
typedef u32 phys_addr_t;
#else
typedef u64 phys_addr_t;
#endif

#endif
