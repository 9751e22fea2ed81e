/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness, with a time limit that only catches hangs: under TCG on a busy host everything
 * is slow, and a kernel with all its checks is slower by far.
 */
#ifndef CMA_SELFTEST_TEST_H
#define CMA_SELFTEST_TEST_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	1200

#endif
