/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What does a request cost, and what did the kernel do for it?
 *
 * Under QEMU's -icount shift=0,sleep=off the guest's clock counts executed instructions, but
 * also the idle time that is jumped over. The PMU's instruction counter does not count that.
 * So both are read. The counter is the machine's: on every CPU it shows what all of them have
 * executed; meter_open() checks that, and that a sleep is cheap.
 *
 * What the kernel did is told by trace events. They are counted, not recorded, but a counted
 * event costs instructions: a request is either timed or counted, never both.
 */
#ifndef CMA_SELFTEST_METER_H
#define CMA_SELFTEST_METER_H

#include <stdint.h>

#define METER_EVENTS	12

struct cost {
	int64_t ns;		/* CLOCK_MONOTONIC */
	int64_t instructions;	/* PMU */
};

/* Return: 0, or -errno with a line on stdout that says what is wrong. */
int meter_open(void);

void meter_start(void);
struct cost meter_stop(void);

/*
 * Writes @text to the open file @fd between start and stop. Return: what write() returns, or
 * -errno.
 */
int meter_write(int fd, const char *text, struct cost *cost);

/* Counts events from here to events_stop(). Return: 0 or -errno. */
int events_start(void);
void events_stop(int64_t counts[METER_EVENTS]);
const char *event_key(int event);

#endif
