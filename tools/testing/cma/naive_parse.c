// SPDX-License-Identifier: GPL-2.0
/* The naive reader of boot parameters. See naive_parse.h. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "../../../kernel/dma/contiguous-parse.h"
#include "harness.h"
#include "naive_parse.h"

#define ENORMOUS	((u128)1 << 100)

/* Digits of a number; what is too large for anything stays enormous. */
static bool digits(const char **text, u128 *number)
{
	static const char all[] = "0123456789abcdef";
	unsigned int base = 10;
	size_t length;

	if (!strncasecmp(*text, "0x", 2) && isxdigit((unsigned char)(*text)[2])) {
		base = 16;
		*text += 2;
	} else if (**text == '0') {
		base = 8;
	}

	*number = 0;
	for (length = 0; (*text)[length]; length++) {
		const char *digit = strchr(all, tolower((*text)[length]));

		if (!digit || digit - all >= base)
			break;
		*number = *number * base + (digit - all);
		if (*number > ENORMOUS)
			*number = ENORMOUS;
	}
	*text += length;
	return length;
}

static bool bytes(const char **text, u128 *number)
{
	static const char units[] = "kmgtpe";
	const char *unit;

	if (!digits(text, number))
		return false;
	unit = **text ? strchr(units, tolower(**text)) : NULL;
	if (!unit)
		return true;

	for (; unit >= units && *number < ENORMOUS; unit--)
		*number *= 1024;
	++*text;
	if (!strncasecmp(*text, "ib", 2))
		*text += 2;
	else if (!strncasecmp(*text, "b", 1))
		*text += 1;
	return true;
}

/* A text that is good: the answer. */
static bool read_spec(const char *text, u64 last_addr, struct dma_cma_spec *spec)
{
	u128 memory_end = (u128)last_addr + 1;
	u128 size, start = 0, end = 0;
	bool has_start, has_end = false, fixed;

	if (!bytes(&text, &size) || size > last_addr)
		return false;
	has_start = *text == '@';
	if (has_start) {
		text++;
		if (!bytes(&text, &start) || start > last_addr)
			return false;
		has_end = *text == '-';
	}
	if (has_end) {
		text++;
		if (!bytes(&text, &end) || end > ~0ULL)
			return false;
	}
	if (*text)
		return false;

	if (has_end && (end <= start || size > end - start))
		return false;
	fixed = has_start && (!has_end || size == end - start);
	if (fixed && size && start + size > memory_end)
		return false;
	/* Base 0 means anywhere, so an end has to pin the area down. */
	if (fixed && !has_end && !start)
		end = size;

	spec->fixed = fixed;
	spec->size_bytes = size;
	spec->start = start;
	spec->end = end > last_addr ? 0 : end;
	return true;
}

bool naive_check_spec(const char *text, u64 last_addr)
{
	static const struct dma_cma_spec before = { 11, 22, 33, true };
	struct dma_cma_spec expected = before, spec = before;
	bool good = read_spec(text, last_addr, &expected);
	const char *problem;

	problem = dma_cma_parse_spec(text, last_addr, &spec);
	CHECK_EQ(!problem, good);
	CHECK_EQ(spec.size_bytes, expected.size_bytes);
	CHECK_EQ(spec.start, expected.start);
	CHECK_EQ(spec.end, expected.end);
	CHECK_EQ(spec.fixed, expected.fixed);
	return good;
}

bool naive_check_size(const char *text, u64 last_addr)
{
	const char *rest = text;
	u64 size = 77;
	u128 expected;
	bool good;

	good = bytes(&rest, &expected) && !*rest && expected <= last_addr;
	CHECK_EQ(!dma_cma_parse_size(text, last_addr, &size), good);
	CHECK_EQ(size, good ? expected : 77);
	return good;
}

static bool read_numa(const char *text, u64 last_addr, u64 *node_bytes,
		      unsigned int nr_nodes)
{
	u128 node, size;

	for (;; text++) {
		if (!digits(&text, &node) || node >= nr_nodes || *text != ':')
			return false;
		text++;
		if (!bytes(&text, &size) || size > last_addr)
			return false;
		node_bytes[node] = size;
		if (*text != ',')
			return !*text;
	}
}

bool naive_check_numa(const char *text, u64 last_addr, unsigned int nr_nodes)
{
	u64 expected[NAIVE_NODES], node_bytes[NAIVE_NODES];
	unsigned int node;
	bool good;

	for (node = 0; node < NAIVE_NODES; node++) {
		expected[node] = 1000 + node;
		node_bytes[node] = 1000 + node;
	}

	good = read_numa(text, last_addr, expected, nr_nodes);
	CHECK_EQ(!dma_cma_parse_numa(text, last_addr, node_bytes, nr_nodes),
		 good);
	for (node = 0; node < NAIVE_NODES; node++)
		CHECK_EQ(node_bytes[node], good ? expected[node] : 1000 + node);
	return good;
}
