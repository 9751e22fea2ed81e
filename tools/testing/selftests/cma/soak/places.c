// SPDX-License-Identifier: GPL-2.0
/* Where do requests go, and is all in order there? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/blocks.h"
#include "../lib/page.h"
#include "../lib/proc.h"
#include "places.h"

/* What a frame that is handed out is not. */
#define USED_BY_OTHERS	(KPF(BUDDY) | KPF(LRU) | KPF(ANON) | KPF(MMAP) | KPF(SLAB) | KPF(HUGE) | \
			 KPF(WRITEBACK) | KPF(DIRTY) | KPF(SWAPCACHE) | KPF(PGTABLE))
#define COUNT_ATTEMPTS	10

struct place places[PLACES_MAX];
int nr_places;

static struct blocks blocks_before;

static int bank_of(const struct area *area)
{
	static char report[4096];
	char *line = report, base[32];
	int bank;

	if (file_read(CAMERA "report", report, sizeof(report)) <= 0)
		return -1;
	snprintf(base, sizeof(base), "base 0x%016lx ", area->base_pfn * PAGE_BYTES);
	while ((line = strstr(line, "bank "))) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (sscanf(line, "bank %d", &bank) == 1 && strstr(line, base))
			return bank;
		line = end ? end + 1 : line + 4;
	}
	return -1;
}

static void open_place(struct place *p, const struct area *area)
{
	char path[128];

	memset(p, 0, sizeof(*p));
	p->heap.area = *area;
	snprintf(path, sizeof(path), "/dev/dma_heap/%.*s", AREA_NAME_MAX, area->name);
	p->heap.fd = open(path, O_RDWR | O_CLOEXEC);
	p->heap.used = area_used(area);
	p->bank = bank_of(area);
	p->shared = !strcmp(area->name, AREA_DEFAULT);
	p->budget = (area->nr_pages - p->heap.used) * 5 / 8;
	p->success = area_counter(area, "alloc_pages_success");
	p->fail = area_counter(area, "alloc_pages_fail");
	p->release = area_counter(area, "release_pages_success");
}

int places_open(void)
{
	struct area areas[AREAS_MAX];
	int i;

	nr_places = area_list(areas);
	if (nr_places < 2) {
		printf("# %d areas: boot with soak.dtso and cma=\n", nr_places);
		return -ENOENT;
	}
	for (i = 0; i < nr_places; i++) {
		open_place(&places[i], &areas[i]);
		printf("# area %s: %lu pages, %ld in use, %s, %s\n", areas[i].name,
		       areas[i].nr_pages, places[i].heap.used,
		       places[i].heap.fd < 0 ? "no heap" : "a heap",
		       places[i].bank < 0 ? "no bank of a camera" : "a bank of the camera");
	}
	if (blocks_note(&blocks_before)) {
		printf("# /proc/pagetypeinfo tells of no CMA pageblock\n");
		return -EINVAL;
	}
	return 0;
}

static long frames_of_others(const struct area *area, const unsigned char *claimed)
{
	uint64_t *flags = calloc(area->nr_pages, sizeof(*flags));
	unsigned long page;
	long nr = 0;

	if (!flags || frames_flags(area->base_pfn, area->base_pfn + area->nr_pages, flags))
		nr = -1;
	for (page = 0; nr >= 0 && page < area->nr_pages; page++) {
		if (!claimed[page] || !(flags[page] & USED_BY_OTHERS))
			continue;
		if (!nr++)
			printf("# area %s: frame %#lx is handed out, but kpageflags says %#llx\n",
			       area->name, area->base_pfn + page,
			       (unsigned long long)flags[page]);
	}
	free(flags);
	return nr;
}

long place_held(const struct place *p)
{
	int way;
	long held = 0;

	for (way = 0; way < NR_WAYS; way++)
		held += p->held[way];
	return held;
}

static int check_held(struct place *p)
{
	const struct area *area = &p->heap.area;
	unsigned char *claimed = calloc(area->nr_pages, 1);
	long held = place_held(p) + p->heap.used, bits, used, others;

	/* Drivers of the machine may take and give at any time. */
	bits = claimed ? area_bitmap(area, claimed) : -1;
	used = area_used(area);
	others = bits < 0 ? -1 : frames_of_others(area, claimed);
	free(claimed);
	if (bits == used && others == 0 && (used == held || (p->shared && used > held)))
		return 0;
	printf("# area %s: held by debugfs %ld pages, heap %ld, camera %ld, drivers %ld;",
	       area->name, p->held[WAY_DEBUGFS], p->held[WAY_HEAP], p->held[WAY_CAMERA],
	       p->heap.used);
	printf(" used %ld, bitmap %ld, counted %lld, %ld have another use\n", used, bits,
	       area_counter(area, "alloc_pages_success") - p->success -
	       area_counter(area, "release_pages_success") + p->release, others);
	return 1;
}

int places_check_held(void)
{
	int i, nr_bad = 0;

	for (i = 0; i < nr_places; i++)
		nr_bad += check_held(&places[i]);
	return nr_bad;
}

/* Every page that was asked for is counted once: as had or as refused. */
static int check_counters(const struct place *p)
{
	const struct area *area = &p->heap.area;
	long long success = area_counter(area, "alloc_pages_success") - p->success;
	long long fail = area_counter(area, "alloc_pages_fail") - p->fail;
	long long release = area_counter(area, "release_pages_success") - p->release;
	bool good = success == release;

	/* What the camera asked for in vain nobody tells. */
	if (!p->shared && p->bank < 0)
		good = good && success == p->had && fail == p->refused;
	if (!good)
		printf("# %s: counts %lld had, %lld refused, %lld released; clients %lld, %lld\n",
		       area->name, success, fail, release, p->had, p->refused);
	return !good;
}

/* For the report: what kpageflags says of frames that are neither free nor handed out. */
static void print_who_is_left(const struct area *area)
{
	unsigned char *claimed = calloc(area->nr_pages, 1);
	uint64_t *flags = calloc(area->nr_pages, sizeof(*flags));
	unsigned long page, nr = area->nr_pages;
	int left = 8;

	if (!claimed || !flags || area_bitmap(area, claimed) < 0 ||
	    frames_flags(area->base_pfn, area->base_pfn + nr, flags))
		nr = 0;
	for (page = 0; page < nr && left; page++) {
		if (claimed[page] || flags[page] & KPF(BUDDY))
			continue;
		printf("#   frame %#lx: kpageflags %#llx\n", area->base_pfn + page,
		       (unsigned long long)flags[page]);
		left--;
	}
	free(claimed);
	free(flags);
}

int places_check_end(void)
{
	int i, attempt, nr_bad = 0;

	for (i = 0; i < nr_places; i++) {
		nr_bad += check_counters(&places[i]);
		/* What tenants left behind on its way (caches, journals) may take a while. */
		for (attempt = 0; attempt < COUNT_ATTEMPTS; attempt++) {
			if (area_maxchunk(&places[i].heap.area) < 0)
				break;
			if (!heap_check_intact(&places[i].heap))
				break;
			sync();
			usleep(100 * 1000);
		}
		if (attempt)
			printf("# area %s: checked whole, attempt %d\n",
			       places[i].heap.area.name, attempt + 1);
		if (attempt < COUNT_ATTEMPTS)
			continue;
		print_who_is_left(&places[i].heap.area);
		nr_bad++;
	}
	return nr_bad + !!blocks_check(&blocks_before) + !!isolated_check();
}
