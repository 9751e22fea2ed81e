// SPDX-License-Identifier: GPL-2.0
/*
 * An area fails when it is activated, at boot: nothing of it may be left over, and no other area
 * may notice.
 *
 * Boot with failcma= so that exactly one area fails, and areafailed=NAME[,FRAME-FRAME] for which
 * one that is, and where it would be.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "area.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define LOG_BYTES	(1 << 20)
#define ALL_MESSAGES	3	/* klogctl() */

/* Return: how many lines of the boot log have all three. */
static int log_lines(const char *first, const char *second, const char *third)
{
	char *log = malloc(LOG_BYTES), *line, *rest = log;
	int bytes = log ? klogctl(ALL_MESSAGES, log, LOG_BYTES - 1) : -1, nr = 0;

	if (bytes < 0)
		return -1;
	log[bytes] = '\0';
	while ((line = strsep(&rest, "\n")))
		nr += strstr(line, first) && strstr(line, second) && strstr(line, third);
	free(log);
	return nr;
}

FIXTURE(activation) {
	char name[AREA_NAME_MAX];
	unsigned long start, end;	/* frames, where they are known */
};

FIXTURE_SETUP(activation)
{
	static char line[4096];
	char *word;

	ASSERT_LT(0, file_read("/proc/cmdline", line, sizeof(line)));
	word = strstr(line, "areafailed=");
	ASSERT_NE(NULL, word)
		TH_LOG("this kernel was not booted with areafailed=");
	ASSERT_LE(1, sscanf(word, "areafailed=%63[^, \n],%lx-%lx", self->name, &self->start,
			    &self->end));
}

FIXTURE_TEARDOWN(activation)
{
}

TEST_F(activation, of_one_area_fails_and_the_log_says_so_once)
{
	EXPECT_EQ(1, log_lines("cma: area", self->name, "could not be activated: no memory"));
	EXPECT_EQ(1, log_lines("cma: area", "could not be activated", ""));
}

TEST_F(activation, that_fails_leaves_no_area)
{
	struct area area;

	EXPECT_EQ(-ENOENT, area_find(&area, self->name));
	EXPECT_EQ(-1, area_counter(&(struct area){ .name = "" }, self->name));
}

TEST_F(activation, that_fails_gives_the_memory_to_the_system)
{
	if (!self->end)
		SKIP(return, "the place of the area is not known");
	EXPECT_EQ(0, frames_count(self->start, self->end, KPF(RESERVED), KPF(RESERVED)));
	EXPECT_EQ(0, frames_count(self->start, self->end, KPF(NOPAGE), KPF(NOPAGE)));
	/*
	 * Free, or somebody has it by now: who asks next, as the kernel itself does with all its
	 * checks on. No page of memory that was lost would have a flag; of the kernel's some do.
	 */
	EXPECT_GT((long)(self->end - self->start),
		  frames_count(self->start, self->end, ~0ULL, 0));
}

/*
 * What was free when the kernel counted it, and what the areas have had set aside then, is the
 * system's now; private areas keep theirs. What is freed later than that makes up for less than
 * an area.
 */
TEST_F(activation, that_fails_loses_no_memory)
{
	static char log[LOG_BYTES];
	unsigned long available, reserved;
	long private;
	char *line;
	int bytes = klogctl(ALL_MESSAGES, log, LOG_BYTES - 1);

	ASSERT_LT(0, bytes);
	log[bytes] = '\0';
	line = strstr(log, "] Memory: ");
	ASSERT_NE(NULL, line);
	ASSERT_EQ(1, sscanf(line, "] Memory: %luK", &available));
	line = strstr(line, "K reserved, ");
	ASSERT_NE(NULL, line);
	ASSERT_EQ(1, sscanf(line, "K reserved, %luK cma-reserved", &reserved));
	private = meminfo_pages("CmaTotal") -
		  file_number_of("/proc/zoneinfo", "        cma     ");
	EXPECT_LE((long)((available + reserved) / (PAGE_BYTES / 1024)) - private,
		  meminfo_pages("MemTotal"));
}

TEST_F(activation, that_fails_is_no_affair_of_other_areas)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);
	long total = 0;

	ASSERT_LT(0, nr);
	for (i = 0; i < nr; i++) {
		total += areas[i].nr_pages;
		if (!area_used(&areas[i]))
			EXPECT_EQ(0, area_check_intact(&areas[i]));
	}
	EXPECT_EQ(total, meminfo_pages("CmaTotal"));
	EXPECT_EQ(0, cma_free_error());
}

TEST_HARNESS_MAIN
