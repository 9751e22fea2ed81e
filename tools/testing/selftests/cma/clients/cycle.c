// SPDX-License-Identifier: GPL-2.0
/*
 * Takes all of an area and gives it back, over and over, while something else runs.
 *
 * usage: cycle any|all|migrating
 *
 * Says `cycling` once it has had the area. SIGTERM ends it; what counts is what came since the
 * last SIGUSR1, if there was one. The status is 0 if the area was had, whole, `any` time; `all`:
 * each time within a few attempts; `migrating`: each time, and tenants had to leave for it.
 *
 * Pages that others pin for a moment make an attempt fail, so `all` is for company that pins
 * nothing for long. In the end, alone, the area must be there as a whole in any case.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "area.h"
#include "proc.h"

#define ATTEMPTS	20
#define HELD_US		(20 * 1000)
#define GIVEN_US	(200 * 1000)	/* for new tenants to come */

/* Waits so long, or until a signal. Return: the signal, or -1. */
static int wait_for(const sigset_t *signals, long microseconds)
{
	struct timespec time = { .tv_nsec = microseconds * 1000 };

	return sigtimedwait(signals, NULL, &time);
}

/* Return: 0, or the last attempt's -errno. */
static int take(const struct area *area, long *failed)
{
	int attempt, err = -1;

	for (attempt = 0; attempt < ATTEMPTS && err; attempt++) {
		err = area_alloc(area, area->nr_pages);
		if (err) {
			++*failed;
			usleep(HELD_US);
		}
	}
	return err;
}

int main(int argc, char **argv)
{
	long had = 0, failed = 0, missed = 0;
	long long migrated = vmstat("pgmigrate_success");
	const char *wanted = argc == 2 ? argv[1] : "";
	struct area area;
	sigset_t signals;
	int signal;
	bool ok;

	setlinebuf(stdout);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (area_pick(&area) || area_check_intact(&area)) {
		printf("# cycle: no area is all free\n");
		return 1;
	}
	do {
		if (take(&area, &failed)) {
			missed++;
			signal = wait_for(&signals, 0);
		} else {
			if (!had++)
				printf("cycling\n");
			usleep(HELD_US);
			if (area_give_all(&area)) {
				printf("# cycle: area %s cannot be given back\n", area.name);
				return 1;
			}
			signal = wait_for(&signals, GIVEN_US);
		}
		if (signal == SIGUSR1) {
			had = 0;
			missed = 0;
			failed = 0;
		}
	} while (signal != SIGTERM);
	migrated = vmstat("pgmigrate_success") - migrated;
	printf("# cycle: had area %s %ld times, missed it %ld times, %ld attempts failed, ",
	       area.name, had, missed, failed);
	printf("%lld pages migrated\n", migrated);
	ok = had > 0 && !area_check_intact(&area);
	if (strcmp(wanted, "any"))
		ok = ok && !missed;
	if (!strcmp(wanted, "migrating"))
		ok = ok && migrated > 0;
	return !ok;
}
