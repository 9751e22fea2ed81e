// SPDX-License-Identifier: GPL-2.0
/*
 * Is everything that user space knows of CMA still there, by the same name and in the same
 * form?
 *
 * The lists were taken from a running 6.12.117: they are what scripts, monitoring and trace
 * tools rely on. What a kernel offers beyond them is no error.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "area.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define DEBUGFS	"/sys/kernel/debug/cma/" AREA_DEFAULT "/"
#define SYSFS	"/sys/kernel/mm/cma/" AREA_DEFAULT "/"
#define EVENTS	"/sys/kernel/tracing/events/"

static char text[64 * 1024];

static int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -errno : (int)(st.st_mode & 07777);
}

/* Is the file one line with one unsigned decimal number? */
static bool holds_one_number(const char *path)
{
	long len = file_read(path, text, sizeof(text));
	size_t digits = strspn(text, "0123456789");

	return len > 1 && digits == (size_t)len - 1 && text[digits] == '\n';
}

/* Return: the line of @path that begins with @start after blanks, or NULL. */
static const char *line_of(const char *path, const char *start)
{
	char *line;

	if (file_read(path, text, sizeof(text)) < 0)
		return NULL;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		line += strspn(line, " \t");
		if (!strncmp(line, start, strlen(start)))
			return line;
	}
	return NULL;
}

/* Return: the number between @start and @end, which are all there is in its line, or -1. */
static long long number_in_line(const char *path, const char *start, const char *end)
{
	const char *line = line_of(path, start);
	long long number;
	char *rest;

	if (!line)
		return -1;
	number = strtoll(line + strlen(start), &rest, 10);
	return strcmp(rest, end) ? -1 : number;
}

/* Return: the sum of those numbers over the lines of all zones, or -1 where there is none. */
static long long sum_in_lines(const char *path, const char *start)
{
	long long sum = -1;
	char *line, *rest;

	if (file_read(path, text, sizeof(text)) < 0)
		return -1;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		long long number;

		line += strspn(line, " \t");
		if (strncmp(line, start, strlen(start)))
			continue;
		number = strtoll(line + strlen(start), &rest, 10);
		if (!*rest)
			sum = (sum < 0 ? 0 : sum) + number;
	}
	return sum;
}

static long long pages_of_all_areas(void)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);
	long long pages = 0;

	for (i = 0; i < nr; i++)
		pages += areas[i].nr_pages;
	return pages;
}

TEST(debugfs_files_have_their_names_and_modes)
{
	static const struct {
		const char *path;
		int mode;
	} files[] = {
		{ DEBUGFS "alloc", 0200 },
		{ DEBUGFS "free", 0200 },
		{ DEBUGFS "base_pfn", 0444 },
		{ DEBUGFS "count", 0444 },
		{ DEBUGFS "order_per_bit", 0444 },
		{ DEBUGFS "used", 0444 },
		{ DEBUGFS "maxchunk", 0444 },
		{ DEBUGFS "bitmap", 0444 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		EXPECT_EQ(files[i].mode, mode_of(files[i].path))
			TH_LOG("%s", files[i].path);
}

TEST(debugfs_files_hold_decimal_numbers)
{
	EXPECT_TRUE(holds_one_number(DEBUGFS "base_pfn"));
	EXPECT_TRUE(holds_one_number(DEBUGFS "count"));
	EXPECT_TRUE(holds_one_number(DEBUGFS "used"));
	EXPECT_TRUE(holds_one_number(DEBUGFS "maxchunk"));
	EXPECT_TRUE(holds_one_number(DEBUGFS "order_per_bit"));
	EXPECT_EQ(0, file_number(DEBUGFS "order_per_bit"));
}

/* Words of 32 bits in decimal, with blanks between them and a newline at the end. */
TEST(debugfs_bitmap_is_a_u32_array)
{
	long long pages = file_number(DEBUGFS "count");
	long len, words = 0, i;

	len = file_read(DEBUGFS "bitmap", text, sizeof(text));
	ASSERT_GT(len, 0);
	EXPECT_EQ('\n', text[len - 1]);
	EXPECT_EQ(len - 1, (long)strspn(text, "0123456789 "));
	for (i = 0; i < len; i++)
		words += text[i] == ' ' || text[i] == '\n';
	EXPECT_EQ((pages + 31) / 32, words);
}

TEST(sysfs_counters_have_their_names_modes_and_form)
{
	static const char *const files[] = {
		SYSFS "alloc_pages_success", SYSFS "alloc_pages_fail",
		SYSFS "release_pages_success",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(0444, mode_of(files[i]))
			TH_LOG("%s", files[i]);
		EXPECT_TRUE(holds_one_number(files[i]));
	}
}

TEST(meminfo_tells_total_and_free)
{
	long long total = pages_of_all_areas() * (long long)PAGE_BYTES / 1024;

	EXPECT_EQ(total, number_in_line("/proc/meminfo", "CmaTotal:", " kB"));
	EXPECT_GE(number_in_line("/proc/meminfo", "CmaFree:", " kB"), 0);
	EXPECT_LE(number_in_line("/proc/meminfo", "CmaFree:", " kB"), total);
}

TEST(vmstat_has_its_items)
{
	EXPECT_GE(vmstat("nr_free_cma"), 0);
	EXPECT_GE(vmstat("cma_alloc_success"), 0);
	EXPECT_GE(vmstat("cma_alloc_fail"), 0);
}

TEST(zoneinfo_tells_the_areas_pages)
{
	EXPECT_EQ(pages_of_all_areas(), sum_in_lines("/proc/zoneinfo", "cma "));
	EXPECT_GE(sum_in_lines("/proc/zoneinfo", "nr_free_cma "), 0);
}

#define TYPES	"Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate"

/* Node, zone, type CMA, then a number for each order; and a column of pageblocks. */
TEST(pagetypeinfo_has_the_type_between_highatomic_and_isolate)
{
	long long in_zone, blocks = 0;
	const char *line;

	ASSERT_GT(file_read("/proc/pagetypeinfo", text, sizeof(text)), 0);
	EXPECT_NE(NULL, strstr(text, "type          CMA "));
	line = line_of("/proc/pagetypeinfo", "Number of blocks type");
	ASSERT_NE(NULL, line);
	EXPECT_NE(NULL, strstr(line, TYPES));
	/* A line for each zone: "Node 0, zone   Normal", then the columns. */
	while ((line = strtok(NULL, "\n")))
		if (sscanf(line, "Node %*d, zone %*[^ ,] %*d %*d %*d %*d %lld", &in_zone) == 1)
			blocks += in_zone;
	EXPECT_EQ(pages_of_all_areas() / pageblock_pages(), blocks);
}

/* Type and name of each field, in order; offsets follow from them. */
struct event {
	const char *name;
	const char *fields[8];
	const char *format;
};

static const struct event events[] = {
	{
		"cma/cma_alloc_start",
		{ "__data_loc char[] name", "unsigned long count", "unsigned int align" },
		"name=%s count=%lu align=%u",
	}, {
		"cma/cma_alloc_finish",
		{ "__data_loc char[] name", "unsigned long pfn", "const struct page * page",
		"unsigned long count",
		  "unsigned int align", "int errorno" },
		"name=%s pfn=0x%lx page=%p count=%lu align=%u errorno=%d",
	}, {
		"cma/cma_alloc_busy_retry",
		{ "__data_loc char[] name", "unsigned long pfn", "const struct page * page",
		"unsigned long count",
		  "unsigned int align" },
		"name=%s pfn=0x%lx page=%p count=%lu align=%u",
	}, {
		"cma/cma_release",
		{ "__data_loc char[] name", "unsigned long pfn", "const struct page * page",
		"unsigned long count" },
		"name=%s pfn=0x%lx page=%p count=%lu",
	}, {
		"kmem/mm_alloc_contig_migrate_range_info",
		{ "unsigned long start", "unsigned long end", "unsigned long nr_migrated",
		  "unsigned long nr_reclaimed", "unsigned long nr_mapped", "int migratetype" },
	}, {
		"page_isolation/test_pages_isolated",
		{ "unsigned long start_pfn", "unsigned long end_pfn", "unsigned long fin_pfn" },
	},
};

/*
 * Fields may be appended, not changed. Return: whether all are there, in order, from the first
 * on.
 */
static bool has_fields(char *format, const struct event *event)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(event->fields) && event->fields[i]; i++) {
		char wanted[128];

		snprintf(wanted, sizeof(wanted), "\tfield:%s;", event->fields[i]);
		format = strstr(format, wanted);
		if (!format) {
			printf("# %s: no field \"%s\" in its place\n", event->name,
			       event->fields[i]);
			return false;
		}
	}
	return true;
}

TEST(tracepoints_have_their_names_fields_and_text)
{
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		snprintf(path, sizeof(path), EVENTS "%s/format", events[i].name);
		ASSERT_GT(file_read(path, text, sizeof(text)), 0)
			TH_LOG("no event %s", events[i].name);
		EXPECT_TRUE(has_fields(text, &events[i]));
		if (events[i].format)
			EXPECT_NE(NULL, strstr(text, events[i].format))
				TH_LOG("%s prints otherwise", events[i].name);
	}
}

TEST(tracepoints_fire)
{
	struct area area;

	ASSERT_EQ(0, area_pick(&area));
	ASSERT_EQ(0, file_write("/sys/kernel/tracing/events/cma/enable", "1"));
	ASSERT_EQ(0, file_write("/sys/kernel/tracing/trace", ""));
	ASSERT_EQ(0, area_alloc(&area, 3));
	ASSERT_EQ(0, area_free(&area, 3));
	ASSERT_EQ(0, file_write("/sys/kernel/tracing/events/cma/enable", "0"));
	ASSERT_GT(file_read("/sys/kernel/tracing/trace", text, sizeof(text)), 0);
	EXPECT_NE(NULL, strstr(text, "cma_alloc_start: name="));
	EXPECT_NE(NULL, strstr(text, "count=3 align=0 errorno=0"));
	EXPECT_NE(NULL, strstr(text, "cma_release: name="));
}

TEST(the_heap_has_the_default_areas_name)
{
	EXPECT_LE(0, mode_of("/dev/dma_heap/" AREA_DEFAULT));
}

TEST(area_names_are_one_plain_line)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	EXPECT_GT(nr, 0);
	for (i = 0; i < nr; i++)
		EXPECT_EQ(NULL, strpbrk(areas[i].name, "\n\t /%"));
}

TEST(boot_log_has_its_lines)
{
	FILE *log = popen("dmesg", "r");
	bool memory = false, reserved = false;
	char line[512];

	ASSERT_NE(NULL, log);
	while (fgets(line, sizeof(line), log)) {
		memory |= strstr(line, "Memory: ") && strstr(line, "K reserved, ") &&
			  strstr(line, "K cma-reserved");
		reserved |= strstr(line, "cma: Reserved ") && strstr(line, " MiB at 0x") &&
			    strstr(line, " on node ");
	}
	pclose(log);
	EXPECT_TRUE(memory);
	EXPECT_TRUE(reserved);
}

TEST_HARNESS_MAIN
