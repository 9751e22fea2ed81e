/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small test harness: suites of named tests, TAP on standard output, and
 * random numbers that a printed seed brings back.
 *
 * A test is a function that returns, or fails in a CHECK. A failed check leaves
 * the test at once (longjmp), so whatever it had allocated leaks; the program's
 * exit status is 1 then, and leaks are only looked for when it would be 0.
 */
#ifndef _CMA_HARNESS_H
#define _CMA_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

struct test {
	const char *name;
	void (*run)(void);
};

struct suite {
	const char *name;
	const struct test *tests;	/* ends with an empty one */
};

/* Every suite of this program; main.c lists them. */
extern const struct suite *const suites[];

__attribute__((noreturn, format(printf, 3, 4)))
void test_fail(const char *file, int line, const char *format, ...);

/* Say something about a test that passes: a figure, a reason. */
__attribute__((format(printf, 1, 2)))
void test_note(const char *format, ...);

/*
 * What the test is doing, asked for only when it fails, be it in a CHECK or
 * under a sanitizer. Forgotten when the test ends.
 */
void test_explain(void (*explain)(const void *context), const void *context);

#define CHECK(condition) do {						\
	if (!(condition))						\
		test_fail(__FILE__, __LINE__, "%s", #condition);	\
} while (0)

#define CHECK_EQ(left, right) do {					\
	unsigned long long _left = (left), _right = (right);		\
	if (_left != _right)						\
		test_fail(__FILE__, __LINE__,				\
			  "%s is 0x%llx (%lld), %s is 0x%llx (%lld)",	\
			  #left, _left, (long long)_left,		\
			  #right, _right, (long long)_right);		\
} while (0)

/* The run's seed and number of random operations (SEED=, OPS=). */
extern uint64_t test_seed;
extern unsigned long test_ops;

/* Random numbers (splitmix64): each stream is its own and needs no set-up. */
struct rng {
	uint64_t state;
};

struct rng rng_stream(uint64_t stream);
uint64_t rng_next(struct rng *rng);

/* A number from @low to @high, both included. */
uint64_t rng_between(struct rng *rng, uint64_t low, uint64_t high);

/* The same, small ones as likely as large ones: first the size is chosen. */
uint64_t rng_skewed(struct rng *rng, uint64_t low, uint64_t high);

/* True once in @times. */
bool rng_once_in(struct rng *rng, unsigned int times);

#endif
