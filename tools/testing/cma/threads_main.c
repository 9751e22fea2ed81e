// SPDX-License-Identifier: GPL-2.0
/* The one suite that runs under the thread sanitizer. */

#include <stddef.h>

#include "suites.h"

const struct suite *const suites[] = {
	&threads_suite,
	NULL
};
