// SPDX-License-Identifier: GPL-2.0
/*
 * Does it survive all of it at once, for as long as is wanted, with nothing lost?
 *
 * usage: soak [-t SECONDS] [-s SEED] [-a]
 *
 * Sixteen clients take and give back buffers of several areas (soak/clients.c), while loads press
 * memory, write files, fork, pin pages, unplug CPUs (soak/load.c and those it lists). The time is
 * divided into rounds:
 *
 *	|   clients and loads        | clients rest: what they hold is checked        | next round
 *	|                            | loads that only write files go on: requests    |
 *	|                            | all loads rest: requests that must succeed     |
 *
 * In the end all is given back and every count has to be what it was.
 *
 * -a: every load must be possible; else one that the kernel cannot do is skipped, with its reason.
 * The order of events is never the same twice, but a seed gives every client and load the same
 * choices. Boot with soak.dtso, cma= and disks; each result is a line of TAP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "lib/proc.h"
#include "lib/tenant.h"
#include "soak/clients.h"
#include "soak/load.h"
#include "soak/must.h"
#include "soak/places.h"
#include "soak/tap.h"
#include "soak/trace.h"

#define SECONDS_DEFAULT		60
#define ROUND_SECONDS		15
#define ROUNDS_LEAST		3
#define SOME			12	/* requests a round beside loads that write */
#define HANG_MS			120000	/* as the kernel tells of a hung task */

static const char *const items[] = {
	"cma_alloc_success", "cma_alloc_fail", "pgmigrate_success", "pgmigrate_fail", "pswpout",
	"pswpin", "pgsteal_kswapd", "pgsteal_direct", "thp_split_page", "thp_collapse_alloc",
	"ksm_swpin_copy", "compact_stall", "compact_daemon_wake", "oom_kill",
};

#define NR_ITEMS	((int)ARRAY_SIZE(items))

static long long before[NR_ITEMS];

static void items_note(void)
{
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		before[i] = vmstat(items[i]);
}

/* How much has the item of /proc/vmstat grown? -1: this kernel has none. */
static long long item_growth(const char *name)
{
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		if (!strcmp(items[i], name))
			return before[i] < 0 ? -1 : vmstat(name) - before[i];
	return -1;
}

static void items_print(void)
{
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		if (before[i] >= 0)
			printf("# figure vmstat.%s %lld\n", items[i], vmstat(items[i]) - before[i]);
}

static time_t now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

struct soak {
	long seconds;
	uint64_t seed, random;
	bool all;
	int nr_rounds, nr_bad_checks;
	struct must beside_writers, alone;
};

static int prepare(struct soak *s)
{
	int err = tenants_prepare();

	if (err) {
		printf("# the disks cannot be made ready: %s\n", strerror(-err));
		return err;
	}
	err = places_open();
	if (err)
		return err;
	err = trace_start();
	if (err) {
		printf("# events cannot be traced: %s\n", strerror(-err));
		return err;
	}
	items_note();
	if (loads_start(s->seed) <= 0 || clients_start(s->seed)) {
		printf("# loads or clients cannot be started\n");
		return -EAGAIN;
	}
	return 0;
}

static void round_of(struct soak *s, int number, long seconds)
{
	sleep(seconds);
	clients_rest();
	s->nr_bad_checks += places_check_held();
	loads_rest(false);
	must_take_some(&s->beside_writers, SOME, &s->random);
	loads_rest(true);
	must_take_rest(&s->alone);
	printf("# round %d of %d done\n", number, s->nr_rounds);
}

static void clients_print(const struct client_counts *c)
{
	static const char *const ways[NR_WAYS] = { "debugfs", "heap", "camera" };
	int i;

	for (i = 0; i < NR_WAYS; i++)
		printf("# figure clients.%s.had %lu\n# figure clients.%s.refused %lu\n",
		       ways[i], c->had[i], ways[i], c->refused[i]);
	printf("# figure clients.refused.no_room %lu\n", c->no_room);
	printf("# figure clients.refused.busy %lu\n", c->busy);
	printf("# figure clients.pages_checked %lu\n", c->checked);
	printf("# figure clients.longest_ms %lu\n", c->longest_ms);
}

static void run(struct soak *s)
{
	struct client_counts counts;
	time_t start = now();
	long each;
	int i, way;
	bool worked = true;

	s->nr_rounds = s->seconds / ROUND_SECONDS;
	if (s->nr_rounds < ROUNDS_LEAST)
		s->nr_rounds = ROUNDS_LEAST;
	each = s->seconds / s->nr_rounds ?: 1;
	for (i = 1; i <= s->nr_rounds; i++) {
		round_of(s, i, each);
		clients_go();
		loads_go();
	}
	tap_result(!s->nr_bad_checks, "what_is_handed_out_is_whose_it_is_and_nobody_elses");
	counts = clients_end();
	clients_print(&counts);
	tap_result(!counts.wrong && counts.checked, "buffers_come_zeroed_and_keep_their_content");
	for (way = 0; way < NR_WAYS; way++)
		worked = worked && (counts.had[way] || !counts.refused[way]);
	tap_result(worked && counts.had[WAY_DEBUGFS], "clients_are_served");
	tap_result(counts.longest_ms < HANG_MS, "no_request_goes_on_for_ever");
	loads_end();
	must_print(&s->beside_writers);
	tap_result(s->beside_writers.asked && !s->beside_writers.never,
		   "requests_succeed_beside_writeback_and_direct_io");
	must_print(&s->alone);
	tap_result(s->alone.asked && !s->alone.never, "requests_with_nobody_in_the_way_succeed");
	trace_end();
	items_print();
	if (item_growth("thp_split_page") >= 0)
		tap_result(item_growth("thp_split_page") > 0, "huge_pages_are_split");
	tap_result(!places_check_end(), "nothing_is_lost");
	if (s->all)
		tap_result(!loads_skipped(), "every_load_is_possible");
	printf("# figure seconds %ld\n# figure loads %d\n", (long)(now() - start),
	       loads_total() - loads_skipped());
}

int main(int argc, char **argv)
{
	struct soak s = {
		.seconds = SECONDS_DEFAULT,
		.beside_writers.name = "beside_writers", .alone.name = "alone",
	};
	bool seeded = false;
	int option;

	setlinebuf(stdout);
	while ((option = getopt(argc, argv, "t:s:a")) != -1) {
		switch (option) {
		case 't':
			s.seconds = atol(optarg);
			break;
		case 's':
			s.seed = strtoull(optarg, NULL, 0);
			seeded = true;
			break;
		case 'a':
			s.all = true;
			break;
		default:
			fprintf(stderr, "usage: soak [-t SECONDS] [-s SEED] [-a]\n");
			return 2;
		}
	}
	if (!seeded && getrandom(&s.seed, sizeof(uint32_t), 0) < 0)
		return 1;
	s.random = s.seed;
	printf("TAP version 13\n# soak: %ld seconds, seed %llu\n", s.seconds,
	       (unsigned long long)s.seed);
	file_write("/proc/self/oom_score_adj", "-1000");
	if (prepare(&s)) {
		printf("Bail out! see above\n");
		return 1;
	}
	run(&s);
	printf("# seed %llu\n", (unsigned long long)s.seed);
	return tap_end();
}
