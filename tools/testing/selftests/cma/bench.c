// SPDX-License-Identifier: GPL-2.0
/*
 * What do requests cost on this kernel? Run by scripts/bench, one group of cases a boot.
 *
 * Only public interfaces are driven (debugfs, dma-buf heap, hugetlb), so that the same program
 * measures any kernel. What is measured is said in lines of "bench: {JSON}", one a request; a
 * state that could not be made is "bench: {"problem": ...}" and exit status 1. A request that
 * fails is a result like any other.
 *
 * Every request is made in two passes: timed, with no tracing; then counted, with trace events
 * on. What a pass takes out of the area is kept until the group's end, so that the next
 * request finds the state that was made, in another place.
 *
 * usage: bench [--limit MILLIONS] GROUP...
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/dma-heap.h>

#include "kselftest.h"
#include "area.h"
#include "hog.h"
#include "meter.h"
#include "page.h"
#include "proc.h"
#include "state.h"

#define HEAP		"/dev/dma_heap/" AREA_DEFAULT
#define GIGANTIC	"/sys/kernel/mm/hugepages/hugepages-32768kB/nr_hugepages"
#define GIGANTIC_PAGES	(32 * MIB_PAGES)
#define AREA_PAGES_MAX	(FRAMES_MAX / 2)
#define NULL_WRITES	65
#define IDLE_REPEATS	7
#define SPARE_PAGES	(4 * MIB_PAGES)	/* beside twice the request, for everything else */
#define COUNTED_NS_MAX	1000000000LL
#define FRAME_PAGES	(8 * MIB_PAGES)
#define THREADS		16
#define PAIRS		100
#define THREAD_REPEATS	15
#define NOISY_REPEATS	3
#define BLOCKED_PAGES	1024UL	/* among pins, a request that finds no window */
#define OTHER_REPEATS	7
#define OTHER_PAGES	16UL
#define SEEDS		8
#define BUFFERS_MAX	8192
#define TRACE_STEPS_MAX	200000

static struct state state;
static unsigned char bits_before[AREA_PAGES_MAX], bits_after[AREA_PAGES_MAX];
static int alloc_fd, free_fd;
static long limit_ms = 2000;	/* a million instructions each */

static int give_up(const char *what)
{
	printf("bench: {\"problem\": \"%s\"}\n", what);
	return 1;
}

/* What /proc/vmstat counts; the difference over a request is reported. */
static const char *const vm_keys[] = {
	"pgmigrate_success", "pgmigrate_fail", "thp_migration_success", "thp_migration_split",
	"compact_stall", "pgsteal_kswapd", "pgsteal_direct", "nr_file_pages", "cma_alloc_success",
	"cma_alloc_fail",
};

#define VM_KEYS		ARRAY_SIZE(vm_keys)

static void vm_read(long long values[VM_KEYS])
{
	char key[64];
	long long number;
	FILE *f;
	size_t i;

	stat_refresh();
	memset(values, 0, VM_KEYS * sizeof(*values));
	f = fopen("/proc/vmstat", "r");
	while (f && fscanf(f, "%63s %lld", key, &number) == 2)
		for (i = 0; i < VM_KEYS; i++)
			if (!strcmp(key, vm_keys[i]))
				values[i] = number;
	if (f)
		fclose(f);
}

/* One request, and everything that is said about it. */
struct request {
	const char *name;
	unsigned long nr_pages;
	int counted;
	int err;
	struct cost cost;
	/* before */
	long cma_free, outside, pcp;
	long long vm[VM_KEYS];
	/* after */
	unsigned long start, len;
	struct census given;		/* what was there before */
	int64_t events[METER_EVENTS];
};

static int request_begin(struct request *r, const char *name, unsigned long nr_pages, int counted)
{
	memset(r, 0, sizeof(*r));
	r->name = name;
	r->nr_pages = nr_pages;
	r->counted = counted;
	if (census_take(&state.area) || area_bitmap(&state.area, bits_before) < 0)
		return give_up("kpageflags or bitmap");
	r->pcp = pcp_pages();
	vm_read(r->vm);
	r->cma_free = meminfo_pages("CmaFree");
	r->outside = free_outside();
	return counted ? events_start() : 0;
}

static void request_end(struct request *r)
{
	long long after[VM_KEYS];
	size_t i;

	if (r->counted)
		events_stop(r->events);
	vm_read(after);
	for (i = 0; i < VM_KEYS; i++)
		r->vm[i] = after[i] - r->vm[i];
	area_bitmap(&state.area, bits_after);
	if (bitmap_new_run(bits_before, bits_after, state.area.nr_pages, &r->start, &r->len))
		r->given = census(r->start, r->len);
}

static void request_print(const struct request *r, const char *more, ...)
{
	va_list args;
	size_t i;

	printf("bench: {\"case\": \"%s\", \"pages\": %lu, \"pass\": \"%s\", \"err\": %d, ", r->name,
	       r->nr_pages, r->counted ? "counted" : "timed", -r->err);
	printf("\"ns\": %lld, \"instructions\": %lld, ", (long long)r->cost.ns,
	       (long long)r->cost.instructions);
	printf("\"before\": {\"cma_free\": %ld, \"outside_free\": %ld, ", r->cma_free, r->outside);
	printf("\"pcp\": %ld}, ", r->pcp);
	printf("\"given\": {\"start\": %lu, \"pages\": %lu, ", r->start, r->len);
	printf("\"free\": %ld, \"base\": %ld, \"thp\": %ld, ", r->given.free, r->given.base,
	       r->given.thp);
	printf("\"file\": %ld, \"other\": %ld}, \"vm\": {", r->given.file, r->given.other);
	for (i = 0; i < VM_KEYS; i++)
		printf("%s\"%s\": %lld", i ? ", " : "", vm_keys[i], r->vm[i]);
	printf("}");
	for (i = 0; r->counted && i < METER_EVENTS; i++)
		printf("%s\"%s\": %lld", i ? ", " : ", \"events\": {", event_key(i),
		       (long long)r->events[i]);
	printf(r->counted ? "}" : "");
	va_start(args, more);
	vprintf(more, args);
	va_end(args);
	printf("}\n");
}

static void write_number(struct request *r, int fd, unsigned long number)
{
	char text[32];
	int ret;

	snprintf(text, sizeof(text), "%lu", number);
	ret = meter_write(fd, text, &r->cost);
	r->err = ret < 0 ? ret : 0;
}

/* Return: 0, or 1 when nothing can be said; a request that fails is a result. */
static int take(const char *name, unsigned long nr_pages, int counted)
{
	struct request r;

	if (request_begin(&r, name, nr_pages, counted))
		return 1;
	write_number(&r, alloc_fd, nr_pages);
	request_end(&r);
	request_print(&r, "");
	return 0;
}

static int give(const char *name, unsigned long nr_pages, int counted)
{
	struct request r;
	long used = area_used(&state.area);

	if (request_begin(&r, name, nr_pages, counted))
		return 1;
	write_number(&r, free_fd, nr_pages);
	request_end(&r);
	request_print(&r, "");
	return area_used(&state.area) == used - (long)nr_pages ? 0 : give_up("not released");
}

/*
 * A requester is a process of its own that makes one request, so that one that takes too long
 * can be killed; or one after the other until it is. It is started before memory is full.
 */
struct answer {
	int err;
	struct cost cost;
};

static struct requester {
	pid_t pid;
	int ask[2], reply[2];
} requester;

static void requester_start(bool forever)
{
	struct answer answer;
	char text[32] = "";
	int ret;

	if (pipe(requester.ask) || pipe(requester.reply))
		return;
	requester.pid = fork();
	if (requester.pid)
		return;
	close(requester.ask[1]);
	if (read(requester.ask[0], text, sizeof(text) - 1) <= 0)
		_exit(0);
	/* Whoever waits for it without end is set free by its death. */
	if (forever)
		alarm(limit_ms / 1000);
	do
		ret = meter_write(alloc_fd, text, &answer.cost);
	while (forever);
	answer.err = ret < 0 ? ret : 0;
	_exit(write(requester.reply[1], &answer, sizeof(answer)) < 0);
}

static void requester_ask(unsigned long nr_pages)
{
	dprintf(requester.ask[1], "%lu", nr_pages);
}

/* Return: whether it answered; else it is killed after as many ms. */
static bool requester_wait(struct answer *answer, long ms)
{
	struct pollfd poll_fd = { .fd = requester.reply[0], .events = POLLIN };
	bool answered = poll(&poll_fd, 1, ms) == 1;

	if (answered)
		answered = read(requester.reply[0], answer, sizeof(*answer)) == sizeof(*answer);
	kill(requester.pid, SIGKILL);
	waitpid(requester.pid, NULL, 0);
	close(requester.ask[0]);
	close(requester.ask[1]);
	close(requester.reply[0]);
	close(requester.reply[1]);
	return answered;
}

/* As take(), by the requester that was started; -ETIME when it had to be killed. */
static int take_limited(const char *name, unsigned long nr_pages, int counted, int64_t *ns)
{
	struct answer answer = { .err = -ETIME };
	struct cost cost;
	struct request r;

	if (request_begin(&r, name, nr_pages, counted))
		return 1;
	meter_start();
	requester_ask(nr_pages);
	if (!requester_wait(&answer, limit_ms)) {
		cost = meter_stop();
		answer.cost = cost;
	}
	r.err = answer.err;
	r.cost = answer.cost;
	request_end(&r);
	request_print(&r, "");
	*ns = r.cost.ns;
	return 0;
}

/* What the write itself costs: "0" is written to `free`, which then does nothing. */
static void calibrate(void)
{
	struct cost cost;
	int i;

	printf("bench: {\"case\": \"write\", \"each\": [");
	for (i = 0; i < NULL_WRITES; i++) {
		meter_write(free_fd, "0", &cost);
		printf("%s[%lld, %lld]", i ? ", " : "", (long long)cost.ns,
		       (long long)cost.instructions);
	}
	printf("]}\n");
}

/* Groups */

/*
 * The same request again and again, in an area that was emptied once. The first is not looked
 * at: it finds what emptying left on per-CPU lists.
 */
static int group_idle(void)
{
	static const unsigned long sizes[] = { 1, 16, 256, 1024, 4096, 16384 };
	size_t i;
	int repeat;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (state_idle(&state) || area_alloc(&state.area, sizes[i]) ||
		    area_free(&state.area, sizes[i]))
			return give_up("the area is not idle");
		for (repeat = 0; repeat <= IDLE_REPEATS; repeat++)
			if (take("idle", sizes[i], repeat == IDLE_REPEATS) ||
			    give("release", sizes[i], repeat == IDLE_REPEATS))
				return 1;
	}
	return 0;
}

/*
 * Memory is full, but every sixteenth pageblock and the two after it are free: eight windows
 * of 1536 pages. What is freed afterwards outside pushes the windows' pages off the per-CPU
 * lists.
 */
static int group_windows(void)
{
	static const unsigned long sizes[] = { 1, 16, 256, 1024 };
	unsigned long block, nr_windows = 0;
	size_t i;
	int repeat;

	if (state_idle(&state) || state_fill(&state, TENANT_BASE, 64 * MIB_PAGES))
		return 1;
	for (block = 12; block + 3 <= state.area.nr_pages / BLOCK_PAGES; block += 16)
		if (state_empty_range(&state, block * BLOCK_PAGES, 3 * BLOCK_PAGES))
			return give_up("windows");
	if (state_make_room(&state, 32 * MIB_PAGES) || census_take(&state.area))
		return 1;
	for (block = 12; block + 3 <= state.area.nr_pages / BLOCK_PAGES; block += 16)
		nr_windows += census(block * BLOCK_PAGES, 3 * BLOCK_PAGES).free == 3 * BLOCK_PAGES;
	printf("# %lu free windows of 1536 pages\n", nr_windows);
	if (nr_windows < 7)
		return give_up("too few free windows");
	for (repeat = 0; repeat < 4; repeat++)
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			if (take("windows", sizes[i], repeat == 3))
				return 1;
	return 0;
}

static const unsigned long full_sizes[] = { 1, 256, 1024, 4096, 16384 };

/* Full of tenants, and room for twice the request outside. */
static int full(const char *name, enum tenant_type type, size_t slack_pages)
{
	size_t i;
	int counted;

	if (state_idle(&state) || state_fill(&state, type, slack_pages))
		return 1;
	for (i = 0; i < ARRAY_SIZE(full_sizes); i++)
		for (counted = 0; counted < 2; counted++) {
			long room = 2 * full_sizes[i];

			/* A target for a huge page is one itself. */
			if (type == TENANT_THP)
				room += 2 * BLOCK_PAGES;
			if (state_make_room(&state, room + SPARE_PAGES) ||
			    state_check_full(&state) || take(name, full_sizes[i], counted))
				return 1;
		}
	return 0;
}

static int group_base(void)
{
	return full("base", TENANT_BASE, 320 * MIB_PAGES);
}

static int group_thp(void)
{
	return full("thp", TENANT_THP, 352 * MIB_PAGES);
}

static int group_cache(void)
{
	return full("cache", TENANT_FILE, 4 * MIB_PAGES);
}

/*
 * No room outside. What is reclaimed for one request is gone for the next: one a state. How
 * much is reclaimed beside the request differs from time to time.
 */
static int group_cache_low(void)
{
	size_t i;
	int repeat;

	for (i = 1; i < ARRAY_SIZE(full_sizes); i++)
		for (repeat = 0; repeat <= NOISY_REPEATS; repeat++) {
			if (state_idle(&state) ||
			    state_fill(&state, TENANT_FILE, 4 * MIB_PAGES) ||
			    state_leave_no_room(&state))
				return 1;
			if (take("cache_low", full_sizes[i], repeat == NOISY_REPEATS))
				return 1;
			state_clear(&state);
		}
	return 0;
}

/*
 * One request among pins; its state is made anew for each pass. One that took very long is not
 * made again only to be counted.
 */
static int among_pins(const char *name, unsigned long every, unsigned long nr_pages, bool fits)
{
	unsigned long window;
	int64_t ns = 0;
	int counted;

	for (counted = 0; counted < 2 && ns < COUNTED_NS_MAX; counted++) {
		if (state_idle(&state))
			return 1;
		requester_start(false);
		if (state_fill(&state, TENANT_BASE, 144 * MIB_PAGES) ||
		    state_make_room(&state, 2 * nr_pages + SPARE_PAGES) ||
		    state_pin(&state, every, &window) < 0)
			return 1;
		printf("# a pin in every %lu. block, longest window %lu pages\n", every, window);
		if (fits ? window < nr_pages : window >= nr_pages)
			return give_up("the window is not as wanted");
		if (take_limited(name, nr_pages, counted, &ns))
			return 1;
		state_clear(&state);
	}
	return 0;
}

static int group_pins_2(void)
{
	return among_pins("pins_2.window", 2, 512, true) ?:
	       among_pins("pins_2.none", 2, 1024, false);
}

static int group_pins_8(void)
{
	return among_pins("pins_8.window", 8, 2048, true) ?:
	       among_pins("pins_8.none", 8, 4096, false);
}

static int group_pins_32(void)
{
	return among_pins("pins_32.window", 32, 8192, true) ?:
	       among_pins("pins_32.none", 32, 16384, false);
}

/* A dma-buf heap's buffers */

static int heap_fd;

static int heap_alloc(unsigned long nr_pages)
{
	struct dma_heap_allocation_data data = {
		.len = nr_pages * PAGE_BYTES, .fd_flags = O_RDWR | O_CLOEXEC,
	};

	return ioctl(heap_fd, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno : (int)data.fd;
}

static int heap_open(void)
{
	struct rlimit limit = { BUFFERS_MAX + 64, BUFFERS_MAX + 64 };

	heap_fd = open(HEAP, O_RDWR | O_CLOEXEC);
	return heap_fd < 0 || setrlimit(RLIMIT_NOFILE, &limit) ? give_up(HEAP) : 0;
}

/* Video frames of 8 MiB, taken while the area is full of tenants, and given back. */
static int group_frames(void)
{
	int fds[6], i, nr = ARRAY_SIZE(fds);
	struct request r;

	if (heap_open() || state_idle(&state) ||
	    state_fill(&state, TENANT_BASE, 224 * MIB_PAGES) ||
	    state_make_room(&state, (nr + 2) * FRAME_PAGES))
		return 1;
	for (i = 0; i < nr; i++) {
		if (request_begin(&r, "frames", FRAME_PAGES, i == nr - 1))
			return 1;
		meter_start();
		fds[i] = heap_alloc(FRAME_PAGES);
		r.cost = meter_stop();
		r.err = fds[i] < 0 ? fds[i] : 0;
		request_end(&r);
		request_print(&r, "");
	}
	for (i = 0; i < nr; i++) {
		if (request_begin(&r, "frames_release", FRAME_PAGES, i == nr - 1))
			return 1;
		meter_start();
		close(fds[i]);
		r.cost = meter_stop();
		request_end(&r);
		request_print(&r, "");
	}
	return area_used(&state.area) == state.boot_pages ? 0 : give_up("frames not released");
}

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % limit;
}

/* As many of 1 to 2 pages as of 2 to 4, ... as of 1024 to 2048. */
static unsigned long random_size(void)
{
	unsigned long low = 1UL << random_below(11);

	return low + random_below(low);
}

/*
 * A trace that is the same on each kernel: more buffers are taken than released, until one
 * does not fit although as many pages are free. What is left then in one piece?
 */
static int mixed_trace(int seed)
{
	static int fds[BUFFERS_MAX];
	unsigned long nr_pages = 0, taken = 0;
	long step, nr = 0, used, maxchunk, total = state.area.nr_pages;
	int fd = 0;

	random_state = 0x9e3779b97f4a7c15ULL * (seed + 1);
	for (step = 0; step < TRACE_STEPS_MAX && nr < BUFFERS_MAX; step++) {
		if (nr && random_below(100) < 45) {
			long victim = random_below(nr);

			close(fds[victim]);
			fds[victim] = fds[--nr];
			continue;
		}
		nr_pages = random_size();
		fd = heap_alloc(nr_pages);
		if (fd < 0)
			break;
		fds[nr++] = fd;
		taken += nr_pages;
	}
	used = area_used(&state.area);
	maxchunk = area_maxchunk(&state.area);
	printf("bench: {\"case\": \"mixed\", \"seed\": %d, \"err\": %d, \"step\": %ld, ", seed,
	       fd < 0 ? -fd : 0, step);
	printf("\"buffers\": %ld, ", nr);
	printf("\"wanted\": %lu, \"taken\": %lu, \"used\": %ld, \"free\": %ld, \"largest\": %ld}\n",
	       nr_pages, taken, used, total - used, maxchunk);
	while (nr)
		close(fds[--nr]);
	if (fd >= 0)
		return give_up("the trace ended without a failure");
	return area_used(&state.area) == state.boot_pages ? 0 : give_up("buffers not released");
}

static int group_mixed(void)
{
	int seed;

	if (heap_open())
		return 1;
	for (seed = 0; seed < SEEDS; seed++)
		if (state_idle(&state) || mixed_trace(seed))
			return 1;
	return 0;
}

/* A hugetlb page of 32 MiB, larger than the buddy allocator's largest block. */
static int gigantic_pages(const char *take_name, const char *give_name)
{
	int fd = open(GIGANTIC, O_RDWR), counted;
	struct request r;

	if (fd < 0)
		return give_up(GIGANTIC);
	for (counted = 0; counted < 2; counted++) {
		if (request_begin(&r, take_name, GIGANTIC_PAGES, counted))
			return 1;
		write_number(&r, fd, 1);
		request_end(&r);
		if (!r.err && file_number(GIGANTIC) != 1)
			r.err = -ENOMEM;
		request_print(&r, "");
		if (r.err)
			break;
		if (request_begin(&r, give_name, GIGANTIC_PAGES, counted))
			return 1;
		write_number(&r, fd, 0);
		request_end(&r);
		request_print(&r, "");
		if (file_number(GIGANTIC))
			return give_up("huge page not released");
	}
	close(fd);
	return 0;
}

/* First in empty memory, then with a base page in every fourth frame of what was free. */
static int group_gigantic(void)
{
	size_t page, nr_pages = meminfo_pages("MemFree") * 3 / 4;
	unsigned char *addr;

	if (state_idle(&state) || gigantic_pages("gigantic", "gigantic_release"))
		return 1;
	addr = map_base_pages(nr_pages);
	if (!addr)
		return give_up("mmap");
	for (page = 0; page < nr_pages; page++)
		addr[page * PAGE_BYTES] = 1;
	for (page = 0; page < nr_pages; page++)
		if (page % 4)
			madvise(addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
	sleep(3);
	return gigantic_pages("gigantic_tenants", "gigantic_tenants_release");
}

/* Many threads, each taking and giving 1 to 64 pages. */
static pthread_barrier_t threads_start;
static long thread_failures;
static bool threads_dry;

static void *one_thread(void *arg)
{
	uint64_t seed = 0x9e3779b97f4a7c15ULL * ((long)arg + 1);
	int alloc = open(area_file(&state.area, "alloc"), O_WRONLY);
	int release = open(area_file(&state.area, "free"), O_WRONLY);
	long pair, failures = 0;
	char text[32];

	pthread_barrier_wait(&threads_start);
	for (pair = 0; pair < PAIRS; pair++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		snprintf(text, sizeof(text), "%lu", threads_dry ? 0UL : 1 + (seed >> 20) % 64);
		if (write(threads_dry ? release : alloc, text, strlen(text)) < 0)
			failures++;
		else if (write(release, text, strlen(text)) < 0)
			failures++;
	}
	close(alloc);
	close(release);
	__atomic_add_fetch(&thread_failures, failures, __ATOMIC_RELAXED);
	return NULL;
}

/* Without @dry: requests. With it: the same writes, that do nothing. */
static int run_threads(const char *name, bool dry, int counted)
{
	pthread_t threads[THREADS];
	struct request r;
	long i;

	threads_dry = dry;
	thread_failures = 0;
	pthread_barrier_init(&threads_start, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, one_thread, (void *)i))
			return give_up("threads");
	usleep(100 * 1000);
	if (request_begin(&r, name, 0, counted))
		return 1;
	meter_start();
	pthread_barrier_wait(&threads_start);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	r.cost = meter_stop();
	request_end(&r);
	request_print(&r, ", \"pairs\": %d, \"failures\": %ld", THREADS * PAIRS, thread_failures);
	return state_give_all(&state) ? give_up("pages were lost") : 0;
}

static int group_threads(void)
{
	int repeat;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return give_up("threads on one CPU show no contention");
	/* The first is not looked at: threads then find what the last ones left behind. */
	if (state_idle(&state) || run_threads("threads_warm", false, 0))
		return 1;
	for (repeat = 0; repeat <= THREAD_REPEATS; repeat++)
		if (run_threads("threads_write", true, repeat == THREAD_REPEATS) ||
		    run_threads("threads", false, repeat == THREAD_REPEATS))
			return 1;
	return 0;
}

/*
 * While requests of one area run into pin after pin, how long does a client of another area
 * wait for a page? The other area is one of the board tree.
 */
static int take_of_other(const char *name, const struct area *other, int fd)
{
	struct request r;

	/* The same few pages each time: what is free for longer gets tenants. */
	if (area_free(other, OTHER_PAGES) || request_begin(&r, name, 1, 0))
		return 1;
	write_number(&r, fd, 1);
	request_end(&r);
	request_print(&r, "");
	return area_alloc(other, OTHER_PAGES - 1) ? give_up("the other area's pages are gone") : 0;
}

static int group_other_area(void)
{
	struct area areas[AREAS_MAX], *other = NULL;
	int i, fd, err = 0, nr = area_list(areas);
	struct answer answer;
	unsigned long window;

	for (i = 0; i < nr; i++)
		if (strcmp(areas[i].name, state.area.name) && !area_used(&areas[i]))
			other = &areas[i];
	if (!other || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return give_up("there is no other area, or no other CPU");
	if (state_idle(&state) || area_alloc(other, other->nr_pages))
		return give_up("the other area is not free");
	requester_start(true);
	if (state_fill(&state, TENANT_BASE, 144 * MIB_PAGES) ||
	    state_make_room(&state, 2 * BLOCKED_PAGES + 4 * SPARE_PAGES) ||
	    state_pin(&state, 2, &window) < 0)
		return 1;
	if (window >= BLOCKED_PAGES)
		return give_up("the window is not as wanted");
	fd = open(area_file(other, "alloc"), O_WRONLY);
	for (i = 0; i < OTHER_REPEATS && !err; i++)
		err = take_of_other("other_area.idle", other, fd);
	requester_ask(BLOCKED_PAGES);
	for (i = 0; i < OTHER_REPEATS && !err; i++) {
		/* The requester keeps its CPU busy meanwhile, so this time is not jumped over. */
		usleep(5000);
		err = take_of_other("other_area.busy", other, fd);
	}
	requester_wait(&answer, 0);
	area_free(other, area_used(other));
	close(fd);
	return err;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool files;
} groups[] = {
	{ "idle", group_idle },
	{ "windows", group_windows },
	{ "base", group_base },
	{ "thp", group_thp },
	{ "cache", group_cache, true },
	{ "cache_low", group_cache_low, true },
	{ "pins_2", group_pins_2 },
	{ "pins_8", group_pins_8 },
	{ "pins_32", group_pins_32 },
	{ "frames", group_frames },
	{ "mixed", group_mixed },
	{ "gigantic", group_gigantic },
	{ "threads", group_threads },
	{ "other_area", group_other_area },
};

static int run(const char *name)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (strcmp(name, groups[i].name))
			continue;
		if (state_prepare(&state, groups[i].files))
			return give_up("memory cannot be prepared");
		alloc_fd = open(area_file(&state.area, "alloc"), O_WRONLY);
		free_fd = open(area_file(&state.area, "free"), O_WRONLY);
		if (alloc_fd < 0 || free_fd < 0)
			return give_up("debugfs");
		calibrate();
		err = groups[i].run();
		state_clear(&state);
		hog_release(&state.hog);
		return err ? give_up(name) : 0;
	}
	return give_up("no such group");
}

int main(int argc, char **argv)
{
	int i, err = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		return give_up("usage: bench [--limit MILLIONS] GROUP...");
	if (meter_open())
		return give_up("instructions cannot be counted");
	for (i = 1; i < argc && !err; i++) {
		if (!strcmp(argv[i], "--limit") && i + 1 < argc)
			limit_ms = atol(argv[++i]);
		else
			err = run(argv[i]);
	}
	return err;
}
