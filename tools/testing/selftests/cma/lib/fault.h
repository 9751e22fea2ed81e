/* SPDX-License-Identifier: GPL-2.0 */
/*
 * At which stage shall a request fail, or stand still while the test does something to it? By
 * /sys/kernel/debug/fail_cma, and the kernel's faults of slab and of pages beside it. All of it
 * concerns tasks only that have asked for it, with fault_task().
 */
#ifndef CMA_SELFTEST_FAULT_H
#define CMA_SELFTEST_FAULT_H

#include <pthread.h>
#include <stdbool.h>

#include "area.h"

#define FAIL_CMA	"fail_cma"
#define FAIL_SLAB	"failslab"
#define FAIL_PAGE	"fail_page_alloc"

/* Return: 0, or -errno where the kernel was built without; nothing fails or is held then. */
int fault_prepare(void);

/* Nothing fails or is held any more. */
void fault_end(void);

/* Faults and delays are for the calling thread, and those that it starts from now on, or not. */
void fault_task(bool on);

/*
 * The same where memory fails: whoever opens a file then, to end it, may not get it. Open it
 * before, then turn it on and off. Return: a file, or -errno; 0 or -errno.
 */
int fault_switch_open(void);
int fault_switch(int file, bool on);

/* Of all stages, only this one fails: up to @times times (-1: always). Return: 0 or -errno. */
int fault_at(const char *stage, int times);

/* One of @every allocations of this kind fails, by chance. Return: 0 or -errno. */
int fault_now_and_then(const char *kind, int every);

/* Return: how many have failed since then, or -1. */
long long fault_nr_failed(const char *kind);

/*
 * The @nth fault that this thread's next system calls could meet, of any kind and at any stage,
 * is met; 0: none. Return: 0 or -errno.
 */
int fault_nth(unsigned int nth);

/* Return: was it met? It is off afterwards. */
bool fault_nth_met(void);

/* Return: how often the stage was come by, or -1. */
long long fault_reached(const char *stage);

/* A request to an area, or pages that come back to it, in a thread of its own. */
struct held {
	const char *stage;
	pthread_t thread;
	const struct area *area;
	unsigned long nr_pages;
	bool gives;
	int err;
	bool done;		/* to be read with __atomic_load_n() */
};

/*
 * Start it, and return as soon as it stands still at the stage: until held_go(), or until
 * the time is over that only catches hangs. Return: 0; -errno if it never came there.
 */
int held_at(struct held *held, const char *stage, const struct area *area, unsigned long nr_pages);
int held_giving(struct held *held, const struct area *area, unsigned long nr_pages);

/* Start a request that stands still nowhere. Return: 0 or -errno. */
int held_nowhere(struct held *held, const struct area *area, unsigned long nr_pages);

static inline bool held_done(const struct held *held)
{
	return __atomic_load_n(&held->done, __ATOMIC_SEQ_CST);
}

/* Send it on, and wait for its end. Return: what came of it, 0 or -errno. */
int held_go(struct held *held);

#endif
