// SPDX-License-Identifier: GPL-2.0
/* What does an area hold, and how is it told to take and give back pages? */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "area.h"
#include "page.h"
#include "proc.h"

#define DEBUGFS		"/sys/kernel/debug/cma"
#define SYSFS		"/sys/kernel/mm/cma"
#define TAKE_ATTEMPTS	8
#define COUNT_ATTEMPTS	20

static const char *path_of(const char *dir, const char *name, const char *file)
{
	static __thread char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", dir, name, file);
	return path;
}

const char *area_file(const struct area *area, const char *file)
{
	return path_of(DEBUGFS, area->name, file);
}

int area_find(struct area *area, const char *name)
{
	long long base_pfn = file_number(path_of(DEBUGFS, name, "base_pfn"));
	long long nr_pages = file_number(path_of(DEBUGFS, name, "count"));

	if (base_pfn < 0 || nr_pages <= 0)
		return -ENOENT;
	snprintf(area->name, sizeof(area->name), "%s", name);
	area->base_pfn = base_pfn;
	area->nr_pages = nr_pages;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	return x->base_pfn < y->base_pfn ? -1 : x->base_pfn > y->base_pfn;
}

int area_list(struct area areas[AREAS_MAX])
{
	struct dirent *entry;
	DIR *dir = opendir(DEBUGFS);
	int nr = 0;

	if (!dir)
		return 0;
	while (nr < AREAS_MAX && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !area_find(&areas[nr], entry->d_name))
			nr++;
	closedir(dir);
	qsort(areas, nr, sizeof(areas[0]), by_address);
	return nr;
}

int area_pick(struct area *area)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	area->nr_pages = 0;
	for (i = 0; i < nr; i++)
		if (!area_used(&areas[i]) && areas[i].nr_pages > area->nr_pages)
			*area = areas[i];
	return area->nr_pages ? 0 : -ENOENT;
}

bool area_holds(const struct area *area, unsigned long pfn)
{
	return pfn >= area->base_pfn && pfn < area->base_pfn + area->nr_pages;
}

int area_alloc(const struct area *area, unsigned long long nr_pages)
{
	return file_write_number(area_file(area, "alloc"), nr_pages);
}

int area_free(const struct area *area, unsigned long nr_pages)
{
	return file_write_number(area_file(area, "free"), nr_pages);
}

/* For the report: what kpageflags says of the first frames that are not free. */
static void print_who_is_left(const struct area *area)
{
	uint64_t *flags = calloc(area->nr_pages, sizeof(*flags));
	unsigned long page, left = 0;

	if (flags && !frames_flags(area->base_pfn, area->base_pfn + area->nr_pages, flags))
		for (page = 0; page < area->nr_pages; page++)
			if (!(flags[page] & KPF(BUDDY)) && left++ < 4)
				printf("#   frame %#lx: kpageflags %#llx\n", area->base_pfn + page,
				       (unsigned long long)flags[page]);
	printf("#   %lu frames of the area are not free\n", left);
	free(flags);
}

int area_take_all(const struct area *area)
{
	int attempt, err = -EBUSY;

	for (attempt = 0; attempt < TAKE_ATTEMPTS && err; attempt++) {
		if (attempt) {
			sync();
			usleep(100 * 1000);
		}
		err = area_alloc(area, area->nr_pages);
	}
	if (attempt > 1)
		printf("# area %s: taken whole after %d attempts: %s\n", area->name, attempt,
		       strerror(-err));
	if (err)
		print_who_is_left(area);
	return err;
}

int area_give_all(const struct area *area)
{
	long used = area_used(area);

	if (used > 0)
		area_free(area, used);
	return area_used(area) ? -EBUSY : 0;
}

long area_buddy_frames(const struct area *area)
{
	return frames_count(area->base_pfn, area->base_pfn + area->nr_pages, KPF(BUDDY),
			    KPF(BUDDY));
}

long cma_free_error(void)
{
	struct area areas[AREAS_MAX];
	int i, attempt, nr = area_list(areas);
	long error = 0;

	for (attempt = 0; attempt < COUNT_ATTEMPTS; attempt++) {
		stat_refresh();
		error = meminfo_pages("CmaFree");
		for (i = 0; i < nr; i++)
			error -= area_buddy_frames(&areas[i]);
		if (!error)
			break;
		usleep(20 * 1000);
	}
	return error;
}

int area_check_intact(const struct area *area)
{
	long used = area_used(area), error;
	int err;

	if (used) {
		printf("# area %s: %ld pages in use\n", area->name, used);
		return -EBUSY;
	}
	err = area_take_all(area);
	if (err) {
		printf("# area %s: cannot be taken whole: %s\n", area->name, strerror(-err));
		return err;
	}
	error = cma_free_error();
	if (error || area_buddy_frames(area)) {
		printf("# area %s: all taken, CmaFree is off by %ld, %ld are on free lists\n",
		       area->name, error, area_buddy_frames(area));
		err = -EUCLEAN;
	}
	return area_give_all(area) ?: err;
}

long area_used(const struct area *area)
{
	return file_number(area_file(area, "used"));
}

long area_maxchunk(const struct area *area)
{
	return file_number(area_file(area, "maxchunk"));
}

long long area_counter(const struct area *area, const char *counter)
{
	return file_number(path_of(SYSFS, area->name, counter));
}

long area_bitmap(const struct area *area, unsigned char *claimed)
{
	size_t size = (area->nr_pages / 32 + 1) * 12 + 64;
	char *text = malloc(size), *at = text, *end;
	unsigned long page = 0, word;
	long nr_claimed = 0;

	if (!text || file_read(area_file(area, "bitmap"), text, size) < 0) {
		free(text);
		return -1;
	}
	for (; page < area->nr_pages; at = end) {
		unsigned int bit;

		word = strtoul(at, &end, 10);
		if (end == at)
			break;
		for (bit = 0; bit < 32 && page < area->nr_pages; bit++, page++) {
			claimed[page] = word >> bit & 1;
			nr_claimed += claimed[page];
		}
	}
	free(text);
	return page == area->nr_pages ? nr_claimed : -1;
}

bool bitmap_new_run(const unsigned char *before, const unsigned char *after, unsigned long nr_pages,
		    unsigned long *start, unsigned long *len)
{
	unsigned long page, nr_runs = 0;
	bool in_run = false;

	*start = *len = 0;
	for (page = 0; page < nr_pages; page++) {
		bool is_new = after[page] && !before[page];

		if (is_new && !in_run) {
			nr_runs++;
			*start = page;
		}
		*len += is_new;
		in_run = is_new;
	}
	return nr_runs == 1;
}
