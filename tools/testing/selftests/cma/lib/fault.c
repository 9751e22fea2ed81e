// SPDX-License-Identifier: GPL-2.0
/* At which stage shall a request fail, or stand still while the test does something to it? */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "proc.h"

#define DEBUGFS		"/sys/kernel/debug/"
/* Limits should a test die, or nobody come; with all checks on, minutes are nothing. */
#define HOLD_MS		600000
#define POLLS_MAX	30000
#define FAULTS_MAX	1000000

static const char *file_of(const char *kind, const char *file)
{
	static __thread char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", kind, file);
	return path;
}

static int set(const char *kind, const char *file, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	return file_write(file_of(kind, file), text);
}

static int set_stage(const char *stage, const char *file, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS FAIL_CMA "/%s/%s", stage, file);
	return file_write(path, value);
}

/* Whatever stages there are: @skip is left out. */
static void set_all_stages(const char *file, const char *value, const char *skip)
{
	DIR *dir = opendir(DEBUGFS FAIL_CMA);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    (!skip || strcmp(entry->d_name, skip)))
			set_stage(entry->d_name, file, value);
	if (dir)
		closedir(dir);
}

static int quieten(const char *kind)
{
	int err = set(kind, "probability", 0);

	err = err ?: set(kind, "interval", 1);
	err = err ?: set(kind, "times", -1);
	err = err ?: set(kind, "space", 0);
	err = err ?: set(kind, "verbose", 0);
	return err ?: file_write(file_of(kind, "task-filter"), "Y");
}

int fault_prepare(void)
{
	int err = quieten(FAIL_CMA);

	err = err ?: quieten(FAIL_SLAB);
	err = err ?: quieten(FAIL_PAGE);
	/* Those that may sleep as well: ours all may. */
	err = err ?: file_write(file_of(FAIL_SLAB, "ignore-gfp-wait"), "N");
	err = err ?: file_write(file_of(FAIL_PAGE, "ignore-gfp-wait"), "N");
	err = err ?: file_write(file_of(FAIL_PAGE, "ignore-gfp-highmem"), "N");
	err = err ?: set(FAIL_PAGE, "min-order", 0);
	set_all_stages("delay-ms", "0", NULL);
	set_all_stages("fail", "Y", NULL);
	return err;
}

void fault_end(void)
{
	fault_nth(0);
	fault_task(false);
	fault_prepare();
}

/* A thread's own file appears among its process's. */
#define MAKE_IT_FAIL	"/proc/thread-self/make-it-fail"

void fault_task(bool on)
{
	file_write(MAKE_IT_FAIL, on ? "1" : "0");
}

int fault_switch_open(void)
{
	int file = open(MAKE_IT_FAIL, O_WRONLY | O_CLOEXEC);

	return file < 0 ? -errno : file;
}

int fault_switch(int file, bool on)
{
	/* On the stack, which is there: a page that is not could not be had. */
	char text = on ? '1' : '0';

	return write(file, &text, 1) == 1 ? 0 : -errno;
}

int fault_at(const char *stage, int times)
{
	int err = set_stage(stage, "fail", "Y");

	set_all_stages("fail", "N", stage);
	err = err ?: set(FAIL_CMA, "times", times);
	return err ?: set(FAIL_CMA, "probability", 100);
}

int fault_now_and_then(const char *kind, int every)
{
	return set(kind, "times", FAULTS_MAX) ?: set(kind, "probability", 100 / every);
}

long long fault_nr_failed(const char *kind)
{
	long long left = file_number(file_of(kind, "times"));

	return left < 0 ? -1 : FAULTS_MAX - left;
}

int fault_nth(unsigned int nth)
{
	return file_write_number("/proc/thread-self/fail-nth", nth);
}

bool fault_nth_met(void)
{
	/* It may also be met by opening that file. */
	bool met = file_number("/proc/thread-self/fail-nth") <= 0;

	fault_nth(0);
	return met;
}

static long long stage_number(const char *stage, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS FAIL_CMA "/%s/%s", stage, file);
	return file_number(path);
}

long long fault_reached(const char *stage)
{
	return stage_number(stage, "reached");
}

static void *run(void *arg)
{
	struct held *held = arg;

	fault_task(true);
	held->err = held->gives ? area_free(held->area, held->nr_pages) :
				  area_alloc(held->area, held->nr_pages);
	__atomic_store_n(&held->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static int start(struct held *held)
{
	char limit[16];
	int poll, err;

	snprintf(limit, sizeof(limit), "%d", HOLD_MS);
	err = set_stage(held->stage, "delay-ms", limit);
	if (err)
		return err;
	held->done = false;
	if (pthread_create(&held->thread, NULL, run, held))
		return -EAGAIN;
	for (poll = 0; poll < POLLS_MAX && !held_done(held); poll++) {
		if (stage_number(held->stage, "held") > 0)
			return 0;
		usleep(10 * 1000);
	}
	err = held_go(held);
	printf("# stage %s: nobody came by; the request ended with %s\n", held->stage,
	       strerror(-err));
	return -ESRCH;
}

int held_at(struct held *held, const char *stage, const struct area *area, unsigned long nr_pages)
{
	*held = (struct held){ .stage = stage, .area = area, .nr_pages = nr_pages };
	return start(held);
}

int held_giving(struct held *held, const struct area *area, unsigned long nr_pages)
{
	*held = (struct held){ .stage = "release", .area = area, .nr_pages = nr_pages,
			       .gives = true };
	return start(held);
}

int held_nowhere(struct held *held, const struct area *area, unsigned long nr_pages)
{
	*held = (struct held){ .area = area, .nr_pages = nr_pages };
	return -pthread_create(&held->thread, NULL, run, held);
}

int held_go(struct held *held)
{
	if (held->stage)
		set_stage(held->stage, "delay-ms", "0");
	pthread_join(held->thread, NULL);
	return held->err;
}
