// SPDX-License-Identifier: GPL-2.0
/* Which requests must succeed? */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/proc.h"
#include "must.h"
#include "places.h"

#define PAUSE_US	(50 * 1000)
#define SLACK_PAGES	(16 * MIB_PAGES)	/* what the kernel keeps for itself, and more */

static long room_outside(void)
{
	return meminfo_pages("MemFree") - meminfo_pages("CmaFree");
}

static unsigned long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000;
}

static void ask(struct must *m, struct place *p, size_t nr_pages)
{
	const struct area *area = &p->heap.area;
	unsigned long start, took;
	int attempt, err = -1;

	/* Clean pages of files are where everybody else's room went. */
	if (room_outside() < (long)(nr_pages + SLACK_PAGES))
		file_write("/proc/sys/vm/drop_caches", "1");
	if (room_outside() < (long)(nr_pages + SLACK_PAGES)) {
		m->not_asked++;
		return;
	}
	m->asked++;
	start = now_ms();
	for (attempt = 0; attempt < MUST_ATTEMPTS; attempt++) {
		err = area_alloc(area, nr_pages);
		if (!err)
			break;
		p->refused += nr_pages;
		usleep(PAUSE_US);
	}
	took = now_ms() - start;
	if (took > m->longest_ms)
		m->longest_ms = took;
	if (err) {
		m->never++;
		printf("# %s: area %s has a piece of %ld pages, there is room for %ld outside;",
		       m->name, area->name, area_maxchunk(area), room_outside());
		printf(" but not %zu pages: %s, %d times\n", nr_pages, strerror(-err), attempt);
		return;
	}
	p->had += nr_pages;
	area_free(area, nr_pages);
	if (attempt)
		m->later++;
	else
		m->at_once++;
}

void must_take_rest(struct must *m)
{
	int i;

	for (i = 0; i < nr_places; i++) {
		long nr_pages = area_maxchunk(&places[i].heap.area);

		if (nr_pages > 0)
			ask(m, &places[i], nr_pages);
	}
}

void must_take_some(struct must *m, unsigned int nr, uint64_t *random)
{
	while (nr--) {
		struct place *p = &places[random_below(random, nr_places)];
		long most = area_maxchunk(&p->heap.area);

		if (most > 0)
			ask(m, p, 1 + random_below(random, most));
	}
}

void must_print(const struct must *m)
{
	printf("# figure %s.asked %lu\n", m->name, m->asked);
	printf("# figure %s.had_at_once %lu\n", m->name, m->at_once);
	printf("# figure %s.had_later %lu\n", m->name, m->later);
	printf("# figure %s.never_had %lu\n", m->name, m->never);
	printf("# figure %s.no_room_outside %lu\n", m->name, m->not_asked);
	printf("# figure %s.longest_ms %lu\n", m->name, m->longest_ms);
}
