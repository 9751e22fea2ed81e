// SPDX-License-Identifier: GPL-2.0
/*
 * What is a contiguous memory area good for? A report that a person can read.
 *
 * Memory is filled with anonymous pages and page cache until both live in the areas. Then a
 * driver (through dma_alloc_coherent()) and a user program (through /dev/dma_heap) take large
 * buffers out of the areas, and the report shows what had to move for them, and that every
 * page still holds what was put into it.
 *
 * Every page of ours carries a pattern that no other page has, so its content is checked word
 * by word. What is true of a page is read from pagemap by frame, not from what the allocator
 * says of itself. Anything wrong is said in a line that begins with "WRONG", and the exit
 * status is 1.
 *
 * usage: demo [--without-camera]  needs an ext4 on /dev/vda
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/dma-heap.h>

#include "kselftest.h"
#include "area.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"

#define CAMERA		"/sys/bus/platform/devices/camera/"
#define HEAP		"/dev/dma_heap/" AREA_DEFAULT
#define HEAP_ALIGN_PAGES	256UL	/* CONFIG_CMA_ALIGNMENT=8 */
#define DISK		"/dev/vda"
#define FILE_PATH	"/mnt/film"
#define FILE_PAGES	(96 * MIB_PAGES)
#define STEP_PAGES	(2 * MIB_PAGES)

/*
 * Anonymous pages stop here, page cache stops there; then so much is given back outside the
 * areas.
 */
#define LEAVE_FOR_FILE	(80 * MIB_PAGES)
#define LEAVE_FREE	(24 * MIB_PAGES)
#define ROOM_OUTSIDE	(240 * MIB_PAGES)

/* Pages with a pattern, and where they were when that was last noted. */
struct population {
	const char *name;
	unsigned char *addr;
	size_t nr_pages;	/* mapped */
	size_t nr_filled;	/* from the start on */
	uint64_t seed;
	unsigned long *pfns;	/* 0: not in memory, or given back on purpose */
	unsigned char *gone;	/* given back on purpose */
};

static struct area areas[AREAS_MAX];
static int nr_areas;
static struct population anonymous = { .name = "anonymous", .seed = 1 };
static struct population file = { .name = "file cache", .seed = 2 };
static int nr_wrong;

static void __printf(1, 2) wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("  WRONG: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	nr_wrong++;
}

static void __noreturn give_up(const char *what, int err)
{
	wrong("%s: %s", what, strerror(-err));
	exit(1);
}

static double mib(long long pages)
{
	return (double)pages / MIB_PAGES;
}

static void title(const char *text)
{
	printf("\n%s\n", text);
}

/* Where the pages are */

static void note_frames(struct population *p)
{
	size_t page;
	int err = pages_to_pfns(p->addr, p->nr_filled, p->pfns);

	if (err)
		give_up("/proc/self/pagemap", err);
	for (page = 0; page < p->nr_filled; page++)
		if (p->gone[page])
			p->pfns[page] = 0;
}

static const struct area *area_of(unsigned long pfn)
{
	int i;

	for (i = 0; i < nr_areas; i++)
		if (area_holds(&areas[i], pfn))
			return &areas[i];
	return NULL;
}

static size_t pages_in(const struct population *p, const struct area *area)
{
	size_t page, nr = 0;

	for (page = 0; page < p->nr_filled; page++)
		nr += area_holds(area, p->pfns[page]);
	return nr;
}

static void map_population(struct population *p, size_t nr_pages, int fd)
{
	p->nr_pages = nr_pages;
	if (fd < 0)
		p->addr = map_base_pages(nr_pages);
	else
		p->addr = mmap(NULL, nr_pages * PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	p->pfns = calloc(nr_pages, sizeof(*p->pfns));
	p->gone = calloc(nr_pages, 1);
	if (!p->addr || p->addr == MAP_FAILED || !p->pfns || !p->gone)
		give_up(p->name, -ENOMEM);
}

/* Chapters of the report */

static void show_areas(void)
{
	int i;

	nr_areas = area_list(areas);
	title("The areas");
	printf("  %-24s %12s %10s %12s\n", "name", "base", "size", "used");
	for (i = 0; i < nr_areas; i++)
		printf("  %-24s %#12lx %6.0f MiB %8ld KiB\n", areas[i].name,
		       areas[i].base_pfn * PAGE_BYTES,
		       mib(areas[i].nr_pages), area_used(&areas[i]) * (long)(PAGE_BYTES / 1024));
	if (!nr_areas)
		give_up("there are no areas", -ENOENT);
}

/* A file whose every page has its pattern, and of which nothing is cached. */
static int make_file(void)
{
	uint64_t words[PAGE_WORDS];
	size_t page;
	int fd;

	mkdir("/mnt", 0755);
	if (mount(DISK, "/mnt", "ext4", 0, NULL))
		give_up("mount " DISK, -errno);
	fd = open(FILE_PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		give_up(FILE_PATH, -errno);
	for (page = 0; page < FILE_PAGES; page++) {
		pattern_fill_page(words, file.seed, page);
		if (write(fd, words, sizeof(words)) != sizeof(words))
			give_up(FILE_PATH, -errno);
	}
	if (fsync(fd))
		give_up(FILE_PATH, -errno);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return fd;
}

static void fill_anonymous(size_t leave_pages)
{
	while (meminfo_pages("MemFree") > (long)leave_pages &&
	       anonymous.nr_filled + STEP_PAGES < anonymous.nr_pages) {
		size_t end = anonymous.nr_filled + STEP_PAGES;

		for (; anonymous.nr_filled < end; anonymous.nr_filled++)
			pattern_fill_page((uint64_t *)(anonymous.addr +
						       anonymous.nr_filled * PAGE_BYTES),
					  anonymous.seed, anonymous.nr_filled);
	}
}

static void read_file(size_t leave_pages)
{
	while (file.nr_filled < file.nr_pages && meminfo_pages("MemFree") > (long)leave_pages) {
		size_t end = file.nr_filled + STEP_PAGES;

		for (; file.nr_filled < end; file.nr_filled++)
			page_touch(file.addr + file.nr_filled * PAGE_BYTES);
	}
}

/*
 * As a program that ends gives its memory back: pages outside the areas, until there is room
 * for the displaced.
 */
static void make_room(size_t room_pages)
{
	size_t page = anonymous.nr_filled;

	while (page-- && meminfo_pages("MemFree") - meminfo_pages("CmaFree") < (long)room_pages) {
		size_t chunk;

		for (chunk = 0; chunk < STEP_PAGES && page; page--) {
			if (area_of(anonymous.pfns[page]))
				continue;
			madvise(anonymous.addr + page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
			anonymous.gone[page] = 1;
			chunk++;
		}
	}
}

static void show_tenants(void)
{
	int i;

	printf("  %-24s %12s %14s %14s %12s\n", "who lives in", "size", anonymous.name, file.name,
	       "free");
	for (i = 0; i < nr_areas; i++) {
		size_t of_anonymous = pages_in(&anonymous, &areas[i]);
		size_t of_file = pages_in(&file, &areas[i]);

		printf("  %-24s %8.1f MiB %10.1f MiB %10.1f MiB %8.1f MiB\n", areas[i].name,
		       mib(areas[i].nr_pages),
		       mib(of_anonymous), mib(of_file), mib(area_buddy_frames(&areas[i])));
		if (of_anonymous + of_file < areas[i].nr_pages / 4)
			wrong("too few tenants in %s for anything to be shown", areas[i].name);
	}
}

static void fill_memory(void)
{
	long mem_free = meminfo_pages("MemFree"), cma_free = meminfo_pages("CmaFree");
	int fd = make_file();

	title("Filling memory: anonymous pages, then a file read from disk into the page cache");
	map_population(&anonymous, meminfo_pages("MemTotal"), -1);
	map_population(&file, FILE_PAGES, fd);
	fill_anonymous(LEAVE_FOR_FILE);
	read_file(LEAVE_FREE);
	stat_refresh();
	printf("  %-24s %12s %12s\n", "", "before", "after");
	printf("  %-24s %8.1f MiB %8.1f MiB\n", "free memory", mib(mem_free),
	       mib(meminfo_pages("MemFree")));
	printf("  %-24s %8.1f MiB %8.1f MiB\n", "of it in the areas", mib(cma_free),
	       mib(meminfo_pages("CmaFree")));
	note_frames(&anonymous);
	make_room(ROOM_OUTSIDE);
	note_frames(&anonymous);
	note_frames(&file);
	printf("  then a program ends, which leaves %.1f MiB free outside the areas\n\n",
	       mib(meminfo_pages("MemFree") - meminfo_pages("CmaFree")));
	show_tenants();
}

/* One buffer: what was asked of whom, and what was there before. */
struct taking {
	unsigned char *claimed[AREAS_MAX];
	long long migrated;
	long cma_free;
};

static void before_taking(struct taking *t)
{
	int i;

	for (i = 0; i < nr_areas; i++) {
		t->claimed[i] = calloc(areas[i].nr_pages, 1);
		if (!t->claimed[i] || area_bitmap(&areas[i], t->claimed[i]) < 0)
			give_up("debugfs bitmap", -EIO);
	}
	note_frames(&anonymous);
	note_frames(&file);
	stat_refresh();
	t->migrated = vmstat("pgmigrate_success");
	t->cma_free = meminfo_pages("CmaFree");
}

/* What became of the tenants of the frames that were claimed since before_taking(). */
struct outcome {
	size_t taken, tenants, moved, dropped, stayed;
};

static bool claimed_since(const struct taking *t, unsigned char *const now[], unsigned long pfn)
{
	int i;

	for (i = 0; i < nr_areas; i++) {
		unsigned long page = pfn - areas[i].base_pfn;

		if (area_holds(&areas[i], pfn))
			return now[i][page] && !t->claimed[i][page];
	}
	return false;
}

static void follow(const struct taking *t, unsigned char *const now[], const struct population *p,
		   struct outcome *o)
{
	unsigned long *pfns = calloc(p->nr_filled, sizeof(*pfns));
	size_t page;
	int err = pfns ? pages_to_pfns(p->addr, p->nr_filled, pfns) : -ENOMEM;

	if (err)
		give_up("/proc/self/pagemap", err);
	for (page = 0; page < p->nr_filled; page++) {
		if (!p->pfns[page] || !claimed_since(t, now, p->pfns[page]))
			continue;
		o->tenants++;
		o->dropped += !pfns[page];
		o->stayed += pfns[page] == p->pfns[page];
		o->moved += pfns[page] && pfns[page] != p->pfns[page];
	}
	free(pfns);
}

/*
 * @align_pages: a single buffer must be one run that starts on a multiple of this; 0: not
 * known here.
 */
static void after_taking(struct taking *t, const char *who, const char *what,
			 unsigned long expected,
			 unsigned long align_pages)
{
	unsigned char *now[AREAS_MAX];
	struct outcome o = { 0 };
	unsigned long page, start, len;
	int i;

	for (i = 0; i < nr_areas; i++) {
		now[i] = calloc(areas[i].nr_pages, 1);
		if (!now[i] || area_bitmap(&areas[i], now[i]) < 0)
			give_up("debugfs bitmap", -EIO);
		for (page = 0; page < areas[i].nr_pages; page++)
			o.taken += now[i][page] && !t->claimed[i][page];
		if (align_pages && bitmap_new_run(t->claimed[i], now[i], areas[i].nr_pages, &start,
						  &len) &&
		    len == expected && (areas[i].base_pfn + start) % align_pages == 0)
			align_pages = 0;
	}
	follow(t, now, &anonymous, &o);
	follow(t, now, &file, &o);
	stat_refresh();
	printf("  %-18s %-12s %10zu %10zu %10zu %10zu %10lld %9.1f MiB\n", who, what, o.taken,
	       o.tenants, o.moved,
	       o.dropped, vmstat("pgmigrate_success") - t->migrated, mib(meminfo_pages("CmaFree")));
	if (o.taken != expected)
		wrong("%lu pages were asked for, the areas say %zu", expected, o.taken);
	if (align_pages && expected)
		wrong("the buffer is not in one piece, or not aligned");
	if (o.stayed)
		wrong("%zu pages are still in frames that were handed out", o.stayed);
	for (i = 0; i < nr_areas; i++) {
		free(now[i]);
		free(t->claimed[i]);
	}
}

static void camera_takes(const char *words, const char *what, unsigned long expected)
{
	struct taking t;
	char who[32];
	int err;

	before_taking(&t);
	err = file_write(CAMERA "capture", words);
	if (err)
		wrong("camera, \"%s\": %s", words, strerror(-err));
	snprintf(who, sizeof(who), "camera, bank %c", words[0]);
	after_taking(&t, who, what, err ? 0 : expected, 0);
}

/* Return: the buffer, or -1. */
static int heap_takes(unsigned long nr_mib)
{
	struct dma_heap_allocation_data data = {
		.len = nr_mib << 20, .fd_flags = O_RDWR | O_CLOEXEC
	};
	struct taking t;
	char what[32];
	int heap = open(HEAP, O_RDWR), err;

	if (heap < 0)
		give_up(HEAP, -errno);
	before_taking(&t);
	err = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno : 0;
	close(heap);
	if (err)
		wrong("%s, %lu MiB: %s", HEAP, nr_mib, strerror(-err));
	snprintf(what, sizeof(what), "%lu MiB", nr_mib);
	after_taking(&t, "program, dma_heap", what, err ? 0 : nr_mib * MIB_PAGES, HEAP_ALIGN_PAGES);
	return err ? -1 : (int)data.fd;
}

static void check_zero(int fd, unsigned long nr_mib)
{
	uint64_t *words = mmap(NULL, nr_mib << 20, PROT_READ, MAP_SHARED, fd, 0), any = 0;
	size_t i;

	if (words == MAP_FAILED)
		give_up("mmap of a buffer", -errno);
	for (i = 0; i < (nr_mib << 20) / sizeof(*words); i++)
		any |= words[i];
	if (any)
		wrong("a buffer of %lu MiB is not zeroed: it shows somebody's memory", nr_mib);
	munmap(words, nr_mib << 20);
}

static void check_content(const struct population *p)
{
	size_t page, checked = 0, differ = 0;

	for (page = 0; page < p->nr_filled; page++) {
		if (p->gone[page])
			continue;
		checked++;
		differ += pattern_differs((const uint64_t *)(p->addr + page * PAGE_BYTES), p->seed,
					  page);
	}
	printf("  %-24s %8zu pages read, %zu differ\n", p->name, checked, differ);
	if (differ)
		wrong("%zu pages of %s lost their content", differ, p->name);
}

int main(int argc, char **argv)
{
	bool camera = !(argc > 1 && !strcmp(argv[1], "--without-camera"));
	static const unsigned long sizes[] = { 8, 16, 64 };
	int fds[3], i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	show_areas();
	fill_memory();

	title("Taking buffers: pages handed out, who lived there, and where they went");
	printf("  %-18s %-12s %10s %10s %10s %10s %10s %13s\n", "who", "what", "taken", "tenants",
	       "moved", "dropped", "migrations", "CmaFree");
	if (camera) {
		camera_takes("0 4 8M", "4 x 8 MiB", 32 * MIB_PAGES);
		camera_takes("1 1 32M", "32 MiB", 32 * MIB_PAGES);
	}
	for (i = 0; i < 3; i++)
		fds[i] = heap_takes(sizes[i]);
	printf("  moved: the page has another frame now.\n");
	printf("  dropped: it was clean, and can be read from disk again.\n");

	title("Content");
	for (i = 0; i < 3; i++)
		if (fds[i] >= 0)
			check_zero(fds[i], sizes[i]);
	if (!nr_wrong)
		printf("  %-24s in one piece, inside the area, aligned, zeroed\n", "buffers");
	check_content(&anonymous);
	check_content(&file);

	title("Giving the buffers back");
	stat_refresh();
	printf("  %-24s %8.1f MiB\n", "CmaFree before", mib(meminfo_pages("CmaFree")));
	if (camera && file_write(CAMERA "release", "all"))
		wrong("the camera's frames were not what it had put into them");
	for (i = 0; i < 3; i++)
		close(fds[i]);
	stat_refresh();
	printf("  %-24s %8.1f MiB\n", "CmaFree after", mib(meminfo_pages("CmaFree")));
	if (cma_free_error())
		wrong("CmaFree is %ld pages more than what is free in the areas", cma_free_error());
	for (i = 0; i < nr_areas; i++)
		printf("  %-24s used %ld KiB\n", areas[i].name,
		       area_used(&areas[i]) * (long)(PAGE_BYTES / 1024));

	printf("\n%s\n", nr_wrong ? "Something is wrong, see above." : "All as it should be.");
	return nr_wrong != 0;
}
