// SPDX-License-Identifier: GPL-2.0
/* The suites of this program. */

#include <stddef.h>

#include "harness.h"

extern const struct suite map_suite;
extern const struct suite plan_suite;
extern const struct suite plan_suite_phys32;
extern const struct suite parse_suite;

const struct suite *const suites[] = {
	&map_suite,
	&plan_suite,
	&plan_suite_phys32,
	&parse_suite,
	NULL
};
