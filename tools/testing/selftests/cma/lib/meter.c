// SPDX-License-Identifier: GPL-2.0
/* What does a request cost, and what did the kernel do for it? */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include "meter.h"
#include "proc.h"

#define CPUS_MAX	8
#define TRACEFS		"/sys/kernel/tracing/events/"
#define SPIN_LOOPS	1000000
#define SLEEP_MS	10
#define SLEEP_INSTRUCTIONS_MAX	300000
#define CHECK_ATTEMPTS	5

static int pmu = -1;
static int64_t clock_begin, pmu_begin;

static int perf_open(uint32_t type, uint64_t config, int cpu, int disabled)
{
	struct perf_event_attr attr = {
		.type = type, .size = sizeof(attr), .config = config, .disabled = disabled,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static int64_t perf_read(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? (int64_t)count : -1;
}

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void meter_start(void)
{
	pmu_begin = perf_read(pmu);
	clock_begin = clock_ns();
}

struct cost meter_stop(void)
{
	int64_t ns = clock_ns() - clock_begin;

	return (struct cost){ .ns = ns, .instructions = perf_read(pmu) - pmu_begin };
}

int meter_write(int fd, const char *text, struct cost *cost)
{
	size_t len = strlen(text);
	ssize_t ret;

	meter_start();
	ret = write(fd, text, len);
	if (ret < 0)
		ret = -errno;
	*cost = meter_stop();
	return ret;
}

static void spin(void)
{
	long i;

	for (i = 0; i < SPIN_LOOPS; i++)
		asm volatile("");
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *spin_on_last_cpu(void *arg)
{
	run_on((long)arg);
	spin();
	return NULL;
}

/* Does the counter see a loop (on another CPU, where there is one), and not see a sleep? */
static int check_pmu(void)
{
	long last = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	struct timespec ms = { .tv_nsec = SLEEP_MS * 1000000 };
	struct cost loop, sleep;
	pthread_t thread;

	meter_start();
	if (pthread_create(&thread, NULL, spin_on_last_cpu, (void *)last))
		return -EAGAIN;
	pthread_join(thread, NULL);
	loop = meter_stop();
	meter_start();
	nanosleep(&ms, NULL);
	sleep = meter_stop();
	printf("# %d loops on CPU %ld: %lld ns, %lld instructions\n", SPIN_LOOPS, last,
	       (long long)loop.ns, (long long)loop.instructions);
	printf("# %d ms of sleep: %lld ns, %lld instructions\n", SLEEP_MS, (long long)sleep.ns,
	       (long long)sleep.instructions);
	if (loop.instructions < 2 * SPIN_LOOPS || loop.instructions > 4 * SPIN_LOOPS ||
	    loop.ns < 2 * SPIN_LOOPS) {
		printf("# neither clock nor PMU count instructions: is QEMU's -icount on?\n");
		return -EINVAL;
	}
	if (sleep.instructions > SLEEP_INSTRUCTIONS_MAX) {
		printf("# the PMU counts idle time\n");
		return -EINVAL;
	}
	return 0;
}

int meter_open(void)
{
	int attempt, err = -EINVAL;

	pmu = perf_open(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, 0, 0);
	if (pmu < 0) {
		printf("# no instruction counter: %s\n", strerror(-pmu));
		return pmu;
	}
	/* Boot may not have come to its end on every CPU. */
	for (attempt = 0; attempt < CHECK_ATTEMPTS && err; attempt++) {
		sleep(1);
		err = check_pmu();
	}
	return err;
}

/* Events, by the key under which they are reported. */
static const struct event {
	const char *key, *name;
	const char *function;	/* only work items of this function */
} events[METER_EVENTS] = {
	{ "rcu_expedited", "sched/sched_kthread_work_queue_work", "wait_rcu_exp_gp" },
	{ "lru_drains", "workqueue/workqueue_queue_work", "lru_add_drain_per_cpu" },
	{ "work_items", "workqueue/workqueue_queue_work" },
	{ "pcp_drained", "kmem/mm_page_pcpu_drain" },
	{ "isolate_scans", "compaction/mm_compaction_isolate_migratepages" },
	{ "isolation_tests", "page_isolation/test_pages_isolated" },
	{ "migrate_calls", "migrate/mm_migrate_pages" },
	{ "busy_retries", "cma/cma_alloc_busy_retry" },
	{ "dropped", "filemap/mm_filemap_delete_from_page_cache" },
	{ "contended", "lock/contention_begin" },
	{ "ipis", "ipi/ipi_send_cpu" },
	{ "multi_ipis", "ipi/ipi_send_cpumask" },
};

static int event_fds[METER_EVENTS][CPUS_MAX];

const char *event_key(int event)
{
	return events[event].key;
}

static unsigned long long address_of(const char *function)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long address = 0, at;
	char name[256];

	while (f && !address && fscanf(f, "%llx %*c %255s%*[^\n]", &at, name) == 2)
		if (!strcmp(name, function))
			address = at;
	if (f)
		fclose(f);
	return address;
}

static int open_event(const struct event *event, int cpu)
{
	char path[160], filter[64];
	long long id;
	int fd;

	snprintf(path, sizeof(path), TRACEFS "%s/id", event->name);
	id = file_number(path);
	if (id < 0)
		return -ENOENT;
	fd = perf_open(PERF_TYPE_TRACEPOINT, id, cpu, 1);
	if (fd < 0 || !event->function)
		return fd;
	snprintf(filter, sizeof(filter), "function == 0x%llx", address_of(event->function));
	if (!ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return fd;
	close(fd);
	return -EINVAL;
}

int events_start(void)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int i;

	for (i = 0; i < METER_EVENTS; i++)
		for (cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++)
			event_fds[i][cpu] = open_event(&events[i], cpu);
	for (i = 0; i < METER_EVENTS; i++)
		for (cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++)
			if (event_fds[i][cpu] >= 0)
				ioctl(event_fds[i][cpu], PERF_EVENT_IOC_ENABLE, 0);
	return 0;
}

void events_stop(int64_t counts[METER_EVENTS])
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int i;

	for (i = 0; i < METER_EVENTS; i++)
		for (cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++)
			if (event_fds[i][cpu] >= 0)
				ioctl(event_fds[i][cpu], PERF_EVENT_IOC_DISABLE, 0);
	for (i = 0; i < METER_EVENTS; i++) {
		counts[i] = 0;
		for (cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++) {
			if (event_fds[i][cpu] < 0) {
				counts[i] = -1;		/* this kernel does not tell */
				continue;
			}
			counts[i] += perf_read(event_fds[i][cpu]);
			close(event_fds[i][cpu]);
		}
	}
}
