// SPDX-License-Identifier: GPL-2.0
/* How does the soak tell its results? */
#include <stdio.h>

#include "tap.h"

static int nr_results, nr_bad;

void tap_result(bool good, const char *name)
{
	nr_results++;
	nr_bad += !good;
	printf("%sok %d %s\n", good ? "" : "not ", nr_results, name);
}

void tap_skip(const char *name, const char *reason)
{
	printf("ok %d %s # SKIP %s\n", ++nr_results, name, reason);
}

int tap_end(void)
{
	printf("1..%d\n", nr_results);
	return nr_bad != 0;
}
