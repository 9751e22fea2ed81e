// SPDX-License-Identifier: GPL-2.0
/* Under a fuzzer a failed check ends the run, and the fuzzer keeps the input. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	abort();
}
