/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the configuration of the kernel that is modelled. */
#ifndef _CMA_SHIM_KCONFIG_H
#define _CMA_SHIM_KCONFIG_H

#define CONFIG_CMA		1
#define CONFIG_CMA_AREAS	10
#define CONFIG_CONTIG_ALLOC	1
#define CONFIG_MEMORY_FAILURE	1

/* 1 if the option is defined as 1, else 0. */
#define SHIM_COMMA_1		0,
#define SHIM_SECOND(a, b, ...)	b
#define SHIM_IS_SET(...)	SHIM_SECOND(__VA_ARGS__, 0)
#define SHIM_PASTE(value)	SHIM_IS_SET(SHIM_COMMA_##value 1, 0)
#define IS_ENABLED(option)	SHIM_PASTE(option)

#endif
