// SPDX-License-Identifier: GPL-2.0
/*
 * What is going on in the contiguous memory areas of this system?
 *
 * Puts together what the kernel tells in several places:
 *
 *	/sys/kernel/debug/cma/<area>/	where an area lies, what is handed out,
 *					to whom, and what was in the way
 *	/sys/kernel/mm/cma/<area>/	counters
 *	/proc/kpageflags		who lives in the rest
 *	/proc/<pid>/pagemap		who has a page that was in the way
 *
 * and shows it once, all the time, as JSON, or as a map. Nothing is changed.
 * Kernels differ in what they tell; what is not there is said to be not there.
 *
 * One program, one file, no library: build it with make -C tools/mm, or with
 * any C compiler.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DEBUGFS		"/sys/kernel/debug"
#define SYSFS		"/sys/kernel/mm/cma"
#define AREAS_MAX	64
#define RANGES_MAX	8
#define LINES_MAX	4096
#define SIZE_CLASSES	6
#define TIME_BUCKETS	25
#define PAGEMAP_CHUNK	8192
#define UNKNOWN		(-1LL)

/* include/uapi/linux/kernel-page-flags.h, and 32 of the kernel's own. */
#define KPF_LRU		5
#define KPF_SLAB	7
#define KPF_BUDDY	10
#define KPF_ANON	12
#define KPF_SWAPBACKED	14
#define KPF_HUGE	17
#define KPF_NOPAGE	20
#define KPF_PGTABLE	26
#define KPF_RESERVED	32

/* Documentation/admin-guide/mm/pagemap.rst */
#define PM_PFN		((1ULL << 55) - 1)
#define PM_PRESENT	(1ULL << 63)

static const char usage_text[] =
"usage: cma-top [OPTION]...\n"
"Shows the contiguous memory areas (CMA) of this system, again and again.\n"
"\n"
"  -1, --once          show them once, and end\n"
"  -j, --json          once, as JSON; sizes are in pages, times in seconds\n"
"  -m, --map AREA      a map of an area, one character a block of pages\n"
"  -s, --svg AREA      the same as a picture, an SVG document\n"
"  -a, --area AREA     this area only\n"
"  -o, --owners        which processes have the pages that were in the way mapped\n"
"                      now: looks at each page of each process, which takes time\n"
"  -d, --delay SECS    time between two looks (2)\n"
"  -n, --count N       end after N looks\n"
"  -b, --block PAGES   pages a character or cell of a map (a pageblock)\n"
"  -r, --root DIR      read the files in a copy of the tree below DIR\n"
"  -p, --page-size N   bytes a page, if DIR is of another system\n"
"  -h, --help          this text\n"
"\n"
"Keys while it runs in a terminal: q ends it.\n"
"\n"
"Columns: size, used (handed out), peak use, free (no one is there), largest\n"
"piece (not handed out, tenants or not), in MiB; requests and failures a second,\n"
"or where requests are not counted, pages handed out and not (pages/s, pfail/s);\n"
"tenants by kind, in MiB (they leave when somebody asks). ? is what this kernel,\n"
"or this user, is not told; why is said below. A terminal gets what it has room\n"
"for, 24 lines of 80 if it does not tell its size.\n"
"\n"
"Map: # handed out, . free, a anonymous memory, f files, s shmem and tmpfs, h huge\n"
"pages, k kernel, o others; ! a page that was in somebody's way. A cell shows what\n"
"most of its pages are, but # if any is handed out, and ! if any was in the way.\n"
"\n"
"It reads " DEBUGFS "/cma, " SYSFS " and /proc/kpageflags, so\n"
"all of it takes root. Holders: write \"on\" to the area's file \"holders\", or boot\n"
"with cma_holders=on.\n"
"\n"
"Exit: 0 all well; 1 there is nothing to show, or an area is not there; 2 wrong\n"
"usage.\n";

/* What a page that is not handed out is used for. */
enum kind { FREE, ANON, FILES, SHMEM, HUGE, KERNEL, OTHER, NR_KINDS };

static const struct {
	const char *name;
	char letter;
	const char *colour;
} kinds[NR_KINDS] = {
	[FREE] =	{ "free",	'.', "#e8f0e4" },
	[ANON] =	{ "anon",	'a', "#f2c14e" },
	[FILES] =	{ "file",	'f', "#7fb2e5" },
	[SHMEM] =	{ "shmem",	's', "#9d86d2" },
	[HUGE] =	{ "huge",	'h', "#e58f65" },
	[KERNEL] =	{ "kernel",	'k', "#555555" },
	[OTHER] =	{ "other",	'o', "#bdbdbd" },
};

#define USED_COLOUR	"#2a6f4e"
#define BLOCKER_COLOUR	"#d1242f"

struct range {
	unsigned long long base_pfn;
	unsigned long nr_pages;
	unsigned char *is_used;		/* a byte a page, or NULL */
	uint64_t *flags;		/* kpageflags, or NULL */
};

struct holder {
	unsigned long long pfn;
	unsigned long nr_pages;
	double age;
	int pid;
	char task[72], device[168], caller[256];
};

struct owner {
	int pid;
	char task[72];
	unsigned long long address;
};

struct blocker {
	unsigned long long pfn, failures, attempts;
	double age;
	int refs, maps;
	char kind[32], pinned[8], dev[32], ino[32], reason[96];
	struct owner *owners;		/* who has it mapped now */
	size_t nr_owners;
};

struct reason {
	unsigned long long nr;
	char text[96];
};

struct area {
	char name[256];
	long long nr_pages, order_per_bit, used, max_free;
	long long alloc_success, alloc_fail, release_success, peak;
	long long requests, successes, failures;
	unsigned int nr_ranges;
	struct range ranges[RANGES_MAX];
	bool has_tenants;
	unsigned long tenants[NR_KINDS];
	bool has_holders, is_recording, has_blockers, has_latency;
	unsigned long long recorded, held, lost;
	struct holder *holders;
	size_t nr_holders;
	struct blocker *blockers;
	size_t nr_blockers;
	struct reason *reasons;
	size_t nr_reasons;
	unsigned long long latency[TIME_BUCKETS][SIZE_CLASSES];
	unsigned long long latency_us[TIME_BUCKETS];
};

struct system {
	struct area areas[AREAS_MAX];
	int nr;
	double when;
	/* Why something is missing; "" if nothing is. */
	char no_debugfs[256], no_sysfs[256], no_flags[256];
};

static const char *root = "";
static unsigned long page_size;
static bool wants_owners;
static volatile sig_atomic_t is_over;

static void __attribute__((noreturn, format(printf, 2, 3)))
die(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("cma-top: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(code);
}

static void *must(void *memory)
{
	if (!memory)
		die(1, "no memory");
	return memory;
}

/* Reading */

static const char *in_root(const char *format, ...)
{
	static char path[4096];
	int len = snprintf(path, sizeof(path), "%s", root);
	va_list args;

	va_start(args, format);
	if (len >= (int)sizeof(path))
		die(2, "the path that --root names is too long");
	vsnprintf(path + len, sizeof(path) - len, format, args);
	va_end(args);
	return path;
}

/* A whole file, to be freed; NULL with errno. */
static char *read_text(const char *path)
{
	size_t size = 0, room = 0;
	char *text = NULL;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	do {
		if (room - size < 4096) {
			room = room ? 2 * room : 16384;
			text = must(realloc(text, room));
		}
		got = read(fd, text + size, room - size - 1);
		if (got > 0)
			size += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int error = errno;

		free(text);
		text = NULL;
		errno = error;
	} else {
		text[size] = 0;
	}
	close(fd);
	return text;
}

static long long read_number(const char *path)
{
	char *text = read_text(path), *end;
	long long number;

	if (!text)
		return UNKNOWN;
	number = strtoll(text, &end, 10);
	if (end == text)
		number = UNKNOWN;
	free(text);
	return number;
}

static long long debugfs_number(const struct area *area, const char *file)
{
	return read_number(in_root(DEBUGFS "/cma/%s/%s", area->name, file));
}

static long long sysfs_number(const struct area *area, const char *file)
{
	return read_number(in_root(SYSFS "/%s/%s", area->name, file));
}

/* The next line of a text that is taken apart; NULL at its end. */
static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = strchrnul(line, '\n');
	*text = *end ? end + 1 : end;
	*end = 0;
	return line;
}

/* Numbers of 32 bits, the lowest bit first, each for a piece of pages. */
static void read_bitmap(struct area *area, struct range *range, const char *path)
{
	unsigned long bit = 0, page, per_bit = 1UL << area->order_per_bit;
	char *text = read_text(path), *word = text, *end;

	if (!text)
		return;
	range->is_used = must(calloc(range->nr_pages, 1));
	for (;;) {
		unsigned long bits = strtoul(word, &end, 10);
		int i;

		if (end == word)
			break;
		for (i = 0; i < 32; i++, bit++)
			for (page = bit * per_bit; page < (bit + 1) * per_bit &&
			     page < range->nr_pages; page++)
				range->is_used[page] = bits >> i & 1;
		word = end;
	}
	free(text);
}

/*
 * A range's size is told by no file: it ends with the area, or with its bitmap. The
 * last bits of a bitmap may be unused, but only areas in pieces have several, and
 * their sizes add up.
 */
static unsigned long bitmap_pages(const struct area *area, const char *path)
{
	char *text = read_text(path), *word = text, *end;
	unsigned long words = 0;

	while (text && (strtoul(word, &end, 10), end != word)) {
		words++;
		word = end;
	}
	free(text);
	return (words * 32) << area->order_per_bit;
}

static void read_ranges(struct area *area)
{
	unsigned long left = area->nr_pages;
	char file[64], path[4096];
	struct range *range;
	unsigned int i;

	for (i = 0; i < RANGES_MAX && left; i++) {
		long long base_pfn;

		snprintf(file, sizeof(file), "ranges/%u/base_pfn", i);
		base_pfn = debugfs_number(area, file);
		if (base_pfn < 0 && !i)
			base_pfn = debugfs_number(area, "base_pfn");
		if (base_pfn < 0)
			break;
		snprintf(path, sizeof(path), "%s", in_root(DEBUGFS "/cma/%s/ranges/%u/bitmap",
							   area->name, i));
		if (!i && access(path, F_OK))
			snprintf(path, sizeof(path), "%s",
				 in_root(DEBUGFS "/cma/%s/bitmap", area->name));

		range = &area->ranges[area->nr_ranges++];
		range->base_pfn = base_pfn;
		range->nr_pages = bitmap_pages(area, path);
		if (!range->nr_pages || range->nr_pages > left)
			range->nr_pages = left;
		left -= range->nr_pages;
		read_bitmap(area, range, path);
	}
}

/*
 * A page that a private area has not handed out is reserved, and nobody has it: @is_spare, it is
 * known to be handed out to nobody.
 */
static enum kind kind_of(uint64_t flags, bool is_spare)
{
#define IS(flag) (flags >> (flag) & 1)
	if (IS(KPF_RESERVED) && is_spare)
		return FREE;
	if (IS(KPF_BUDDY))
		return FREE;
	if (IS(KPF_HUGE))
		return HUGE;
	if (IS(KPF_SLAB) || IS(KPF_PGTABLE) || IS(KPF_RESERVED))
		return KERNEL;
	if (IS(KPF_ANON))
		return ANON;
	if (IS(KPF_SWAPBACKED))
		return SHMEM;
	if (IS(KPF_LRU))
		return FILES;
	return OTHER;
#undef IS
}

static void read_tenants(struct system *system, struct area *area)
{
	const char *path = in_root("/proc/kpageflags");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned long page;
	unsigned int i;

	if (fd < 0) {
		snprintf(system->no_flags, sizeof(system->no_flags), "%.100s: %s%s", path,
			 strerror(errno), errno == ENOENT ?
			 " (the kernel needs CONFIG_PROC_PAGE_MONITOR)" :
			 errno == EACCES || errno == EPERM ? " (you are not root)" : "");
		return;
	}
	for (i = 0; i < area->nr_ranges; i++) {
		struct range *range = &area->ranges[i];
		size_t done = 0, bytes = range->nr_pages * sizeof(uint64_t);

		range->flags = must(malloc(bytes));
		while (done < bytes) {
			ssize_t got = pread(fd, (char *)range->flags + done, bytes - done,
					    range->base_pfn * sizeof(uint64_t) + done);

			if (got <= 0)
				break;
			done += got;
		}
		if (done < bytes) {
			snprintf(system->no_flags, sizeof(system->no_flags),
				 "%.100s: ends before page frame %#llx", path,
				 range->base_pfn + range->nr_pages);
			free(range->flags);
			range->flags = NULL;
			close(fd);
			return;
		}
		for (page = 0; page < range->nr_pages; page++)
			if (!range->is_used || !range->is_used[page])
				area->tenants[kind_of(range->flags[page], range->is_used)]++;
	}
	area->has_tenants = true;
	close(fd);
}

static void read_holders(struct area *area)
{
	char *text = read_text(in_root(DEBUGFS "/cma/%s/holders", area->name)), *at = text;
	char *line, onoff[8];

	while (text && (line = next_line(&at))) {
		struct holder h = { };

		if (sscanf(line, "# recording %7[a-z], %llu of %llu pages recorded, %llu", onoff,
			   &area->recorded, &area->held, &area->lost) == 4) {
			area->is_recording = !strcmp(onoff, "on");
			area->has_holders = true;
		}
		if (sscanf(line, "0x%llx %lu %lf %d %71s %167s %255[^\n]", &h.pfn, &h.nr_pages,
			   &h.age, &h.pid, h.task, h.device, h.caller) == 7) {
			area->holders = must(realloc(area->holders,
						     (area->nr_holders + 1) * sizeof(h)));
			area->holders[area->nr_holders++] = h;
		}
	}
	free(text);
}

static void read_blockers(struct area *area)
{
	char *text = read_text(in_root(DEBUGFS "/cma/%s/blockers", area->name)), *at = text;
	char *line;

	area->has_blockers = text;
	while (text && (line = next_line(&at))) {
		struct blocker b = { };

		if (area->nr_blockers < LINES_MAX &&
		    sscanf(line, "0x%llx %llu %llu %lf %31s %d %d %7s %31s %31s %95[^\n]", &b.pfn,
			   &b.failures, &b.attempts, &b.age, b.kind, &b.refs, &b.maps, b.pinned,
			   b.dev, b.ino, b.reason) == 11) {
			area->blockers = must(realloc(area->blockers,
						      (area->nr_blockers + 1) * sizeof(b)));
			area->blockers[area->nr_blockers++] = b;
		}
	}
	free(text);
}

static struct blocker *blocker_at(struct system *system, unsigned long long pfn)
{
	size_t i;
	int nr;

	for (nr = 0; nr < system->nr; nr++)
		for (i = 0; i < system->areas[nr].nr_blockers; i++)
			if (system->areas[nr].blockers[i].pfn == pfn)
				return &system->areas[nr].blockers[i];
	return NULL;
}

/* Once a process, which may have it mapped at several places. */
static void add_owner(struct blocker *b, int pid, unsigned long long address)
{
	struct owner owner = { .pid = pid, .address = address };
	char *task;

	if (b->nr_owners && b->owners[b->nr_owners - 1].pid == pid)
		return;
	task = read_text(in_root("/proc/%d/comm", pid));
	snprintf(owner.task, sizeof(owner.task), "%.*s", (int)strcspn(task ?: "", "\n"),
		 task ?: "");
	free(task);
	b->owners = must(realloc(b->owners, (b->nr_owners + 1) * sizeof(owner)));
	b->owners[b->nr_owners++] = owner;
}

static void search_mapping(struct system *system, int pid, int pagemap, unsigned long long start,
			   unsigned long long end)
{
	static uint64_t entries[PAGEMAP_CHUNK];
	unsigned long long page = start / page_size, left = (end - start) / page_size;

	while (left && !is_over) {
		size_t want = left < PAGEMAP_CHUNK ? left : PAGEMAP_CHUNK, i;
		ssize_t got = pread(pagemap, entries, want * sizeof(entries[0]),
				    page * sizeof(entries[0]));

		got = got < 0 ? 0 : got / sizeof(entries[0]);
		for (i = 0; i < (size_t)got; i++) {
			struct blocker *b = entries[i] & PM_PRESENT ?
					    blocker_at(system, entries[i] & PM_PFN) : NULL;

			if (b)
				add_owner(b, pid, (page + i) * page_size);
		}
		if (!got)	/* The process is gone, or pages of the kernel's begin. */
			return;
		page += got;
		left -= got;
	}
}

/* A process that ends meanwhile has nothing mapped any more. */
static void search_process(struct system *system, int pid)
{
	char *text = read_text(in_root("/proc/%d/maps", pid)), *at = text, *line;
	int pagemap = open(in_root("/proc/%d/pagemap", pid), O_RDONLY | O_CLOEXEC);
	unsigned long long start, end;

	while (text && pagemap >= 0 && (line = next_line(&at)))
		if (sscanf(line, "%llx-%llx", &start, &end) == 2)
			search_mapping(system, pid, pagemap, start, end);
	if (pagemap >= 0)
		close(pagemap);
	free(text);
}

static void search_owners(struct system *system)
{
	DIR *proc = opendir(in_root("/proc"));
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			search_process(system, atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

static void read_requests(struct area *area)
{
	char *text = read_text(in_root(DEBUGFS "/cma/%s/requests", area->name)), *at = text;
	char *line;

	while (text && (line = next_line(&at))) {
		struct reason r;

		if (sscanf(line, "requests %lld", &area->requests) == 1 ||
		    sscanf(line, "successes %lld", &area->successes) == 1 ||
		    sscanf(line, "failures %lld", &area->failures) == 1)
			continue;
		if (sscanf(line, "failed %llu %95[^\n]", &r.nr, r.text) == 2) {
			area->reasons = must(realloc(area->reasons,
						     (area->nr_reasons + 1) * sizeof(r)));
			area->reasons[area->nr_reasons++] = r;
		}
	}
	free(text);
}

static void read_latency(struct area *area)
{
	char *text = read_text(in_root(DEBUGFS "/cma/%s/latency", area->name)), *at = text;
	int bucket = 0;
	char *line;

	while (text && bucket < TIME_BUCKETS && (line = next_line(&at))) {
		unsigned long long *n = area->latency[bucket];

		if (sscanf(line, "%llu %llu %llu %llu %llu %llu %llu", &area->latency_us[bucket],
			   &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]) == 1 + SIZE_CLASSES)
			bucket++;
	}
	area->has_latency = bucket == TIME_BUCKETS;
	free(text);
}

static void read_area(struct system *system, struct area *area)
{
	area->requests = UNKNOWN;
	area->successes = UNKNOWN;
	area->failures = UNKNOWN;
	area->alloc_success = sysfs_number(area, "alloc_pages_success");
	area->alloc_fail = sysfs_number(area, "alloc_pages_fail");
	area->release_success = sysfs_number(area, "release_pages_success");
	area->peak = sysfs_number(area, "peak_pages");
	area->nr_pages = debugfs_number(area, "count");
	if (area->nr_pages < 0)
		area->nr_pages = sysfs_number(area, "total_pages");
	area->used = debugfs_number(area, "used");
	area->max_free = debugfs_number(area, "maxchunk");
	area->order_per_bit = debugfs_number(area, "order_per_bit");
	if (area->used < 0 && area->nr_pages >= 0 && sysfs_number(area, "available_pages") >= 0)
		area->used = area->nr_pages - sysfs_number(area, "available_pages");
	if (area->order_per_bit < 0 || area->order_per_bit > 30 || area->nr_pages < 0)
		return;

	read_ranges(area);
	read_tenants(system, area);
	read_holders(area);
	read_blockers(area);
	read_requests(area);
	read_latency(area);
}

static void free_area(struct area *area)
{
	size_t i;

	for (i = 0; i < area->nr_ranges; i++) {
		free(area->ranges[i].is_used);
		free(area->ranges[i].flags);
	}
	for (i = 0; i < area->nr_blockers; i++)
		free(area->blockers[i].owners);
	free(area->holders);
	free(area->blockers);
	free(area->reasons);
}

static void free_system(struct system *system)
{
	while (system->nr)
		free_area(&system->areas[--system->nr]);
}

static bool knows(const struct system *system, const char *name)
{
	int i;

	for (i = 0; i < system->nr; i++)
		if (!strcmp(system->areas[i].name, name))
			return true;
	return false;
}

/* Adds the areas that have a folder there. */
static void list_areas(struct system *system, const char *dir, const char *only, char problem[256])
{
	struct dirent *entry;
	DIR *folder = opendir(dir);

	if (!folder) {
		snprintf(problem, 256, "%.150s: %s", dir, strerror(errno));
		return;
	}
	while (system->nr < AREAS_MAX && (entry = readdir(folder))) {
		struct stat st;

		if (entry->d_name[0] == '.' || knows(system, entry->d_name) ||
		    (only && strcmp(only, entry->d_name)) ||
		    fstatat(dirfd(folder), entry->d_name, &st, 0) || !S_ISDIR(st.st_mode))
			continue;
		snprintf(system->areas[system->nr].name, sizeof(system->areas[0].name), "%s",
			 entry->d_name);
		system->nr++;
	}
	closedir(folder);
}

static int by_place(const void *a, const void *b)
{
	const struct area *one = a, *other = b;

	if (one->nr_ranges && other->nr_ranges)
		return one->ranges[0].base_pfn < other->ranges[0].base_pfn ? -1 :
		       one->ranges[0].base_pfn > other->ranges[0].base_pfn;
	return strcmp(one->name, other->name);
}

static bool is_empty(const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry = NULL;

	while (folder && (entry = readdir(folder)) && entry->d_name[0] == '.')
		;
	if (folder)
		closedir(folder);
	return !entry;
}

static void explain_debugfs(struct system *system)
{
	struct stat st;
	int error;

	if (!*system->no_debugfs)
		return;
	error = stat(in_root(DEBUGFS "/cma"), &st) ? errno : EACCES;
	if (error == EACCES || error == EPERM)
		snprintf(system->no_debugfs, sizeof(system->no_debugfs),
			 DEBUGFS " cannot be read: you are not root");
	else if (is_empty(in_root(DEBUGFS)))
		snprintf(system->no_debugfs, sizeof(system->no_debugfs),
			 "debugfs is not mounted: mount -t debugfs none " DEBUGFS);
	else
		snprintf(system->no_debugfs, sizeof(system->no_debugfs),
			 "there is no " DEBUGFS
			 "/cma: the kernel has no areas, or not CONFIG_CMA_DEBUGFS");
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void read_system(struct system *system, const char *only)
{
	char dir[4096];
	int i;

	memset(system, 0, sizeof(*system));
	snprintf(dir, sizeof(dir), "%s", in_root(DEBUGFS "/cma"));
	list_areas(system, dir, only, system->no_debugfs);
	explain_debugfs(system);
	snprintf(dir, sizeof(dir), "%s", in_root(SYSFS));
	list_areas(system, dir, only, system->no_sysfs);
	if (*system->no_sysfs)
		snprintf(system->no_sysfs, sizeof(system->no_sysfs),
			 "there is no " SYSFS ": the kernel has not CONFIG_CMA_SYSFS");
	system->when = now();
	for (i = 0; i < system->nr; i++)
		read_area(system, &system->areas[i]);
	if (wants_owners)
		search_owners(system);
	qsort(system->areas, system->nr, sizeof(system->areas[0]), by_place);
}

/* Showing */

static double mib(long long nr_pages)
{
	return nr_pages * (double)page_size / (1 << 20);
}

/* A column of the overview. */
static void print_number(FILE *out, double number)
{
	fprintf(out, " %7.*f", number < 99999 ? 1 : 0, number);
}

static void print_mib(FILE *out, long long nr_pages)
{
	if (nr_pages < 0)
		fprintf(out, " %7s", "?");
	else
		print_number(out, mib(nr_pages));
}

static void print_rate(FILE *out, long long now_is, long long was, double seconds)
{
	if (now_is < 0)
		fprintf(out, " %7s", "?");
	else if (was < 0 || seconds <= 0)
		fprintf(out, " %7s", "-");
	else
		print_number(out, (now_is - was) / seconds);
}

/* The area as it was at the look before; one of which nothing is known if it was not there. */
static const struct area *area_before(const struct system *before, const char *name)
{
	static const struct area unseen = {
		.requests = UNKNOWN, .failures = UNKNOWN,
		.alloc_success = UNKNOWN, .alloc_fail = UNKNOWN,
	};
	int i;

	for (i = 0; before && i < before->nr; i++)
		if (!strcmp(before->areas[i].name, name))
			return &before->areas[i];
	return &unseen;
}

static bool has_requests(const struct system *system)
{
	int i;

	for (i = 0; i < system->nr; i++)
		if (system->areas[i].requests >= 0)
			return true;
	return false;
}

/*
 * A terminal of 80 columns has room for all but the tenants. The rates of a kernel that does not
 * count requests are of pages.
 */
static void print_overview(FILE *out, const struct system *system, const struct system *before)
{
	bool by_requests = has_requests(system);
	int i, kind;

	fprintf(out, "%-23s %7s %7s %7s %7s %7s", "area (MiB)", "size", "used", "peak", "free",
		"largest");
	fprintf(out, " %7s %7s", by_requests ? "req/s" : "pages/s",
		by_requests ? "fail/s" : "pfail/s");
	for (kind = ANON; kind < NR_KINDS; kind++)
		fprintf(out, " %7s", kinds[kind].name);
	fputc('\n', out);
	for (i = 0; i < system->nr; i++) {
		const struct area *area = &system->areas[i];
		const struct area *then = area_before(before, area->name);
		double seconds = before ? system->when - before->when : 0;

		fprintf(out, "%-23s", area->name);
		print_mib(out, area->nr_pages);
		print_mib(out, area->used);
		print_mib(out, area->peak);
		print_mib(out, area->has_tenants ? (long long)area->tenants[FREE] : UNKNOWN);
		print_mib(out, area->max_free);
		if (by_requests) {
			print_rate(out, area->requests, then->requests, seconds);
			print_rate(out, area->failures, then->failures, seconds);
		} else {
			print_rate(out, area->alloc_success, then->alloc_success, seconds);
			print_rate(out, area->alloc_fail, then->alloc_fail, seconds);
		}
		for (kind = ANON; kind < NR_KINDS; kind++)
			print_mib(out, area->has_tenants ? (long long)area->tenants[kind] :
				  UNKNOWN);
		fputc('\n', out);
	}
}

static void print_pages_counted(FILE *out, const struct area *area)
{
	if (area->alloc_success < 0)
		return;
	fprintf(out, "  pages since boot: %lld handed out, %lld not, %lld back\n",
		area->alloc_success, area->alloc_fail, area->release_success);
}

static void print_requests(FILE *out, const struct area *area)
{
	size_t i;

	if (area->requests < 0) {
		fprintf(out, "  requests, latency, holders, blockers: this kernel does not tell\n");
		return;
	}
	fprintf(out, "  requests: %lld, %lld got pages, %lld failed, %lld under way\n",
		area->requests, area->successes, area->failures,
		area->requests - area->successes - area->failures);
	for (i = 0; i < area->nr_reasons; i++)
		if (area->reasons[i].nr)
			fprintf(out, "    %llu failed: %s\n", area->reasons[i].nr,
				area->reasons[i].text);
}

/* The time within which so many of a hundred were answered. */
static void print_quantile(FILE *out, const struct area *area, int class, unsigned long long all,
			   int percent)
{
	unsigned long long sum = 0;
	int bucket;

	for (bucket = 0; bucket < TIME_BUCKETS - 1; bucket++) {
		sum += area->latency[bucket][class];
		if (sum * 100 >= all * percent)
			break;
	}
	if (bucket == TIME_BUCKETS - 1)
		fprintf(out, " %2d%% > %llu us", percent, area->latency_us[bucket]);
	else
		fprintf(out, " %2d%% < %llu us", percent, area->latency_us[bucket + 1]);
}

static void print_latency(FILE *out, const struct area *area)
{
	static const char *const sizes[SIZE_CLASSES] = {
		"1 page", "2-16", "17-256", "257-4096", "4097-65536", "more"
	};
	int class, bucket;

	for (class = 0; area->has_latency && class < SIZE_CLASSES; class++) {
		unsigned long long all = 0;

		for (bucket = 0; bucket < TIME_BUCKETS; bucket++)
			all += area->latency[bucket][class];
		if (!all)
			continue;
		fprintf(out, "  %-10s pages: %8llu requests,", sizes[class], all);
		print_quantile(out, area, class, all, 50);
		print_quantile(out, area, class, all, 99);
		fputc('\n', out);
	}
}

static int largest_first(const void *a, const void *b)
{
	const struct holder *one = a, *other = b;

	return one->nr_pages > other->nr_pages ? -1 : one->nr_pages < other->nr_pages;
}

static void print_holders(FILE *out, struct area *area, size_t most)
{
	size_t i;

	if (!area->has_holders)
		return;
	if (!area->is_recording && !area->nr_holders) {
		fprintf(out, "  holders: not recorded (echo on > " DEBUGFS "/cma/%s/holders)\n",
			area->name);
		return;
	}
	fprintf(out, "  holders: %llu of %llu pages have one\n", area->recorded, area->held);
	if (area->nr_holders)
		qsort(area->holders, area->nr_holders, sizeof(area->holders[0]), largest_first);
	for (i = 0; i < area->nr_holders && i < most; i++) {
		const struct holder *h = &area->holders[i];

		fprintf(out, "    %8.1f MiB at %#llx for %.0f s: %s[%d], device %s, %s\n",
			mib(h->nr_pages), h->pfn, h->age, h->task, h->pid, h->device, h->caller);
	}
	if (i < area->nr_holders)
		fprintf(out, "    and %zu more\n", area->nr_holders - i);
}

static void print_owners(FILE *out, const struct blocker *b)
{
	size_t i;

	if (!wants_owners)
		return;
	if (!b->nr_owners)
		fprintf(out, "      no process has it mapped now\n");
	for (i = 0; i < b->nr_owners; i++)
		fprintf(out, "      mapped now by %s[%d] at %#llx\n", b->owners[i].task,
			b->owners[i].pid, b->owners[i].address);
}

static void print_blockers(FILE *out, const struct area *area, size_t most)
{
	size_t i;

	if (!area->nr_blockers)
		return;
	fprintf(out, "  in the way:\n");
	for (i = 0; i < area->nr_blockers && i < most; i++) {
		const struct blocker *b = &area->blockers[i];

		fprintf(out, "    %#llx, %s, %.0f s ago: %llu requests failed,", b->pfn, b->reason,
			b->age, b->failures);
		fprintf(out, " %llu ranges given up; %s, %d refs, %d maps", b->attempts, b->kind,
			b->refs, b->maps);
		if (strcmp(b->dev, "-"))
			fprintf(out, ", device %s inode %s", b->dev, b->ino);
		fputc('\n', out);
		print_owners(out, b);
	}
}

static void print_missing(FILE *out, const struct system *system)
{
	if (*system->no_debugfs)
		fprintf(out, "? %s\n", system->no_debugfs);
	if (*system->no_sysfs)
		fprintf(out, "? %s\n", system->no_sysfs);
	if (*system->no_flags)
		fprintf(out, "? tenants: %s\n", system->no_flags);
}

static void print_text(FILE *out, struct system *system, const struct system *before, size_t most)
{
	int i;

	print_overview(out, system, before);
	print_missing(out, system);
	for (i = 0; i < system->nr; i++) {
		struct area *area = &system->areas[i];

		fprintf(out, "\n%s\n", area->name);
		print_pages_counted(out, area);
		print_requests(out, area);
		print_latency(out, area);
		print_holders(out, area, most);
		print_blockers(out, area, most);
	}
}

/* JSON */

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void json_key(const char *key, const char *before)
{
	printf("%s\"%s\": ", before, key);
}

static void json_number(const char *key, long long number)
{
	json_key(key, ",\n   ");
	if (number < 0)
		fputs("null", stdout);
	else
		printf("%lld", number);
}

static void json_text(const char *key, const char *text)
{
	json_key(key, ", ");
	json_string(text);
}

static void json_holders(const struct area *area)
{
	size_t i;

	json_key("holders", ",\n   ");
	if (!area->has_holders) {
		fputs("null", stdout);
		return;
	}
	printf("{\"recording\": %s, \"recorded\": %llu, \"held\": %llu, \"lost\": %llu",
	       area->is_recording ? "true" : "false", area->recorded, area->held, area->lost);
	fputs(", \"list\": [", stdout);
	for (i = 0; i < area->nr_holders; i++) {
		const struct holder *h = &area->holders[i];

		printf("%s\n    {\"pfn\": %llu, \"pages\": %lu, \"age\": %.3f, \"pid\": %d",
		       i ? "," : "", h->pfn, h->nr_pages, h->age, h->pid);
		json_text("task", h->task);
		json_text("device", h->device);
		json_text("caller", h->caller);
		putchar('}');
	}
	printf("]}");
}

static void json_owners(const struct blocker *b)
{
	size_t i;

	json_key("owners", ", ");
	if (!wants_owners) {
		fputs("null", stdout);
		return;
	}
	putchar('[');
	for (i = 0; i < b->nr_owners; i++) {
		printf("%s{\"pid\": %d, \"address\": %llu", i ? ", " : "", b->owners[i].pid,
		       b->owners[i].address);
		json_text("task", b->owners[i].task);
		putchar('}');
	}
	putchar(']');
}

static void json_blockers(const struct area *area)
{
	size_t i;

	json_key("blockers", ",\n   ");
	if (!area->has_blockers) {
		fputs("null", stdout);
		return;
	}
	putchar('[');
	for (i = 0; i < area->nr_blockers; i++) {
		const struct blocker *b = &area->blockers[i];

		printf("%s\n    {\"pfn\": %llu, \"failures\": %llu, \"attempts\": %llu",
		       i ? "," : "", b->pfn, b->failures, b->attempts);
		printf(", \"age\": %.3f, \"refs\": %d, \"maps\": %d", b->age, b->refs, b->maps);
		json_text("kind", b->kind);
		json_text("pinned", b->pinned);
		json_text("dev", b->dev);
		json_text("ino", b->ino);
		json_text("reason", b->reason);
		json_owners(b);
		putchar('}');
	}
	putchar(']');
}

static void json_requests(const struct area *area)
{
	size_t i;

	json_key("requests", ",\n   ");
	if (area->requests < 0) {
		fputs("null", stdout);
		return;
	}
	printf("{\"begun\": %lld, \"successes\": %lld, \"failures\": %lld, \"reasons\": {",
	       area->requests, area->successes, area->failures);
	for (i = 0; i < area->nr_reasons; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(area->reasons[i].text);
		printf(": %llu", area->reasons[i].nr);
	}
	printf("}}");
}

/* Of each time, in us, the number of requests of each class of sizes. */
static void json_latency(const struct area *area)
{
	int bucket, class;

	json_key("latency", ",\n   ");
	if (!area->has_latency) {
		fputs("null", stdout);
		return;
	}
	putchar('[');
	for (bucket = 0; bucket < TIME_BUCKETS; bucket++) {
		printf("%s\n    {\"from_us\": %llu, \"requests\": [", bucket ? "," : "",
		       area->latency_us[bucket]);
		for (class = 0; class < SIZE_CLASSES; class++)
			printf("%s%llu", class ? ", " : "", area->latency[bucket][class]);
		printf("]}");
	}
	putchar(']');
}

static void json_area(const struct area *area)
{
	unsigned int i;
	int kind;

	fputs("  {\"name\": ", stdout);
	json_string(area->name);
	json_number("pages", area->nr_pages);
	json_number("order_per_bit", area->order_per_bit);
	json_number("used", area->used);
	json_number("peak", area->peak);
	json_number("largest", area->max_free);
	json_number("alloc_pages_success", area->alloc_success);
	json_number("alloc_pages_fail", area->alloc_fail);
	json_number("release_pages_success", area->release_success);
	json_key("ranges", ",\n   ");
	putchar('[');
	for (i = 0; i < area->nr_ranges; i++)
		printf("%s{\"base_pfn\": %llu, \"pages\": %lu}", i ? ", " : "",
		       area->ranges[i].base_pfn, area->ranges[i].nr_pages);
	putchar(']');
	json_key("tenants", ",\n   ");
	if (area->has_tenants) {
		putchar('{');
		for (kind = FREE; kind < NR_KINDS; kind++)
			printf("%s\"%s\": %lu", kind ? ", " : "", kinds[kind].name,
			       area->tenants[kind]);
		putchar('}');
	} else {
		fputs("null", stdout);
	}
	json_requests(area);
	json_latency(area);
	json_holders(area);
	json_blockers(area);
	fputs("}", stdout);
}

static void json_missing(const char *problem, bool *is_first)
{
	if (!*problem)
		return;
	fputs(*is_first ? "" : ", ", stdout);
	json_string(problem);
	*is_first = false;
}

static void print_json(const struct system *system)
{
	bool is_first = true;
	int i;

	printf("{\"page_size\": %lu,\n \"areas\": [", page_size);
	for (i = 0; i < system->nr; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		json_area(&system->areas[i]);
	}
	fputs("],\n \"missing\": [", stdout);
	json_missing(system->no_debugfs, &is_first);
	json_missing(system->no_sysfs, &is_first);
	json_missing(system->no_flags, &is_first);
	fputs("]}\n", stdout);
}

/* Maps */

/* What one cell is made of. */
struct cell {
	unsigned long long pfn;
	unsigned long nr_pages, nr_used, nr_kind[NR_KINDS];
	bool is_blocker;
};

static struct cell cell_at(const struct area *area, const struct range *range,
			   unsigned long first, unsigned long block)
{
	struct cell cell = { .pfn = range->base_pfn + first };
	unsigned long page;
	size_t i;

	for (page = first; page < first + block && page < range->nr_pages; page++) {
		cell.nr_pages++;
		if (range->is_used && range->is_used[page])
			cell.nr_used++;
		else if (range->flags)
			cell.nr_kind[kind_of(range->flags[page], range->is_used)]++;
	}
	for (i = 0; i < area->nr_blockers; i++)
		if (area->blockers[i].pfn - cell.pfn < cell.nr_pages)
			cell.is_blocker = true;
	return cell;
}

static enum kind main_kind(const struct cell *cell)
{
	enum kind kind, most = FREE;

	for (kind = ANON; kind < NR_KINDS; kind++)
		if (cell->nr_kind[kind] > cell->nr_kind[most])
			most = kind;
	return most;
}

static unsigned long pageblock_pages(void)
{
	char *text = read_text(in_root("/proc/pagetypeinfo")), *at;
	unsigned long nr_pages = 0;

	at = text ? strstr(text, "Pages per block:") : NULL;
	if (at)
		nr_pages = strtoul(at + strlen("Pages per block:"), NULL, 10);
	free(text);
	return nr_pages ?: (2UL << 20) / page_size;
}

static void check_map(const struct system *system, const char *name)
{
	if (!system->areas[0].nr_ranges || !system->areas[0].ranges[0].is_used)
		die(1, "there is no map of %s: %s", name,
		    *system->no_debugfs ? system->no_debugfs : "its bitmap cannot be read");
}

static void print_map(const struct area *area, unsigned long block)
{
	unsigned long first, column;
	unsigned int i;
	int kind;

	printf("%s: %.1f MiB, a character is %lu pages (%.0f KiB)\n", area->name,
	       mib(area->nr_pages), block, block * (page_size / 1024.0));
	for (i = 0; i < area->nr_ranges; i++) {
		const struct range *range = &area->ranges[i];

		for (first = 0, column = 0; first < range->nr_pages; first += block) {
			struct cell cell = cell_at(area, range, first, block);

			if (!(column % 64))
				printf("%s%#12llx  ", first ? "\n" : "", cell.pfn);
			else if (!(column % 16))
				putchar(' ');
			putchar(cell.is_blocker ? '!' : cell.nr_used ? '#' :
				range->flags ? kinds[main_kind(&cell)].letter : '?');
			column++;
		}
		putchar('\n');
	}
	printf("# handed out");
	for (kind = FREE; kind < NR_KINDS; kind++)
		printf("  %c %s", kinds[kind].letter, kinds[kind].name);
	printf("  ! was in the way\n");
}

static void svg_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", stdout);
		else if (*text == '>')
			fputs("&gt;", stdout);
		else if (*text == '&')
			fputs("&amp;", stdout);
		else if ((unsigned char)*text >= 0x20 && (unsigned char)*text < 0x7f)
			putchar(*text);
		else
			putchar('?');
	}
}

#define SVG_CELL	14
#define SVG_COLUMNS	64
#define SVG_LEFT	110
#define SVG_TOP		50

static void svg_rect(int x, int y, int width, int height, const char *colour)
{
	printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", x, y, width,
	       height, colour);
}

/* The used part of a cell from below, so that one that is nearly empty looks so. */
static void svg_cell(const struct cell *cell, const struct range *range, int x, int y)
{
	int inner = SVG_CELL - 2, height, kind;

	printf("<g><title>%#llx: %lu pages, %lu handed out", cell->pfn, cell->nr_pages,
	       cell->nr_used);
	for (kind = FREE; range->flags && kind < NR_KINDS; kind++)
		if (cell->nr_kind[kind])
			printf(", %lu %s", cell->nr_kind[kind], kinds[kind].name);
	printf("%s</title>", cell->is_blocker ? ", one was in the way" : "");
	svg_rect(x, y, inner, inner, range->flags ? kinds[main_kind(cell)].colour : "#ffffff");
	if (cell->nr_used) {
		height = (cell->nr_used * inner + cell->nr_pages - 1) / cell->nr_pages;
		svg_rect(x, y + inner - height, inner, height, USED_COLOUR);
	}
	if (cell->is_blocker)
		printf("<path d=\"M%d %dh%dv%dh-%dz\" fill=\"none\" stroke=\"%s\"/>", x, y, inner,
		       inner, inner, BLOCKER_COLOUR);
	printf("</g>\n");
}

static int svg_legend(int x, int y, const char *colour, const char *name)
{
	svg_rect(x, y - 10, 12, 12, colour);
	printf("<text x=\"%d\" y=\"%d\">%s</text>\n", x + 16, y, name);
	return x + 34 + 7 * strlen(name);
}

static void print_svg(const struct area *area, unsigned long block)
{
	unsigned long first, rows = 0;
	unsigned int i;
	int x, row = 0, kind;

	for (i = 0; i < area->nr_ranges; i++) {
		unsigned long cells = (area->ranges[i].nr_pages + block - 1) / block;

		rows += (cells + SVG_COLUMNS - 1) / SVG_COLUMNS;
	}
	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%lu\">\n",
	       SVG_LEFT + SVG_COLUMNS * SVG_CELL + 20, SVG_TOP + rows * SVG_CELL + 40);
	printf("<g font-family=\"sans-serif\" font-size=\"12\">\n");
	printf("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
	       "<text x=\"10\" y=\"22\" font-size=\"15\">");
	svg_text(area->name);
	printf(": %.1f MiB, %.1f MiB handed out; a cell is %lu pages (%.0f KiB)</text>\n",
	       mib(area->nr_pages), mib(area->used), block, block * (page_size / 1024.0));
	for (i = 0; i < area->nr_ranges; i++) {
		const struct range *range = &area->ranges[i];
		unsigned long column = 0;

		for (first = 0; first < range->nr_pages; first += block, column++) {
			struct cell cell = cell_at(area, range, first, block);

			if (column == SVG_COLUMNS) {
				column = 0;
				row++;
			}
			if (!column)
				printf("<text x=\"10\" y=\"%d\">%#llx</text>\n",
				       SVG_TOP + row * SVG_CELL + 11, cell.pfn);
			svg_cell(&cell, range, SVG_LEFT + column * SVG_CELL,
				 SVG_TOP + row * SVG_CELL);
		}
		row++;
	}
	x = svg_legend(SVG_LEFT, SVG_TOP + row * SVG_CELL + 24, USED_COLOUR, "handed out");
	for (kind = FREE; kind < NR_KINDS; kind++)
		x = svg_legend(x, SVG_TOP + row * SVG_CELL + 24, kinds[kind].colour,
			       kinds[kind].name);
	svg_legend(x, SVG_TOP + row * SVG_CELL + 24, BLOCKER_COLOUR, "was in the way");
	printf("</g></svg>\n");
}

/* All the time */

/* A line that is too wide ends in ">". What a name has of UTF-8 is a column a character. */
static void print_clipped(const char *line, int width)
{
	const char *at, *cut = line;
	int column = 0;

	for (at = line; *at; at++) {
		if ((*at & 0xc0) == 0x80)
			continue;
		if (++column == width)
			cut = at;
	}
	if (column > width)
		printf("%.*s>\n", (int)(cut - line), line);
	else
		puts(line);
}

/*
 * What the terminal has room for now, from the top; its last line stays free, for the cursor. A
 * serial line does not know who is at its other end: that is taken for the least that is usual.
 */
static void print_screen(char *text)
{
	struct winsize size = { };
	char *line;
	int row;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	fputs("\033[H\033[J", stdout);
	for (row = 1; row < size.ws_row && (line = next_line(&text)); row++)
		print_clipped(row == size.ws_row - 1 && *text ?
			      "... cma-top --once shows all" : line, size.ws_col);
}

static void show(struct system *system, const struct system *before, bool is_screen)
{
	char *text;
	size_t len;
	FILE *out;

	if (is_screen) {
		out = must(open_memstream(&text, &len));
		print_text(out, system, before, 5);
		if (fclose(out))
			die(1, "no memory");
		print_screen(text);
		free(text);
	} else {
		print_text(stdout, system, before, 5);
		putchar('\n');
	}
	fflush(stdout);
}

static struct termios terminal;
static bool has_terminal;

static void end(int signal)
{
	(void)signal;
	is_over = 1;
}

static void restore_terminal(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

/* Keys come at once and are not shown. */
static void prepare_terminal(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &terminal))
		return;
	raw = terminal;
	raw.c_lflag &= ~(ICANON | ECHO);
	/* Who is stopped or killed by a key cannot restore it. */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VQUIT] = _POSIX_VDISABLE;
	has_terminal = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	if (has_terminal)
		atexit(restore_terminal);
}

static void wait_or_key(double seconds)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&keys, has_terminal, seconds < INT_MAX / 1000 ? seconds * 1000 : -1) > 0 &&
	    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
		is_over = 1;
}

static void check_found(const struct system *system, const char *only)
{
	if (system->nr)
		return;
	if (*system->no_debugfs && *system->no_sysfs)
		die(1, "nothing to show: %s; %s", system->no_debugfs, system->no_sysfs);
	if (only)
		die(1, "there is no area '%s': ls %s%s", only, root,
		    *system->no_debugfs ? SYSFS : DEBUGFS "/cma");
	die(1, "this system has no contiguous memory areas");
}

static void watch(const char *only, double delay, long count)
{
	static struct system looks[2];
	struct system *system = &looks[0], *before = NULL;
	struct sigaction action = { .sa_handler = end };
	bool is_screen = isatty(STDOUT_FILENO);
	long look;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	prepare_terminal();
	for (look = 0; !is_over && (count < 0 || look < count); look++) {
		if (look)
			wait_or_key(delay);
		if (is_over)
			break;
		free_system(system);
		read_system(system, only);
		check_found(system, only);
		show(system, before, is_screen);
		before = system;
		system = &looks[system == &looks[0]];
	}
	free_system(&looks[0]);
	free_system(&looks[1]);
}

static double number_of(const char *option, const char *text, double least)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end || !(number >= least) || number > 1e9)
		die(2, "%s %s: a number of at least %g is wanted", option, text, least);
	return number;
}

/* --once goes with any other, and adds nothing to it. */
static char mode_of(char before, char option)
{
	if (!before || before == '1' || before == option)
		return option;
	if (option != '1')
		die(2, "one of --json, --map and --svg, not two");
	return before;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "once", no_argument, NULL, '1' },
		{ "json", no_argument, NULL, 'j' },
		{ "map", required_argument, NULL, 'm' },
		{ "svg", required_argument, NULL, 's' },
		{ "area", required_argument, NULL, 'a' },
		{ "owners", no_argument, NULL, 'o' },
		{ "delay", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'n' },
		{ "block", required_argument, NULL, 'b' },
		{ "root", required_argument, NULL, 'r' },
		{ "page-size", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	static struct system system;
	const char *only = NULL;
	unsigned long block = 0;
	double delay = 2;
	long count = -1;
	char mode = 0;
	int option;

	page_size = sysconf(_SC_PAGESIZE);
	while ((option = getopt_long(argc, argv, "1jm:s:a:od:n:b:r:p:h", options, NULL)) != -1) {
		switch (option) {
		case 'm':
		case 's':
			only = optarg;
			mode = mode_of(mode, option);
			break;
		case '1':
		case 'j':
			mode = mode_of(mode, option);
			break;
		case 'a':
			only = optarg;
			break;
		case 'o':
			wants_owners = true;
			break;
		case 'd':
			delay = number_of("--delay", optarg, 0.1);
			break;
		case 'n':
			count = number_of("--count", optarg, 1);
			break;
		case 'b':
			block = number_of("--block", optarg, 1);
			break;
		case 'r':
			root = optarg;
			break;
		case 'p':
			page_size = number_of("--page-size", optarg, 1024);
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			fputs("cma-top --help tells the options\n", stderr);
			return 2;
		}
	}
	if (optind < argc)
		die(2, "what is '%s'? cma-top --help tells the options", argv[optind]);

	if (wants_owners && *root)
		die(2, "--owners looks at processes, and a copy of files (--root) has none");

	if (!mode) {
		watch(only, delay, count);
	} else {
		read_system(&system, only);
		check_found(&system, only);
		if (mode == 'm' || mode == 's')
			check_map(&system, only);
		if (!block)
			block = pageblock_pages();
		if (mode == '1')
			print_text(stdout, &system, NULL, SIZE_MAX);
		else if (mode == 'j')
			print_json(&system);
		else if (mode == 'm')
			print_map(&system.areas[0], block);
		else
			print_svg(&system.areas[0], block);
		free_system(&system);
	}
	if (fflush(stdout) || ferror(stdout))
		die(1, "cannot write: %s", strerror(errno));
	return 0;
}
