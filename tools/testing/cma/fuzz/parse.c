// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing the parsers of boot parameters. The first byte chooses how far the
 * addresses of the kernel reach, the rest is the text.
 */

#include <stdlib.h>
#include <string.h>

#include "../naive_parse.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u64 last_addr;
	char *text;

	if (!size)
		return 0;

	/* As long as it has to be, so that reading past its end is seen. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = 0;

	last_addr = ~0ULL >> *data % 53;
	naive_check_spec(text, last_addr);
	naive_check_size(text, last_addr);
	naive_check_numa(text, last_addr, 1 + *data % NAIVE_NODES);

	free(text);
	return 0;
}
