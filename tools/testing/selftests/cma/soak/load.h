/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who else is at work in the machine while areas are in use? Loads: each is a process of its
 * own that does one thing, step by step, until it is told to rest or to stop.
 *
 *	begin()  step() ... step()  rest()  step() ... step()  rest()  end()
 *
 * After rest() a load may still have memory, whose content it looks at in later steps, but holds
 * none of it where it is: all of it can be moved, and there is room to move it to.
 */
#ifndef CMA_SOAK_LOAD_H
#define CMA_SOAK_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOADS_MAX	24
#define NOTE_MAX	120

/* What a load tells of itself, in memory that all processes share. */
struct work {
	pid_t pid;
	int resting;			/* set by the load */
	uint64_t random;		/* state of random_below() */
	unsigned long nr_steps;
	unsigned long nr_refused;	/* steps that the kernel did not let it do */
	unsigned long nr_events;	/* what load->events names */
	long nr_wrong;			/* pages whose content was lost; fatal */
	char note[NOTE_MAX];		/* what went wrong first */
};

struct load {
	const char *name;
	const char *events;		/* what it counts beside its steps, or NULL */

	/* Return: NULL, or why this kernel cannot have it. All but step() are optional. */
	const char *(*why_not)(void);

	/* Return: 0 or -errno. A step that fails is counted, a begin() that fails is fatal. */
	int (*begin)(struct work *w);
	int (*step)(struct work *w);
	void (*rest)(struct work *w);
	void (*end)(struct work *w);

	bool writes;			/* file I/O: goes on while requests are made beside it */
	bool must_count;		/* nr_events of 0 says that it did not do its work */
};

extern const struct load load_pressure, load_tenants, load_fork, load_thp, load_ksm,
	load_writeback, load_direct, load_short_pins, load_long_pins, load_compaction,
	load_drop_caches, load_cpus, load_cgroup, load_hostile;

/* A page's content is not what was put there, or the load cannot go on: noted once, fatal. */
void load_wrong(struct work *w, long nr_pages, const char *what);

bool load_must_rest(void);		/* for steps that take long */

/* Return: the number of loads started; each that cannot be says why, as TAP. */
int loads_start(uint64_t seed);

/* All rest but those that only write; or all of them. Return when they do. */
void loads_rest(bool writers_too);
void loads_go(void);

/* Ends all. Return: how many have found something wrong; each says so, as TAP. */
int loads_end(void);

/* How many could not be had. */
int loads_skipped(void);
int loads_total(void);

#endif
