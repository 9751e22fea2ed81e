// SPDX-License-Identifier: GPL-2.0
/* Runs the suites, prints TAP. See harness.h. */

#include <getopt.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

#include "harness.h"

#define DEFAULT_OPS	10000000UL

uint64_t test_seed;
unsigned long test_ops = DEFAULT_OPS;

static struct {
	const char *suite;
	const char *name;
	unsigned int number;
	jmp_buf failed;
	pthread_t thread;
	bool running;
	void (*explain)(const void *context);
	const void *context;
} now;

/* A sanitizer's report ends in SIGABRT, where the test can still be named. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "abort_on_error=1";
}

const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

const char *__tsan_default_options(void)
{
	return "abort_on_error=1:halt_on_error=1";
}

static void say_how_to_repeat(void)
{
	void (*explain)(const void *context) = now.explain;

	if (!now.running)
		return;
	now.explain = NULL;
	if (explain)
		explain(now.context);
	printf("# again: make -C tools/testing/cma %s SEED=%llu OPS=%lu TESTS=%s.%s\n",
	       strcmp(now.suite, "tsan") ? "check" : "tsan",
	       (unsigned long long)test_seed, test_ops, now.suite, now.name);
	fflush(stdout);
}

static void killed(int signal)
{
	say_how_to_repeat();
	printf("not ok %u - %s.%s # %s\n", now.number, now.suite, now.name,
	       signal == SIGPROF ? "does not end" : "aborted");
	printf("Bail out! signal %d\n", signal);
	fflush(stdout);
	_Exit(1);
}

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");

	/* A thread of the test's has no way back. */
	if (!now.running || !pthread_equal(now.thread, pthread_self())) {
		fflush(stdout);
		abort();
	}
	say_how_to_repeat();
	longjmp(now.failed, 1);
}

void test_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void test_explain(void (*explain)(const void *context), const void *context)
{
	now.explain = explain;
	now.context = context;
}

struct rng rng_stream(uint64_t stream)
{
	struct rng rng = { .state = stream };

	rng.state = test_seed ^ rng_next(&rng);
	return rng;
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t z;

	rng->state += 0x9e3779b97f4a7c15ULL;
	z = rng->state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint64_t rng_between(struct rng *rng, uint64_t low, uint64_t high)
{
	uint64_t span = high - low + 1;

	return span ? low + rng_next(rng) % span : rng_next(rng);
}

uint64_t rng_skewed(struct rng *rng, uint64_t low, uint64_t high)
{
	unsigned int bits = high > low ? 64 - __builtin_clzll(high - low) : 0;
	uint64_t extra = 0;

	bits = rng_between(rng, 0, bits);
	if (bits)
		extra = rng_next(rng) >> (64 - bits);
	return low + extra <= high && low + extra >= low ? low + extra : high;
}

bool rng_once_in(struct rng *rng, unsigned int times)
{
	return rng_next(rng) % times == 0;
}

static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Is the test one of those asked for: all, a suite, or suite.test? */
static bool wanted(const char *suite, const char *name, char **list)
{
	size_t length = strlen(suite);

	if (!*list)
		return true;
	for (; *list; list++) {
		if (strncmp(*list, suite, length))
			continue;
		if (!(*list)[length])
			return true;
		if ((*list)[length] == '.' && !strcmp(*list + length + 1, name))
			return true;
	}
	return false;
}

/* Processor seconds that a test may take, far more than it needs. */
static void limit_time(void)
{
	struct itimerval timer = {};

	timer.it_value.tv_sec = 60 + test_ops / 50000;
	setitimer(ITIMER_PROF, &timer, NULL);
}

static bool run(const char *suite, const struct test *test)
{
	bool passed = false;

	now.suite = suite;
	now.name = test->name;
	now.thread = pthread_self();
	now.running = true;
	limit_time();
	if (!setjmp(now.failed)) {
		test->run();
		passed = true;
	}
	now.running = false;
	now.explain = NULL;
	return passed;
}

static void usage(FILE *out, const char *program)
{
	fprintf(out,
		"usage: %s [-s SEED] [-n OPS] [-l] [SUITE | SUITE.TEST]...\n"
		"  -s  seed of the random tests (one is chosen and printed)\n"
		"  -n  number of random operations (%lu)\n"
		"  -l  list the tests\n", program, DEFAULT_OPS);
}

/* Walk over the tests asked for: count, list or run them. */
enum job { COUNT, LIST, RUN };

static unsigned int walk(enum job job, char **list, unsigned int *failed)
{
	const struct suite *const *suite;
	const struct test *test;
	unsigned int number = 0;
	bool passed;
	double start;

	for (suite = suites; *suite; suite++) {
		for (test = (*suite)->tests; test->name; test++) {
			if (!wanted((*suite)->name, test->name, list))
				continue;
			number++;
			if (job == LIST)
				printf("%s.%s\n", (*suite)->name, test->name);
			if (job != RUN)
				continue;
			now.number = number;
			start = seconds();
			passed = run((*suite)->name, test);
			*failed += !passed;
			printf("%s %u - %s.%s # %.2f s\n",
			       passed ? "ok" : "not ok", number,
			       (*suite)->name, test->name, seconds() - start);
			fflush(stdout);
		}
	}
	return number;
}

int main(int argc, char **argv)
{
	enum job job = RUN;
	unsigned int failed = 0;
	int option;

	if (getrandom(&test_seed, sizeof(test_seed), 0) < 0)
		test_seed = time(NULL);
	test_seed >>= 32;	/* short enough to be typed */

	while ((option = getopt(argc, argv, "s:n:lh")) != -1) {
		switch (option) {
		case 's':
			test_seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			test_ops = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			job = LIST;
			break;
		case 'h':
			usage(stdout, argv[0]);
			return 0;
		default:
			usage(stderr, argv[0]);
			return 2;
		}
	}

	if (job == LIST) {
		walk(LIST, argv + optind, NULL);
		return 0;
	}
	if (!walk(COUNT, argv + optind, NULL)) {
		fprintf(stderr, "%s: no such test\n", argv[0]);
		return 2;
	}

	signal(SIGABRT, killed);
	signal(SIGPROF, killed);
	printf("TAP version 13\n1..%u\n", walk(COUNT, argv + optind, NULL));
	printf("# seed %llu, %lu random operations\n",
	       (unsigned long long)test_seed, test_ops);
	fflush(stdout);
	walk(RUN, argv + optind, &failed);
	if (!failed)
		return 0;
	fflush(stdout);
	_Exit(1);	/* what failed has leaked */
}
