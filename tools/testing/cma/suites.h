/* SPDX-License-Identifier: GPL-2.0 */
/* What tests/ has to offer. */
#ifndef _CMA_SUITES_H
#define _CMA_SUITES_H

#include "harness.h"

extern const struct suite map_suite;
extern const struct suite plan_suite;
extern const struct suite plan_suite_phys32;
extern const struct suite pieces_suite;
extern const struct suite parse_suite;
extern const struct suite areas_suite;
extern const struct suite engine_suite;
extern const struct suite faults_suite;
extern const struct suite threads_suite;

#endif
