// SPDX-License-Identifier: GPL-2.0
/*
 * Does an area tell who holds its pages, what was in the way, and how requests went?
 *
 * By the files "holders", "blockers", "requests" and "latency" of its folder in debugfs. Boot
 * with one area of which nobody holds anything, and cma_holders=on.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <linux/dma-heap.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "proc.h"
#include "stall.h"
#include "tenant.h"
#include "test.h"

#define TRACING		"/sys/kernel/tracing/"
#define SLACK_PAGES	(12 * MIB_PAGES)
#define HUGE_BYTES	(2UL << 20)
#define PIN_BIAS	1024		/* references that a pin counts for, in a small folio */
#define POLLS_MAX	1000
#define PIN_REASON	"pinned or extra references"
#define HUGE_REASON	"huge page could not be dissolved or moved"
#define HOLDERS_MAX	64
#define SIZE_CLASSES	6
#define TIME_BUCKETS	25

struct holder {
	unsigned long pfn, nr_pages;
	double age;
	int pid;
	char task[64], device[64], caller[256];
};

struct blocker {
	unsigned long pfn, nr_failures, nr_attempts;
	double age;
	char kind[32];
	int refs, maps;
	char pinned, dev[32], ino[32], reason[64];
};

static char text[1 << 16];

/* Return: how many holders there are, or -1 if a line is not understood. */
static int read_holders(const struct area *area, struct holder *holders)
{
	char *line, *next;
	int nr = 0;

	if (file_read(area_file(area, "holders"), text, sizeof(text)) < 0)
		return -1;
	for (line = text; *line; line = next) {
		struct holder *h = &holders[nr];

		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (*line == '#')
			continue;
		if (nr == HOLDERS_MAX ||
		    sscanf(line, "0x%lx %lu %lf %d %63s %63s %255[^\n]", &h->pfn, &h->nr_pages,
			   &h->age, &h->pid, h->task, h->device, h->caller) != 7) {
			printf("# not understood: %s\n", line);
			return -1;
		}
		nr++;
	}
	return nr;
}

/* The headline. Return: 0, or -1 if it is not understood. */
static int read_recorded(const struct area *area, char onoff[8], unsigned long *recorded,
			 unsigned long *held)
{
	if (file_read(area_file(area, "holders"), text, sizeof(text)) < 0)
		return -1;
	return sscanf(text, "# recording %7[a-z], %lu of %lu pages recorded", onoff, recorded,
		      held) == 3 ? 0 : -1;
}

static bool find_blocker(const struct area *area, unsigned long pfn, struct blocker *b)
{
	char *line, *next;

	if (file_read(area_file(area, "blockers"), text, sizeof(text)) < 0)
		return false;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (sscanf(line, "0x%lx %lu %lu %lf %31s %d %d %c %31s %31s %63[^\n]", &b->pfn,
			   &b->nr_failures, &b->nr_attempts, &b->age, b->kind, &b->refs, &b->maps,
			   &b->pinned, b->dev, b->ino, b->reason) == 11 && b->pfn == pfn)
			return true;
	}
	file_read(area_file(area, "blockers"), text, sizeof(text));
	printf("# no line for %#lx in blockers:\n# %s\n", pfn, text);
	return false;
}

struct counts {
	long long requests, successes, failures, by_reason, invalid, no_range, pinned, huge;
};

static int read_counts(const struct area *area, struct counts *c)
{
	char *line, *next, reason[64];
	long long number;

	memset(c, 0, sizeof(*c));
	if (file_read(area_file(area, "requests"), text, sizeof(text)) < 0)
		return -1;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (*line == '#')
			continue;
		if (sscanf(line, "requests %lld", &c->requests) == 1 ||
		    sscanf(line, "successes %lld", &c->successes) == 1 ||
		    sscanf(line, "failures %lld", &c->failures) == 1)
			continue;
		if (sscanf(line, "failed %lld %63[^\n]", &number, reason) != 2)
			return -1;
		c->by_reason += number;
		if (!strcmp(reason, "invalid request"))
			c->invalid = number;
		if (!strcmp(reason, "no range left"))
			c->no_range = number;
		if (!strcmp(reason, PIN_REASON))
			c->pinned = number;
		if (!strcmp(reason, HUGE_REASON))
			c->huge = number;
	}
	return 0;
}

/* Return: 0, with the sum of each column. */
static int read_latency(const struct area *area, long long sums[SIZE_CLASSES])
{
	long long n[SIZE_CLASSES];
	unsigned long us, wanted = 0;
	char *line, *next;
	int i, buckets = 0;

	memset(sums, 0, SIZE_CLASSES * sizeof(sums[0]));
	if (file_read(area_file(area, "latency"), text, sizeof(text)) < 0)
		return -1;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (*line == '#')
			continue;
		if (sscanf(line, "%lu %lld %lld %lld %lld %lld %lld", &us, &n[0], &n[1], &n[2],
			   &n[3], &n[4], &n[5]) != 7 || us != wanted)
			return -1;
		wanted = wanted ? 2 * wanted : 1;
		buckets++;
		for (i = 0; i < SIZE_CLASSES; i++)
			sums[i] += n[i];
	}
	return buckets == TIME_BUCKETS ? 0 : -1;
}

FIXTURE(area) {
	struct area area;
	struct holder holders[HOLDERS_MAX];
};

FIXTURE_SETUP(area)
{
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "insight"));
}

FIXTURE_TEARDOWN(area)
{
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, file_write(area_file(&self->area, "holders"), "on"));
}

/* The first test: nobody has switched anything yet. */
TEST_F(area, the_command_line_switches_recording_on)
{
	unsigned long recorded, held;
	char onoff[8];

	ASSERT_EQ(0, read_recorded(&self->area, onoff, &recorded, &held));
	EXPECT_STREQ("on", onoff);
	EXPECT_EQ(0, recorded);
	EXPECT_EQ(0, held);
}

TEST_F(area, a_holder_appears_and_vanishes)
{
	struct holder *h = self->holders;

	ASSERT_EQ(0, read_holders(&self->area, h));
	ASSERT_EQ(0, area_alloc(&self->area, 77));
	ASSERT_EQ(1, read_holders(&self->area, h));
	EXPECT_TRUE(area_holds(&self->area, h->pfn));
	EXPECT_EQ(77, h->nr_pages);
	EXPECT_EQ(getpid(), h->pid);
	EXPECT_STREQ("insight", h->task);
	EXPECT_STREQ("-", h->device);
	EXPECT_EQ(0, strncmp(h->caller, "alloc_set+", 10))
		TH_LOG("caller %s", h->caller);
	EXPECT_GE(h->age, 0);
	EXPECT_LT(h->age, 240);

	ASSERT_EQ(0, area_free(&self->area, 77));
	EXPECT_EQ(0, read_holders(&self->area, h));
}

TEST_F(area, a_part_that_comes_back_is_no_longer_held)
{
	struct holder *h = self->holders;
	unsigned long pfn, recorded, held;
	char onoff[8];

	ASSERT_EQ(0, area_alloc(&self->area, 100));
	ASSERT_EQ(1, read_holders(&self->area, h));
	pfn = h->pfn;
	ASSERT_EQ(0, area_free(&self->area, 30));
	ASSERT_EQ(1, read_holders(&self->area, h));
	EXPECT_EQ(pfn + 30, h->pfn);
	EXPECT_EQ(70, h->nr_pages);
	ASSERT_EQ(0, read_recorded(&self->area, onoff, &recorded, &held));
	EXPECT_EQ(70, recorded);
	EXPECT_EQ(70, held);
}

TEST_F(area, holders_equal_the_map)
{
	unsigned char *claimed = calloc(self->area.nr_pages, 1);
	struct holder *h = self->holders;
	unsigned long page, sum = 0;
	int i, nr;

	for (i = 1; i <= 20; i++)
		ASSERT_EQ(0, area_alloc(&self->area, 7 * i));
	ASSERT_EQ(0, area_free(&self->area, 300));
	nr = read_holders(&self->area, h);
	ASSERT_GT(nr, 10);
	ASSERT_EQ(area_used(&self->area), area_bitmap(&self->area, claimed));
	for (i = 0; i < nr; i++) {
		sum += h[i].nr_pages;
		for (page = 0; page < h[i].nr_pages; page++)
			EXPECT_TRUE(claimed[h[i].pfn - self->area.base_pfn + page]);
		if (i)
			EXPECT_LE(h[i - 1].pfn + h[i - 1].nr_pages, h[i].pfn);
	}
	EXPECT_EQ(area_used(&self->area), (long)sum);
	free(claimed);
}

/* More than are kept for later when their pages come back. */
TEST_F(area, many_records_come_and_go)
{
	unsigned long recorded, held;
	char onoff[8];
	int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 2 * HOLDERS_MAX; i++)
			ASSERT_EQ(0, area_alloc(&self->area, 1));
		ASSERT_EQ(0, read_recorded(&self->area, onoff, &recorded, &held));
		EXPECT_EQ(2 * HOLDERS_MAX, recorded);
		EXPECT_EQ(2 * HOLDERS_MAX, held);
		ASSERT_EQ(0, area_give_all(&self->area));
		ASSERT_EQ(0, read_recorded(&self->area, onoff, &recorded, &held));
		EXPECT_EQ(0, recorded);
	}
}

TEST_F(area, switched_off_it_forgets)
{
	unsigned long recorded, held;
	char onoff[8];

	ASSERT_EQ(0, area_alloc(&self->area, 50));
	ASSERT_EQ(0, file_write(area_file(&self->area, "holders"), "off"));
	EXPECT_EQ(0, read_holders(&self->area, self->holders));
	ASSERT_EQ(0, area_alloc(&self->area, 5));
	ASSERT_EQ(0, file_write(area_file(&self->area, "holders"), "on"));
	EXPECT_EQ(0, read_holders(&self->area, self->holders));
	ASSERT_EQ(0, read_recorded(&self->area, onoff, &recorded, &held));
	EXPECT_STREQ("on", onoff);
	EXPECT_EQ(0, recorded);
	EXPECT_EQ(55, held);

	ASSERT_EQ(0, area_alloc(&self->area, 3));
	EXPECT_EQ(1, read_holders(&self->area, self->holders));
	ASSERT_EQ(0, area_free(&self->area, 58));
	EXPECT_EQ(0, read_holders(&self->area, self->holders));
	EXPECT_EQ(-EINVAL, file_write(area_file(&self->area, "holders"), "maybe"));
}

TEST_F(area, a_name_is_one_word)
{
	ASSERT_EQ(0, prctl(PR_SET_NAME, "a b\\c\td"));
	ASSERT_EQ(0, area_alloc(&self->area, 1));
	ASSERT_EQ(1, read_holders(&self->area, self->holders));
	EXPECT_STREQ("a\\040b\\134c\\011d", self->holders[0].task);
}

TEST_F(area, a_buffer_of_a_heap_names_the_heap)
{
	struct dma_heap_allocation_data data = {
		.len = 5 * PAGE_BYTES,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	struct holder *h = self->holders;
	char path[256];
	int heap;

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", self->area.name);
	heap = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_GE(heap, 0);
	ASSERT_EQ(0, ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data));
	ASSERT_EQ(1, read_holders(&self->area, h));
	EXPECT_EQ(5, h->nr_pages);
	EXPECT_EQ(0, strncmp(h->caller, "cma_heap_allocate+", 18))
		TH_LOG("caller %s", h->caller);
	close(data.fd);
	EXPECT_EQ(0, read_holders(&self->area, h));
	close(heap);
}

TEST_F(area, counts_add_up)
{
	long long lat_before[SIZE_CLASSES], lat[SIZE_CLASSES];
	struct counts before, c;

	ASSERT_EQ(0, read_counts(&self->area, &before));
	ASSERT_EQ(0, read_latency(&self->area, lat_before));
	ASSERT_EQ(0, area_alloc(&self->area, 1));
	ASSERT_EQ(0, area_alloc(&self->area, 2));
	ASSERT_EQ(0, area_alloc(&self->area, 16));
	ASSERT_EQ(0, area_alloc(&self->area, 17));
	ASSERT_EQ(0, area_alloc(&self->area, 256));
	ASSERT_EQ(0, area_alloc(&self->area, 257));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, 0));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));

	ASSERT_EQ(0, read_counts(&self->area, &c));
	EXPECT_EQ(before.requests + 8, c.requests);
	EXPECT_EQ(before.successes + 6, c.successes);
	EXPECT_EQ(before.invalid + 1, c.invalid);
	EXPECT_EQ(before.no_range + 1, c.no_range);
	EXPECT_EQ(c.failures, c.by_reason);
	EXPECT_EQ(c.requests, c.successes + c.failures);

	/* By size: 1 and the wrong one, 2 to 16, 17 to 256, 257 and the whole area. */
	ASSERT_EQ(0, read_latency(&self->area, lat));
	EXPECT_EQ(lat_before[0] + 2, lat[0]);
	EXPECT_EQ(lat_before[1] + 2, lat[1]);
	EXPECT_EQ(lat_before[2] + 2, lat[2]);
	EXPECT_EQ(lat_before[3] + lat_before[4] + 2, lat[3] + lat[4]);
	EXPECT_EQ(c.requests, lat[0] + lat[1] + lat[2] + lat[3] + lat[4] + lat[5]);
}

/* Return: does the trace have a line with all of these? */
static bool is_traced(const char *event, const char *one, const char *other)
{
	char *line, *next;

	if (file_read(TRACING "trace", text, sizeof(text)) < 0)
		return false;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (strstr(line, event) && strstr(line, one) && strstr(line, other))
			return true;
	}
	return false;
}

TEST_F(area, events_tell_the_same)
{
	char pfn[64];

	ASSERT_EQ(0, file_write(TRACING "trace", "\n"));
	ASSERT_EQ(0, file_write(TRACING "events/cma_insight/enable", "1"));
	ASSERT_EQ(0, area_alloc(&self->area, 33));
	ASSERT_EQ(1, read_holders(&self->area, self->holders));
	snprintf(pfn, sizeof(pfn), "pfn=0x%lx count=33 ", self->holders[0].pfn);
	ASSERT_EQ(0, area_free(&self->area, 33));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, 0));
	EXPECT_TRUE(is_traced(" cma_request: ", pfn, "caller=alloc_set+"));
	EXPECT_TRUE(is_traced(" cma_return: ", pfn, "caller=free_set+"));
	EXPECT_TRUE(is_traced(" cma_request: ", " count=0 ", " errno=-22 "));
	ASSERT_EQ(0, file_write(TRACING "events/cma_insight/enable", "0"));
}

TEST_F(area, reports_are_for_reading)
{
	EXPECT_NE(0, file_write(area_file(&self->area, "requests"), "1"));
	EXPECT_NE(0, file_write(area_file(&self->area, "latency"), "1"));
	EXPECT_NE(0, file_write(area_file(&self->area, "blockers"), "1"));
}

/* The area is full of pages of a kind, and one of them is in somebody's hands. */
FIXTURE(pin) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
	unsigned char *addr;		/* the page */
	int pipe[2];
};

FIXTURE_VARIANT(pin) {
	const struct tenant_kind *kind;
	const char *name, *reason;
	size_t huge_bytes;		/* 0: base pages */
};

FIXTURE_VARIANT_ADD(pin, anonymous) {
	.kind = &tenant_anonymous,
	.name = "anon",
	.reason = PIN_REASON,
};

FIXTURE_VARIANT_ADD(pin, shmem) {
	.kind = &tenant_shmem,
	.name = "shmem",
	.reason = PIN_REASON,
};

FIXTURE_VARIANT_ADD(pin, file) {
	.kind = &tenant_ext4_clean,
	.name = "file",
	.reason = PIN_REASON,
};

FIXTURE_VARIANT_ADD(pin, hugetlb) {
	.kind = &tenant_hugetlb,
	.name = "hugetlb",
	.reason = HUGE_REASON,
	.huge_bytes = HUGE_BYTES,
};

FIXTURE_SETUP(pin)
{
	size_t page;

	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, variant->kind));
	ASSERT_GE(tenants_find(&self->tenants, &self->area), (long)self->tenants.nr_pages / 2);
	hog_release(&self->hog);
	ASSERT_EQ(0, pipe(self->pipe));

	for (page = 0; page < self->tenants.nr_pages; page++)
		if (area_holds(&self->area, self->tenants.pfns[page]))
			break;
	ASSERT_LT(page, self->tenants.nr_pages);
	self->addr = self->tenants.addr + page * PAGE_BYTES;
	page_touch(self->addr);
}

FIXTURE_TEARDOWN(pin)
{
	stall_end();
	close(self->pipe[0]);
	close(self->pipe[1]);
	tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* Does the tool for users say so? It is beside this program. */
static bool is_told_by_cma_top(const struct area *area, const char *mode, const char *wanted)
{
	char command[300], line[1024];
	bool is_told = false;
	FILE *top;

	snprintf(command, sizeof(command),
		 "$(dirname $(readlink /proc/%d/exe))/cma-top %s --owners --area '%s'",
		 getpid(), mode, area->name);
	top = popen(command, "r");
	if (!top)
		return false;
	while (fgets(line, sizeof(line), top)) {
		is_told |= !!strstr(line, wanted);
		if (strstr(line, "map"))
			printf("# %s", line);
	}
	return !pclose(top) && is_told;
}

TEST_F(pin, is_named_as_what_was_in_the_way)
{
	struct tenants *t = &self->tenants;
	struct iovec iov = { .iov_base = self->addr, .iov_len = PAGE_BYTES };
	struct blocker blocker;
	struct counts before, c;
	char wanted[64];
	struct stat st;

	ASSERT_EQ((ssize_t)PAGE_BYTES, vmsplice(self->pipe[1], &iov, 1, 0));

	ASSERT_EQ(0, read_counts(&self->area, &before));
	ASSERT_EQ(0, file_write(TRACING "trace", "\n"));
	ASSERT_EQ(0, file_write(TRACING "events/cma_insight/enable", "1"));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	ASSERT_EQ(0, file_write(TRACING "events/cma_insight/enable", "0"));
	snprintf(wanted, sizeof(wanted), " pfn=0x%lx ", page_to_pfn(self->addr));
	EXPECT_TRUE(is_traced(" cma_blocked: ", wanted, " failed=1 "));
	EXPECT_TRUE(is_traced(" cma_blocked: ", variant->reason, variant->name));
	ASSERT_EQ(0, read_counts(&self->area, &c));
	EXPECT_EQ(before.pinned + !variant->huge_bytes, c.pinned);
	EXPECT_EQ(before.huge + !!variant->huge_bytes, c.huge);
	EXPECT_EQ(c.requests, c.successes + c.failures);

	ASSERT_TRUE(find_blocker(&self->area, page_to_pfn(self->addr), &blocker));
	EXPECT_EQ(1, blocker.nr_failures);
	EXPECT_STREQ(variant->reason, blocker.reason);
	EXPECT_STREQ(variant->name, blocker.kind);
	EXPECT_GE(blocker.refs, 2);
	EXPECT_GE(blocker.maps, 1);
	EXPECT_EQ('n', blocker.pinned);
	if (t->fd >= 0) {
		ASSERT_EQ(0, fstat(t->fd, &st));
		snprintf(wanted, sizeof(wanted), "%u:%u", major(st.st_dev), minor(st.st_dev));
		EXPECT_STREQ(wanted, blocker.dev);
		snprintf(wanted, sizeof(wanted), "%lu", (unsigned long)st.st_ino);
		EXPECT_STREQ(wanted, blocker.ino);
	} else {
		EXPECT_STREQ("-", blocker.dev);
		EXPECT_STREQ("-", blocker.ino);
	}

	/* Once more: the same line, counted up. */
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	ASSERT_TRUE(find_blocker(&self->area, page_to_pfn(self->addr), &blocker));
	EXPECT_EQ(2, blocker.nr_failures);

	/* Who has it, and that nobody has it once the process has given it up. */
	snprintf(wanted, sizeof(wanted), "[%d] at %p\n", getpid(), self->addr);
	EXPECT_TRUE(is_told_by_cma_top(&self->area, "--once", wanted));
	snprintf(wanted, sizeof(wanted), "\"pid\": %d, \"address\": %lu,", getpid(),
		 (unsigned long)self->addr);
	EXPECT_TRUE(is_told_by_cma_top(&self->area, "--json", wanted));
	ASSERT_EQ(0, munmap(self->addr, variant->huge_bytes ?: PAGE_BYTES));
	EXPECT_TRUE(is_told_by_cma_top(&self->area, "--once", "no process has it mapped now\n"));
}

struct writer {
	pthread_t thread;
	const unsigned char *addr;
	int fd;
	ssize_t written;
};

static void *write_page(void *writer)
{
	struct writer *w = writer;

	w->written = pwrite(w->fd, w->addr, PAGE_BYTES, 0);
	return NULL;
}

/* Return: whether the disk has got something to write. */
static bool wait_for_disk(void)
{
	unsigned int poll;

	for (poll = 0; poll < POLLS_MAX; poll++) {
		long long reads, writes;

		if (file_read("/sys/block/loop0/inflight", text, sizeof(text)) >= 0 &&
		    sscanf(text, "%lld %lld", &reads, &writes) == 2 && writes)
			return true;
		usleep(10 * 1000);
	}
	return false;
}

/* A device that reads or writes a program's memory: here a disk that takes its time. */
TEST_F(pin, by_direct_io_is_told_from_other_references)
{
	struct writer writer = { .addr = self->addr };
	struct blocker blocker;

	writer.fd = open(STALL_FILE, O_RDWR | O_DIRECT | O_CLOEXEC);
	ASSERT_GE(writer.fd, 0);
	ASSERT_EQ(0, stall_freeze());
	ASSERT_EQ(0, pthread_create(&writer.thread, NULL, write_page, &writer));
	ASSERT_TRUE(wait_for_disk());
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	ASSERT_TRUE(find_blocker(&self->area, page_to_pfn(self->addr), &blocker));
	EXPECT_STREQ(variant->reason, blocker.reason);
	EXPECT_STREQ(variant->name, blocker.kind);
	EXPECT_EQ('y', blocker.pinned);
	if (!variant->huge_bytes)
		EXPECT_GT(blocker.refs, PIN_BIAS);
	EXPECT_FALSE(stall_hung());

	stall_end();
	ASSERT_EQ(0, pthread_join(writer.thread, NULL));
	EXPECT_EQ((ssize_t)PAGE_BYTES, writer.written);
	close(writer.fd);
	EXPECT_EQ(0, area_take_all(&self->area));
}

int main(int argc, char **argv)
{
	int err = tenants_prepare();

	err = err ?: stall_prepare();
	if (err)
		ksft_exit_fail_msg("the disks cannot be made ready: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
