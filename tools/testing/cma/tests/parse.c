// SPDX-License-Identifier: GPL-2.0
/*
 * What the command line and the device tree ask of contiguous DMA memory
 * (kernel/dma/contiguous-parse.c): every short text, random long ones, and the
 * judgement of numbers against long arithmetic. Which words say what is wrong
 * is told by its KUnit suites.
 */

#include <stdio.h>
#include <string.h>

#include <linux/types.h>

#include "../../../../kernel/dma/contiguous-parse.h"
#include "../harness.h"
#include "../naive_parse.h"

#define TEXT_MAX	160

struct reading {
	char text[TEXT_MAX];
	u64 last_addr;
	const char *as;
};

static void explain_reading(const void *context)
{
	const struct reading *reading = context;

	printf("# %s \"%s\", last address 0x%llx\n", reading->as, reading->text,
	       (unsigned long long)reading->last_addr);
}

/* Last addresses of kernels: 32 bits, LPAE, arm64, as many as there are. */
static const u64 last_addrs[] = {
	0xffffffffULL, 0xffffffffffULL, 0xffffffffffffULL, ~0ULL,
};

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* Every text of up to @longest of these letters. */
static void every_text(struct reading *reading, const char *letters,
		       unsigned int longest,
		       bool (*check)(struct reading *reading))
{
	unsigned long number, numbers = 1, good = 0, all = 0;
	unsigned int length, i, base = strlen(letters);
	unsigned long rest;

	test_explain(explain_reading, reading);
	for (length = 0; length <= longest; length++, numbers *= base) {
		for (number = 0; number < numbers; number++) {
			for (i = 0, rest = number; i < length; i++, rest /= base)
				reading->text[i] = letters[rest % base];
			reading->text[length] = 0;
			good += check(reading);
		}
		all += numbers;
	}
	test_note("%lu of %lu texts are good", good, all);
}

static bool check_spec(struct reading *reading)
{
	reading->as = "cma=";
	return naive_check_spec(reading->text, reading->last_addr);
}

static bool check_size(struct reading *reading)
{
	reading->as = "cma_pernuma=";
	return naive_check_size(reading->text, reading->last_addr);
}

static bool check_numa(struct reading *reading)
{
	reading->as = "numa_cma=";
	return naive_check_numa(reading->text, reading->last_addr, 9);
}

static void every_short_text_of_cma(void)
{
	struct reading reading = { .last_addr = 0xffffffff };

	every_text(&reading, "01x@-Gk", 7, check_spec);
}

static void every_short_text_of_cma_pernuma(void)
{
	struct reading reading = { .last_addr = ~0ULL };

	every_text(&reading, "018xXfEeiIbB", 5, check_size);
}

static void every_short_text_of_numa_cma(void)
{
	struct reading reading = { .last_addr = 0xffffffff };

	every_text(&reading, "019:,xk", 7, check_numa);
}

/* Any byte in place of each byte of a good text. */
static void try_bytes(struct reading *reading, const char *good)
{
	unsigned int at, byte;

	for (at = 0; at < strlen(good); at++) {
		for (byte = 0; byte < 256; byte++) {
			snprintf(reading->text, TEXT_MAX, "%s", good);
			reading->text[at] = byte;
			check_spec(reading);
			check_size(reading);
			check_numa(reading);
		}
	}
}

static void every_byte_anywhere(void)
{
	static const char *const good[] = {
		"64M@1G-2G", "0x10KiB@010Mb-9eb", "1:2k,3:4", "16M",
	};
	struct reading reading = {};
	unsigned int i, end;

	test_explain(explain_reading, &reading);
	for (end = 0; end < COUNT(last_addrs); end++) {
		reading.last_addr = last_addrs[end];
		for (i = 0; i < COUNT(good); i++)
			try_bytes(&reading, good[i]);
	}
}

static void append_number(struct rng *rng, char *text, bool node)
{
	static const char *const formats[] = {
		"%llu", "0x%llx", "0X%llX", "0%llo", "00%llo",
	};
	static const char *const units[] = {
		"", "", "k", "K", "M", "MiB", "g", "GB", "Tib", "P", "e", "E",
	};
	unsigned long long number = rng_skewed(rng, 0, ~0ULL);

	if (rng_once_in(rng, 2))
		number = rng_between(rng, 0, 16);
	if (rng_once_in(rng, 8))
		number = 1ULL << rng_between(rng, 0, 63);
	number -= rng_once_in(rng, 16);
	sprintf(text + strlen(text), formats[rng_between(rng, 0, 4)], number);
	if (rng_once_in(rng, 64))
		strcat(text, "00000000000000000000");
	if (!node)
		strcat(text, units[rng_between(rng, 0, COUNT(units) - 1)]);
}

/* A range that the size fills, or nearly so, not far from an end of memory. */
static void exact_spec(struct rng *rng, char *text)
{
	u64 start = last_addrs[rng_between(rng, 0, 3)] -
		    rng_between(rng, 0, 6) + 3;
	u64 size = rng_between(rng, 0, 6);

	if (rng_once_in(rng, 2))
		start = rng_between(rng, 0, 3);
	sprintf(text, "%llu@%llu-%llu", (unsigned long long)size,
		(unsigned long long)start, (unsigned long long)
		(start + size + rng_between(rng, 0, 2) - 1));
}

static void random_spec(struct rng *rng, char *text)
{
	if (rng_once_in(rng, 4)) {
		exact_spec(rng, text);
		return;
	}
	append_number(rng, text, false);
	if (rng_once_in(rng, 4))
		return;
	strcat(text, "@");
	append_number(rng, text, false);
	if (rng_once_in(rng, 4))
		return;
	strcat(text, "-");
	append_number(rng, text, false);
}

static void random_numa(struct rng *rng, char *text)
{
	unsigned int nodes = rng_between(rng, 1, 3);

	while (nodes--) {
		append_number(rng, text, true);
		strcat(text, ":");
		append_number(rng, text, false);
		if (nodes || rng_once_in(rng, 16))
			strcat(text, ",");
	}
}

/* A typing error. */
static void spoil(struct rng *rng, char *text)
{
	static const char letters[] = "0189afxXkKmMgGtTpPeEiIbB@-:,. +";
	size_t length = strlen(text);
	size_t at = rng_between(rng, 0, length);
	char letter = letters[rng_between(rng, 0, sizeof(letters) - 2)];

	switch (rng_between(rng, 0, 2)) {
	case 0:
		memmove(text + at + 1, text + at, length - at + 1);
		text[at] = letter;
		break;
	case 1:
		text[at] = at < length ? letter : 0;
		break;
	default:
		memmove(text + at, text + at + 1, length - at);
		text[length] = 0;
	}
}

static void random_texts(void)
{
	struct rng rng = rng_stream(2UL << 32);
	unsigned long number, good = 0;
	struct reading reading;

	test_explain(explain_reading, &reading);
	for (number = 0; number < test_ops / 20; number++) {
		memset(&reading, 0, sizeof(reading));
		reading.last_addr = last_addrs[rng_between(&rng, 0, 3)];
		if (rng_once_in(&rng, 3))
			random_numa(&rng, reading.text);
		else
			random_spec(&rng, reading.text);
		while (rng_once_in(&rng, 3))
			spoil(&rng, reading.text);
		good += check_spec(&reading);
		good += check_size(&reading);
		good += check_numa(&reading);
	}
	test_note("%lu texts, %lu good parameters", number, good);
}

static void shares_of_memory_do_not_overflow(void)
{
	struct rng rng = rng_stream(3UL << 32);
	unsigned long fixed, memory, share, small, large;
	unsigned int number, percent;

	for (number = 0; number < 100000; number++) {
		fixed = rng_skewed(&rng, 0, ~0UL);
		memory = rng_skewed(&rng, 0, ~0UL);
		percent = rng_between(&rng, 0, 100);
		share = (u128)memory * percent / 100;
		small = share < fixed ? share : fixed;
		large = share < fixed ? fixed : share;

		CHECK_EQ(dma_cma_choose_size(DMA_CMA_FIXED_SIZE, fixed, memory,
					     percent), fixed);
		CHECK_EQ(dma_cma_choose_size(DMA_CMA_SHARE, fixed, memory,
					     percent), share);
		CHECK_EQ(dma_cma_choose_size(DMA_CMA_SMALLER, fixed, memory,
					     percent), small);
		CHECK_EQ(dma_cma_choose_size(DMA_CMA_LARGER, fixed, memory,
					     percent), large);
	}
}

static u64 random_bytes(struct rng *rng, u64 alignment)
{
	u64 bytes = rng_skewed(rng, 0, ~0ULL);

	if (rng_once_in(rng, 8))
		bytes = -alignment;
	if (rng_once_in(rng, 8))
		bytes = 0;
	return rng_once_in(rng, 4) ? bytes : bytes & ~(alignment - 1);
}

static void reserved_nodes_are_judged_by_their_numbers(void)
{
	struct rng rng = rng_stream(4UL << 32);
	struct dma_cma_node node = { .reusable = true };
	unsigned long number, good = 0;
	u64 alignment, last_addr;
	bool expected;

	for (number = 0; number < 500000; number++) {
		alignment = 1ULL << rng_between(&rng, 12, 29);
		last_addr = last_addrs[rng_between(&rng, 0, 3)];
		node.base = random_bytes(&rng, alignment);
		node.size_bytes = random_bytes(&rng, alignment);
		node.no_map = rng_once_in(&rng, 16);

		expected = !node.no_map && node.size_bytes &&
			   node.base % alignment == 0 &&
			   node.size_bytes % alignment == 0 &&
			   (u128)node.base + node.size_bytes <=
			   (u128)last_addr + 1;
		CHECK_EQ(!dma_cma_check_node(&node, last_addr, alignment),
			 expected);
		good += expected;
	}
	test_note("%lu of %lu nodes are good", good, number);
}

/* The slow way: is any byte of [from, to) in it? */
static bool overlaps(const struct dma_cma_claim *claim, u64 from, u64 to)
{
	for (; from != to; from++)
		if (from >= claim->start && from < claim->end)
			return true;
	return false;
}

static void look_for_claims(const struct dma_cma_claim *claims, u64 origin)
{
	const struct dma_cma_claim *expected;
	unsigned int from, to, i;

	for (from = 0; from < 8; from++) {
		for (to = from + 1; to <= 9; to++) {
			expected = NULL;
			for (i = 3; i--; )
				if (overlaps(&claims[i], origin + from,
					     origin + to))
					expected = &claims[i];
			CHECK(dma_cma_find_claim(claims, 3, origin + from,
						 to - from) == expected);
		}
	}
}

/* All ranges of a few bytes, at either end of what addresses can name. */
static void the_first_overlapping_claim_is_found(void)
{
	static const u64 origins[] = { 0, -9ULL };
	struct dma_cma_claim claims[3] = {};
	unsigned int i, a, b;

	for (i = 0; i < COUNT(origins); i++) {
		for (a = 0; a < 64; a++) {
			claims[0].start = origins[i] + a / 8;
			claims[0].end = origins[i] + a % 8;
			claims[1] = claims[0];	/* the first one counts */
			for (b = 0; b < 64; b++) {
				claims[2].start = origins[i] + b / 8;
				claims[2].end = origins[i] + b % 8;
				look_for_claims(claims, origins[i]);
			}
		}
	}
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(every_short_text_of_cma),
	TEST(every_short_text_of_cma_pernuma),
	TEST(every_short_text_of_numa_cma),
	TEST(every_byte_anywhere),
	TEST(random_texts),
	TEST(shares_of_memory_do_not_overflow),
	TEST(reserved_nodes_are_judged_by_their_numbers),
	TEST(the_first_overlapping_claim_is_found),
	{}
};

const struct suite parse_suite = { "parse", tests };
