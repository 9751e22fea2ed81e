/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: every option is on. */
#ifndef _CMA_FUZZ_KCONFIG_H
#define _CMA_FUZZ_KCONFIG_H

#define IS_ENABLED(option)	1

#endif
