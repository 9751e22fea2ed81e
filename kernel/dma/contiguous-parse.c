// SPDX-License-Identifier: GPL-2.0
/*
 * Understanding what the command line and the device tree ask for.
 *
 *	cma=size[@start[-end]]
 *	cma_pernuma=size
 *	numa_cma=node:size[,node:size]...
 *
 * Everything here is pure: text or numbers in, a verdict out. It keeps no
 * state, prints nothing and calls nothing, so that the very same file is
 * fuzzed on the host and tested by KUnit in a running kernel.
 *
 * A verdict is NULL if all is well, else one short English phrase that says
 * what is wrong, for the one message that the caller prints. Whoever gets a
 * phrase finds the result untouched: half a parameter is worse than none, as
 * the board boots and fails later, far away from the typing error.
 *
 * Numbers are those of memparse(): decimal, 0x hexadecimal or 0 octal, and one
 * of the letters K M G T P E for a power of 1024. They differ in two points.
 * What does not fit is refused, not wrapped. And "MB" and "MiB" are read as
 * "M", because boards that say cma=64MB have booted well for years: only the
 * text behind the letter was ignored.
 *
 * Sizes and addresses are in bytes, ranges are half open, [start, end).
 */
#include <linux/overflow.h>
#include "contiguous-parse.h"

/* What to say about a number, depending on what it stands for. */
struct words {
	const char *missing;
	const char *too_large;
	const char *tail;
};

static const struct words size_words = {
	.missing = "the size is not a number",
	.too_large = "the size is too large",
	.tail = "unexpected text after the size",
};

static const struct words start_words = {
	.missing = "the start address is not a number",
	.too_large = "the start address is too large",
	.tail = "unexpected text after the start address",
};

static const struct words end_words = {
	.missing = "the end address is not a number",
	.too_large = "the end address is too large",
	.tail = "unexpected text after the end address",
};

static const struct words node_words = {
	.missing = "the node is not a number",
	.too_large = "there is no such node",
	.tail = "no ':' and size after the node",
};

static __dma_cma_init unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;	/* lower case; harmless for anything but letters */
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

static __dma_cma_init unsigned int number_base(const char **cursor)
{
	const char *text = *cursor;

	if (text[0] != '0')
		return 10;
	if ((text[1] | 0x20) != 'x' || digit_value(text[2]) >= 16)
		return 8;
	*cursor += 2;
	return 16;
}

/*
 * Reads digits. On return @cursor is behind them. A number above @max is
 * reported, but read to its end all the same.
 */
static __dma_cma_init const char *
read_digits(const char **cursor, u64 max, const struct words *words, u64 *value)
{
	const unsigned int base = number_base(cursor);
	const char *text = *cursor;
	bool too_large = false;
	u64 sum = 0;

	if (digit_value(*text) >= base)
		return words->missing;

	for (; digit_value(*text) < base; text++) {
		unsigned int digit = digit_value(*text);

		if (check_mul_overflow(sum, (u64)base, &sum) ||
		    check_add_overflow(sum, (u64)digit, &sum) || sum > max)
			too_large = true;
	}
	*cursor = text;
	*value = sum;
	return too_large ? words->too_large : NULL;
}

/* log2 of what the letter at @cursor stands for; steps over "M", "MB", "MiB" */
static __dma_cma_init unsigned int read_unit(const char **cursor)
{
	static const char letters[] = "kmgtpe";
	const char *text = *cursor;
	unsigned int i;

	for (i = 0; letters[i]; i++)
		if ((*text | 0x20) == letters[i])
			break;
	if (!letters[i])
		return 0;

	text++;
	if ((*text | 0x20) == 'i' && (text[1] | 0x20) == 'b')
		text += 2;
	else if ((*text | 0x20) == 'b')
		text++;
	*cursor = text;
	return 10 * (i + 1);
}

/* Reads a number of bytes, at most @max. */
static __dma_cma_init const char *
read_bytes(const char **cursor, u64 max, const struct words *words, u64 *value)
{
	const char *problem;
	unsigned int shift;
	u64 digits = 0;

	problem = read_digits(cursor, max, words, &digits);
	if (problem)
		return problem;

	shift = read_unit(cursor);
	if (digits > max >> shift)
		return words->too_large;
	*value = digits << shift;
	return NULL;
}

/* Are the parts of a specification, each fine by itself, possible together? */
static __dma_cma_init const char *
check_range(struct dma_cma_spec *spec, u64 last_addr)
{
	if (spec->end) {
		if (spec->end - spec->start < spec->size_bytes)
			return "the range is smaller than the size";
		spec->fixed = spec->end - spec->start == spec->size_bytes;
	}
	if (!spec->fixed || !spec->size_bytes)
		return NULL;
	if (spec->size_bytes - 1 > last_addr - spec->start)
		return "the area would end above the largest address";
	/*
	 * Whoever declares areas reads base 0 as "anywhere". An end keeps him
	 * where he was told to stay.
	 */
	if (!spec->start && !spec->end)
		spec->end = spec->size_bytes;
	return NULL;
}

/**
 * dma_cma_parse_spec() - understand the value of "cma="
 * @text: size[@start[-end]], or NULL
 * @last_addr: largest physical address of this kernel
 * @spec: where to store the answer
 *
 * A start without an end means exactly there; so does a range that the size
 * fills. An end beyond @last_addr is no bound. A size of 0 means that no default
 * area is wanted, wherever it is.
 *
 * Context: any.
 * Return: NULL, or what is wrong with @text; @spec is then unchanged.
 */
__dma_cma_init const char *dma_cma_parse_spec(const char *text, u64 last_addr,
					      struct dma_cma_spec *spec)
{
	struct dma_cma_spec want = {};
	const char *problem;

	if (!text || !*text)
		return "no size given";

	problem = read_bytes(&text, last_addr, &size_words, &want.size_bytes);
	if (problem)
		return problem;
	if (!*text)
		goto done;
	if (*text++ != '@')
		return size_words.tail;

	problem = read_bytes(&text, last_addr, &start_words, &want.start);
	if (problem)
		return problem;
	if (!*text) {
		want.fixed = true;
		goto done;
	}
	if (*text++ != '-')
		return start_words.tail;

	problem = read_bytes(&text, ~0ULL, &end_words, &want.end);
	if (problem)
		return problem;
	if (*text)
		return end_words.tail;
	if (want.end <= want.start)
		return "the end address is not above the start address";
done:
	problem = check_range(&want, last_addr);
	if (problem)
		return problem;
	if (want.end > last_addr)
		want.end = 0;
	*spec = want;
	return NULL;
}

/**
 * dma_cma_parse_size() - understand the value of "cma_pernuma="
 * @text: a size, or NULL
 * @last_addr: largest physical address of this kernel
 * @size_bytes: where to store it
 *
 * Context: any.
 * Return: NULL, or what is wrong with @text; @size_bytes is then unchanged.
 */
__dma_cma_init const char *dma_cma_parse_size(const char *text, u64 last_addr,
					      u64 *size_bytes)
{
	const char *problem;
	u64 value = 0;

	if (!text || !*text)
		return "no size given";

	problem = read_bytes(&text, last_addr, &size_words, &value);
	if (problem)
		return problem;
	if (*text)
		return size_words.tail;
	*size_bytes = value;
	return NULL;
}

/* Reads one node:size and the comma behind it, if there is one. */
static __dma_cma_init const char *
read_node(const char **cursor, u64 last_addr, unsigned int nr_nodes,
	  unsigned int *node, u64 *size_bytes)
{
	const char *problem;
	u64 value = 0;

	problem = read_digits(cursor, nr_nodes - 1, &node_words, &value);
	if (problem)
		return problem;
	if (**cursor != ':')
		return node_words.tail;
	++*cursor;
	*node = value;

	problem = read_bytes(cursor, last_addr, &size_words, size_bytes);
	if (problem)
		return problem;
	if (**cursor == ',')
		++*cursor;
	else if (**cursor)
		return size_words.tail;
	return NULL;
}

/**
 * dma_cma_parse_numa() - understand the value of "numa_cma="
 * @text: node:size[,node:size]..., or NULL
 * @last_addr: largest physical address of this kernel
 * @node_bytes: where to store the size for each node
 * @nr_nodes: length of @node_bytes, at least 1
 *
 * Nodes that @text does not name keep what they have; of a node that it names
 * twice the last size counts.
 *
 * Context: any.
 * Return: NULL, or what is wrong with @text; @node_bytes is then unchanged.
 */
__dma_cma_init const char *dma_cma_parse_numa(const char *text, u64 last_addr,
					      u64 *node_bytes,
					      unsigned int nr_nodes)
{
	const char *cursor = text;
	const char *problem;
	unsigned int node;
	u64 size_bytes;

	if (!text || !*text)
		return "no node given";

	/* First see that all of it is right, then take it over. */
	while (*cursor) {
		problem = read_node(&cursor, last_addr, nr_nodes, &node,
				    &size_bytes);
		if (problem)
			return problem;
	}
	if (cursor[-1] == ',')
		return node_words.missing;

	for (cursor = text; *cursor; node_bytes[node] = size_bytes)
		read_node(&cursor, last_addr, nr_nodes, &node, &size_bytes);
	return NULL;
}

/**
 * dma_cma_choose_size() - size of a default area that nobody described
 * @choice: which of the two configured sizes counts
 * @fixed_pages: the one, in pages
 * @memory_pages: all memory, in pages
 * @percent: the other, as a share of @memory_pages; at most 100
 *
 * Context: any.
 * Return: size in pages; 0 for no default area.
 */
__dma_cma_init unsigned long
dma_cma_choose_size(enum dma_cma_choice choice, unsigned long fixed_pages,
		    unsigned long memory_pages, unsigned int percent)
{
	/* Multiplied first, the memory of a large 32-bit machine overflows. */
	unsigned long share_pages = memory_pages / 100 * percent +
				    memory_pages % 100 * percent / 100;
	bool share_is_smaller = share_pages < fixed_pages;

	switch (choice) {
	case DMA_CMA_SHARE:
		return share_pages;
	case DMA_CMA_SMALLER:
		return share_is_smaller ? share_pages : fixed_pages;
	case DMA_CMA_LARGER:
		return share_is_smaller ? fixed_pages : share_pages;
	case DMA_CMA_FIXED_SIZE:
		break;
	}
	return fixed_pages;
}

/**
 * dma_cma_check_node() - can a reserved-memory node become an area?
 * @node: what it says; it must be reusable
 * @last_addr: largest physical address of this kernel
 * @min_alignment: least alignment of an area in bytes, a power of two
 *
 * Context: any.
 * Return: NULL, or what is wrong with @node.
 */
__dma_cma_init const char *
dma_cma_check_node(const struct dma_cma_node *node, u64 last_addr,
		   u64 min_alignment)
{
	/*
	 * Reusable lends the memory to everybody, and everybody is going to
	 * touch it through the kernel's own mapping.
	 */
	if (node->no_map)
		return "no-map and reusable exclude each other";
	if (!node->size_bytes)
		return "its size is 0";
	if (node->base > last_addr ||
	    node->size_bytes - 1 > last_addr - node->base)
		return "it ends above the largest address";
	if ((node->base | node->size_bytes) & (min_alignment - 1))
		return "base and size must be multiples of the least alignment";
	return NULL;
}

/**
 * dma_cma_find_claim() - who owns memory in this range already?
 * @claims: memory that has an owner
 * @nr_claims: how many
 * @base: start of the range
 * @size_bytes: size of the range; one that wraps ends at the last address
 *
 * Context: any.
 * Return: the first claim that has a byte in common with the range, or NULL.
 */
__dma_cma_init const struct dma_cma_claim *
dma_cma_find_claim(const struct dma_cma_claim *claims, unsigned int nr_claims,
		   u64 base, u64 size_bytes)
{
	u64 last = base + size_bytes - 1;
	unsigned int i;

	if (!size_bytes)
		return NULL;
	if (last < base)
		last = ~0ULL;
	for (i = 0; i < nr_claims; i++)
		if (base < claims[i].end && last >= claims[i].start &&
		    claims[i].start < claims[i].end)
			return &claims[i];
	return NULL;
}
