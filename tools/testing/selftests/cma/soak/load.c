// SPDX-License-Identifier: GPL-2.0
/* Who else is at work in the machine? How loads are started, told to rest, and ended. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/heap.h"
#include "../lib/proc.h"
#include "kselftest.h"
#include "load.h"
#include "tap.h"

#define POLL_US		(10 * 1000)
#define PAUSE_US	8000		/* at most, between two steps: there are many loads */
#define PATIENCE	(30 * 1000 * 1000 / POLL_US)	/* until it is said who is waited for */

enum order { GO, REST_BUT_WRITE, REST, STOP };

static const struct load *const all[] = {
	&load_pressure, &load_tenants, &load_fork, &load_thp, &load_ksm, &load_writeback,
	&load_direct, &load_short_pins, &load_long_pins, &load_compaction, &load_drop_caches,
	&load_cpus, &load_cgroup, &load_hostile,
};

#define NR	((int)ARRAY_SIZE(all))

static struct shared {
	int order;
	struct work works[LOADS_MAX];
} *shared;

static const struct load *self;

static enum order order_now(void)
{
	return __atomic_load_n(&shared->order, __ATOMIC_SEQ_CST);
}

static bool must_rest(const struct load *load)
{
	enum order order = order_now();

	return order == STOP || order == REST || (order == REST_BUT_WRITE && !load->writes);
}

bool load_must_rest(void)
{
	return must_rest(self);
}

void load_wrong(struct work *w, long nr_pages, const char *what)
{
	if (!w->nr_wrong)
		snprintf(w->note, sizeof(w->note), "%s: %ld (step %lu)", what, nr_pages,
			 w->nr_steps);
	w->nr_wrong += nr_pages;
}

static void rest(const struct load *load, struct work *w)
{
	if (load->rest)
		load->rest(w);
	__atomic_store_n(&w->resting, 1, __ATOMIC_SEQ_CST);
	while (must_rest(load) && order_now() != STOP)
		usleep(POLL_US);
	/* No longer resting, then, in work(), a look at the order: loads_rest() reverses it. */
	__atomic_store_n(&w->resting, 0, __ATOMIC_SEQ_CST);
}

static void work(const struct load *load, struct work *w)
{
	int err = load->begin ? load->begin(w) : 0;

	if (err) {
		snprintf(w->note, sizeof(w->note), "cannot begin: %s", strerror(-err));
		w->nr_wrong = 1;
		return;
	}
	while (order_now() != STOP) {
		if (must_rest(load)) {
			rest(load, w);
			continue;
		}
		if (load->step(w))
			w->nr_refused++;
		w->nr_steps++;
		usleep(random_below(&w->random, PAUSE_US));
	}
	if (load->end)
		load->end(w);
}

/* The victim that is meant is in a group of its own. */
static void start(const struct load *load, struct work *w, uint64_t seed)
{
	pid_t pid;

	w->random = seed;
	pid = fork();
	if (pid) {
		w->pid = pid;		/* shared: the child must not write its 0 there */
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, load->name);
	file_write("/proc/self/oom_score_adj", "-900");
	self = load;
	work(load, w);
	_exit(w->nr_wrong != 0);
}

int loads_start(uint64_t seed)
{
	int i, nr = 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	fflush(stdout);
	for (i = 0; i < NR; i++) {
		if (all[i]->why_not && all[i]->why_not())
			continue;
		start(all[i], &shared->works[i], seed + i + 1);
		if (shared->works[i].pid < 0)
			return -EAGAIN;
		nr++;
	}
	return nr;
}

static void give_order(enum order order)
{
	__atomic_store_n(&shared->order, order, __ATOMIC_SEQ_CST);
}

static bool is_resting(int i)
{
	struct work *w = &shared->works[i];
	siginfo_t info = { 0 };

	if (!w->pid || !must_rest(all[i]) || __atomic_load_n(&w->resting, __ATOMIC_SEQ_CST))
		return true;
	/* One that has ended rests for ever; loads_end() tells how it ended. */
	waitid(P_PID, w->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid == w->pid;
}

void loads_rest(bool writers_too)
{
	int i, waited = 0;

	give_order(writers_too ? REST : REST_BUT_WRITE);
	for (i = 0; i < NR; i++) {
		while (!is_resting(i)) {
			usleep(POLL_US);
			if (++waited % PATIENCE == 0)
				printf("# waiting for load %s to rest\n", all[i]->name);
		}
	}
}

void loads_go(void)
{
	give_order(GO);
}

/* Return: whether it did its work, all of it, and found nothing wrong. */
static bool end_one(const struct load *load, struct work *w)
{
	int status;

	waitpid(w->pid, &status, 0);
	if (WIFSIGNALED(status)) {
		printf("# load %s: killed by signal %d\n", load->name, WTERMSIG(status));
		return false;
	}
	if (w->nr_wrong || status) {
		printf("# load %s: %s\n", load->name, w->note);
		return false;
	}
	if (w->nr_steps == w->nr_refused) {
		printf("# load %s: none of its %lu steps could be done\n", load->name, w->nr_steps);
		return false;
	}
	if (load->must_count && !w->nr_events) {
		printf("# load %s: %lu steps, and no %s\n", load->name, w->nr_steps, load->events);
		return false;
	}
	return true;
}

int loads_end(void)
{
	int i, nr_bad = 0;

	give_order(STOP);
	for (i = 0; i < NR; i++) {
		struct work *w = &shared->works[i];
		char name[64];
		bool good;

		snprintf(name, sizeof(name), "load.%s", all[i]->name);
		if (!w->pid) {
			tap_skip(name, all[i]->why_not());
			continue;
		}
		good = end_one(all[i], w);
		nr_bad += !good;
		tap_result(good, name);
		printf("# figure %s.steps %lu\n# figure %s.refused %lu\n", name, w->nr_steps, name,
		       w->nr_refused);
		if (all[i]->events)
			printf("# figure %s.%s %lu\n", name, all[i]->events, w->nr_events);
	}
	return nr_bad;
}

int loads_skipped(void)
{
	int i, nr = 0;

	for (i = 0; i < NR; i++)
		nr += !shared->works[i].pid;
	return nr;
}

int loads_total(void)
{
	return NR;
}
