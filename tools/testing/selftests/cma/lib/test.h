/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness, with a time limit that only catches hangs: under TCG on a busy host everything
 * is slow, and a kernel with all its checks is ten times slower. Whoever boots the guest knows
 * how slow it is, and has a limit of its own.
 */
#ifndef CMA_SELFTEST_TEST_H
#define CMA_SELFTEST_TEST_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	7200

#endif
