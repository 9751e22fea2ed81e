/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers and choices out of the bytes of an input. */
#ifndef _CMA_FUZZ_INPUT_H
#define _CMA_FUZZ_INPUT_H

#include <stdint.h>
#include <string.h>

#include "fuzz.h"

struct input {
	const uint8_t *data;
	size_t size;
};

/* The next byte, 0 where there are no more. */
static inline uint8_t input_byte(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

static inline uint64_t input_u64(struct input *input)
{
	size_t size = input->size < 8 ? input->size : 8;
	uint64_t number = 0;

	memcpy(&number, input->data, size);
	input->data += size;
	input->size -= size;
	return number;
}

/*
 * A number that is likely to matter: a few units, or some less, or a power of
 * two and its neighbours; any number at all where the input insists on it.
 */
static inline uint64_t input_number(struct input *input, uint64_t unit)
{
	uint8_t kind = input_byte(input);
	int64_t off = (int8_t)input_byte(input);

	switch (kind >> 6) {
	case 0:
		return (kind & 63) * unit;
	case 1:
		return (kind & 63) * unit + off;
	case 2:
		return (1ULL << (kind & 63)) + off * unit;
	default:
		return input_u64(input);
	}
}

#endif
