// SPDX-License-Identifier: GPL-2.0
/*
 * A load with limits: groups of processes that want more memory than they may have. One is
 * reclaimed from, the other is killed for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/heap.h"
#include "../lib/hog.h"
#include "../lib/pattern.h"
#include "../lib/proc.h"
#include "load.h"

#define ROOT		"/tmp/cgroup"
#define KILLED		ROOT "/killed"
#define THROTTLED	ROOT "/throttled"
#define LIMIT_MIB	4

static const char *cgroup_why_not(void)
{
	mkdir(ROOT, 0755);
	if (mount("cgroup2", ROOT, "cgroup2", 0, NULL) && errno != EBUSY)
		return "CONFIG_CGROUPS is not set";
	if (file_write(ROOT "/cgroup.subtree_control", "+memory"))
		return "CONFIG_MEMCG is not set";
	return NULL;
}

static int cgroup_begin(struct work *w)
{
	int err = 0;

	(void)w;
	mkdir(KILLED, 0755);
	mkdir(THROTTLED, 0755);
	err = err ?: file_write_number(KILLED "/memory.max", LIMIT_MIB << 20);
	err = err ?: file_write(KILLED "/memory.swap.max", "0");
	return err ?: file_write_number(THROTTLED "/memory.high", LIMIT_MIB << 20);
}

/* Return: 0 if it had all the memory it wanted, with what it wrote in it. */
static void want(const char *group, uint64_t seed)
{
	size_t nr = 2 * LIMIT_MIB * MIB_PAGES;
	uint64_t *addr;

	file_write("/proc/self/oom_score_adj", "1000");
	if (file_write_number(group, getpid()))
		_exit(2);
	addr = map_base_pages(nr);
	if (!addr)
		_exit(2);
	pattern_fill(addr, seed, nr);
	_exit(pattern_wrong_pages(addr, seed, nr) ? 3 : 0);
}

static int run(const char *group, uint64_t seed, int *status)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		want(group, seed);
	waitpid(pid, status, 0);
	return 0;
}

static int cgroup_step(struct work *w)
{
	int status, err;

	err = run(KILLED "/cgroup.procs", w->random, &status);
	if (err)
		return err;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		load_wrong(w, 1, "a group got more than its limit");
	w->nr_events = file_number_of(KILLED "/memory.events", "oom_kill");
	/* Without swap there is nothing to be reclaimed, and it would wait in vain. */
	if (meminfo_pages("SwapFree") < (long)(4 * LIMIT_MIB * MIB_PAGES))
		return 0;
	err = run(THROTTLED "/cgroup.procs", w->random, &status);
	if (!err && status)
		load_wrong(w, 1, "a group that swaps lost pages");
	usleep(100 * 1000);
	return err;
}

static void cgroup_end(struct work *w)
{
	(void)w;
	rmdir(KILLED);
	rmdir(THROTTLED);
}

const struct load load_cgroup = {
	.name = "cgroup", .events = "oom_kills", .must_count = true,
	.why_not = cgroup_why_not, .begin = cgroup_begin, .step = cgroup_step, .end = cgroup_end,
};
