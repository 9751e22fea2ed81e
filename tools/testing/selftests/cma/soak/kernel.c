// SPDX-License-Identifier: GPL-2.0
/* Loads that make the kernel itself busy: compaction, dropping caches, CPUs that come and go. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../lib/heap.h"
#include "../lib/proc.h"
#include "load.h"

static int compaction_step(struct work *w)
{
	int err = file_write("/proc/sys/vm/compact_memory", "1");

	w->nr_events += !err;
	usleep(200 * 1000);
	return err;
}

const struct load load_compaction = {
	.name = "compaction", .events = "runs", .must_count = true, .step = compaction_step,
};

static int drop_caches_begin(struct work *w)
{
	(void)w;
	/* Say nothing of it in the log. */
	return file_write("/proc/sys/vm/drop_caches", "4");
}

static int drop_caches_step(struct work *w)
{
	int err = file_write_number("/proc/sys/vm/drop_caches", 1 + random_below(&w->random, 3));

	w->nr_events += !err;
	usleep(300 * 1000);
	return err;
}

const struct load load_drop_caches = {
	.name = "drop_caches", .events = "runs", .must_count = true,
	.begin = drop_caches_begin, .step = drop_caches_step,
};

/* Every CPU but the first, off and on again. */
#define CPU_FILE	"/sys/devices/system/cpu/cpu%d/online"

static int nr_cpus;

static int set_cpu(int cpu, const char *state)
{
	char path[64];

	snprintf(path, sizeof(path), CPU_FILE, cpu);
	return file_write(path, state);
}

static const char *cpus_why_not(void)
{
	if (sysconf(_SC_NPROCESSORS_CONF) < 2)
		return "one CPU only";
	if (access("/sys/devices/system/cpu/cpu1/online", W_OK))
		return "CONFIG_HOTPLUG_CPU is not set";
	return NULL;
}

static int cpus_begin(struct work *w)
{
	(void)w;
	nr_cpus = sysconf(_SC_NPROCESSORS_CONF);
	return 0;
}

static int cpus_step(struct work *w)
{
	int cpu = 1 + random_below(&w->random, nr_cpus - 1);
	int err = set_cpu(cpu, "0");

	if (err)
		return err;
	usleep(random_below(&w->random, 100 * 1000));
	w->nr_events++;
	err = set_cpu(cpu, "1");
	if (err)
		load_wrong(w, 1, "a CPU does not come back");
	usleep(300 * 1000);
	return err;
}

const struct load load_cpus = {
	.name = "cpu_hotplug", .events = "cpus_unplugged", .must_count = true,
	.why_not = cpus_why_not, .begin = cpus_begin, .step = cpus_step,
};
