// SPDX-License-Identifier: GPL-2.0
/*
 * What did the kernel do for all requests? Both kernels tell how each ended and how often a range
 * was given up (events "cma"), and how many pages moved for it: ours by contig:contig_evacuate,
 * upstream's by kmem:mm_alloc_contig_migrate_range_info. Ours also tells what was in the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/proc.h"
#include "trace.h"

#define INSTANCE	"/sys/kernel/tracing/instances/soak"
#define ERRORS		150
#define REASONS		16
#define REASON_MAX	48

static struct seen {
	pid_t reader;
	int stop;
	unsigned long finished[ERRORS], retries, moved, dropped, lost;
	struct {
		char text[REASON_MAX];
		unsigned long nr;
	} reasons[REASONS];
} *seen;

static int switch_on(const char *event)
{
	char path[160];

	snprintf(path, sizeof(path), INSTANCE "/events/%s/enable", event);
	return file_write(path, "1");
}

/* Return: the number after @key, or 0. */
static long number_after(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtol(at + strlen(key), NULL, 0) : 0;
}

static void count_reason(const char *text)
{
	int i;

	for (i = 0; i < REASONS; i++) {
		if (!*seen->reasons[i].text)
			snprintf(seen->reasons[i].text, REASON_MAX, "%.*s",
				 (int)strcspn(text, "\n"), text);
		if (strncmp(seen->reasons[i].text, text, strlen(seen->reasons[i].text)))
			continue;
		seen->reasons[i].nr++;
		return;
	}
}

static void count(const char *line)
{
	const char *reason;
	long err;

	if (strstr(line, " cma_alloc_finish: ")) {
		err = -number_after(line, "errorno=");
		seen->finished[err >= 0 && err < ERRORS ? err : 0]++;
	} else if (strstr(line, " cma_alloc_busy_retry: ")) {
		seen->retries++;
	} else if (strstr(line, " contig_blocked: ")) {
		reason = strstr(line, "reason=");
		if (reason)
			count_reason(reason + strlen("reason="));
	} else if (strstr(line, " EVENTS]")) {
		seen->lost += number_after(line, "[LOST ");
	} else {
		seen->moved += number_after(line, "nr_migrated=");
		seen->dropped += number_after(line, "nr_dropped=") +
				 number_after(line, "nr_reclaimed=");
	}
}

static void read_all(void)
{
	FILE *pipe = fopen(INSTANCE "/trace_pipe", "r");
	char line[512];

	if (!pipe)
		return;
	fcntl(fileno(pipe), F_SETFL, O_NONBLOCK);
	for (;;) {
		bool last = __atomic_load_n(&seen->stop, __ATOMIC_ACQUIRE);

		while (fgets(line, sizeof(line), pipe))
			count(line);
		clearerr(pipe);
		if (last)
			return;
		usleep(20 * 1000);
	}
}

int trace_start(void)
{
	int err;

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED)
		return -errno;
	mkdir(INSTANCE, 0755);
	file_write(INSTANCE "/buffer_size_kb", "512");
	err = switch_on("cma/cma_alloc_finish");
	err = err ?: switch_on("cma/cma_alloc_busy_retry");
	if (!err && switch_on("contig/contig_evacuate"))
		err = switch_on("kmem/mm_alloc_contig_migrate_range_info");
	switch_on("contig/contig_blocked");
	if (err)
		return err;
	seen->reader = fork();
	if (seen->reader)
		return seen->reader < 0 ? -errno : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	read_all();
	_exit(0);
}

void trace_end(void)
{
	int i;

	__atomic_store_n(&seen->stop, 1, __ATOMIC_RELEASE);
	waitpid(seen->reader, NULL, 0);
	printf("# figure kernel.requests.served %lu\n", seen->finished[0]);
	for (i = 1; i < ERRORS; i++)
		if (seen->finished[i])
			printf("# figure kernel.requests.failed.%s %lu\n",
			       strerrorname_np(i) ?: "?", seen->finished[i]);
	printf("# figure kernel.ranges.given_up %lu\n", seen->retries);
	printf("# figure kernel.pages.moved %lu\n", seen->moved);
	printf("# figure kernel.pages.dropped %lu\n", seen->dropped);
	printf("# figure kernel.events.lost %lu\n", seen->lost);
	for (i = 0; i < REASONS && *seen->reasons[i].text; i++)
		printf("# figure kernel.blocked.%s %lu\n", seen->reasons[i].text,
		       seen->reasons[i].nr);
}
