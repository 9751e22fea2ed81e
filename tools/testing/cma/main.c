// SPDX-License-Identifier: GPL-2.0
/* The suites of this program. */

#include <stddef.h>

#include "suites.h"

const struct suite *const suites[] = {
	&map_suite,
	&plan_suite,
	&plan_suite_phys32,
	&pieces_suite,
	&parse_suite,
	&areas_suite,
	&engine_suite,
	&faults_suite,
	&threads_suite,
	NULL
};
