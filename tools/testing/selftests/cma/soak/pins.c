// SPDX-License-Identifier: GPL-2.0
/* Loads that hold pages where they are: for a moment, and for long. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/io_uring.h>

#include <mm/gup_test.h>

#include "../lib/heap.h"
#include "../lib/hog.h"
#include "../lib/page.h"
#include "../lib/pattern.h"
#include "../lib/proc.h"
#include "load.h"

/*
 * Pages lent to a pipe. They are where they happen to be: a request for their range has to go
 * elsewhere. The pipe gives back what was put into it.
 */
#define PIPE_PAGES	64UL

static struct {
	int fds[2];
	unsigned char *addr;
	uint64_t seed;
	bool full;
} lent;

static int short_begin(struct work *w)
{
	(void)w;
	if (pipe(lent.fds))
		return -errno;
	return fcntl(lent.fds[1], F_SETPIPE_SZ, PIPE_PAGES * PAGE_BYTES) < 0 ? -errno : 0;
}

static int lend(struct work *w)
{
	struct iovec iov = { .iov_len = PIPE_PAGES * PAGE_BYTES };

	lent.addr = map_base_pages(PIPE_PAGES);
	if (!lent.addr)
		return -ENOMEM;
	lent.seed = w->random;
	pattern_fill(lent.addr, lent.seed, PIPE_PAGES);
	iov.iov_base = lent.addr;
	lent.full = vmsplice(lent.fds[1], &iov, 1, 0) == (ssize_t)iov.iov_len;
	/* The pipe alone holds them now. */
	munmap(lent.addr, PIPE_PAGES * PAGE_BYTES);
	if (!lent.full)
		return -EAGAIN;
	w->nr_events += PIPE_PAGES;
	return 0;
}

static void take_back(struct work *w)
{
	static uint64_t words[64 << 10 >> 3];
	size_t page;

	for (page = 0; page < PIPE_PAGES && lent.full; page++) {
		size_t got = 0;

		while (got < PAGE_BYTES) {
			ssize_t n = read(lent.fds[0], (char *)words + got, PAGE_BYTES - got);

			if (n <= 0)
				break;
			got += n;
		}
		if (got != PAGE_BYTES || pattern_differs(words, lent.seed, page))
			load_wrong(w, 1, "a page lent to a pipe differs");
	}
	lent.full = false;
}

static int short_step(struct work *w)
{
	int err = lend(w);

	if (!err)
		usleep(random_below(&w->random, 60 * 1000));
	take_back(w);
	return err;
}

static void short_rest(struct work *w)
{
	take_back(w);
}

const struct load load_short_pins = {
	.name = "short_pins", .events = "pages_lent", .must_count = true,
	.begin = short_begin, .step = short_step, .rest = short_rest,
};

/* Long-term pins have to leave the areas first: of io_uring, and (GUP-fast) of mm/gup_test.c. */
#define LONG_PAGES	512UL

static struct {
	int ring, gup;
	unsigned char *addr;
	uint64_t seed;
	bool registered, pinned;
} held = { .ring = -1, .gup = -1 };

static const char *long_why_not(void)
{
	return access("/sys/kernel/debug/gup_test", F_OK) ? "CONFIG_GUP_TEST is not set" : NULL;
}

static int long_begin(struct work *w)
{
	struct io_uring_params params = { 0 };

	(void)w;
	held.gup = open("/sys/kernel/debug/gup_test", O_RDWR);
	held.ring = syscall(__NR_io_uring_setup, 4, &params);
	return held.gup < 0 || held.ring < 0 ? -errno : 0;
}

static int pin_by_ring(void)
{
	struct iovec iov = { .iov_base = held.addr, .iov_len = LONG_PAGES * PAGE_BYTES };

	held.registered = !syscall(__NR_io_uring_register, held.ring, IORING_REGISTER_BUFFERS,
				   &iov, 1);
	return held.registered ? 0 : -errno;
}

static int pin_fast(void)
{
	struct pin_longterm_test args = {
		.addr = (uintptr_t)held.addr, .size = LONG_PAGES * PAGE_BYTES,
		.flags = PIN_LONGTERM_TEST_FLAG_USE_WRITE | PIN_LONGTERM_TEST_FLAG_USE_FAST,
	};

	held.pinned = !ioctl(held.gup, PIN_LONGTERM_TEST_START, &args);
	return held.pinned ? 0 : -errno;
}

/* Frames that are pinned for long, though they lie in an area. */
static void check_places(struct work *w)
{
	static unsigned long pfns[LONG_PAGES];
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);
	size_t page;
	long in = 0;

	if (pages_to_pfns(held.addr, LONG_PAGES, pfns))
		return;
	for (page = 0; page < LONG_PAGES; page++)
		for (i = 0; i < nr; i++)
			in += area_holds(&areas[i], pfns[page]);
	if (in)
		load_wrong(w, in, "pages pinned for long are in an area");
}

static void unpin(struct work *w)
{
	if (held.registered)
		syscall(__NR_io_uring_register, held.ring, IORING_UNREGISTER_BUFFERS, NULL, 0);
	if (held.pinned)
		ioctl(held.gup, PIN_LONGTERM_TEST_STOP);
	held.registered = false;
	held.pinned = false;
	if (!held.addr)
		return;
	if (pattern_wrong_pages(held.addr, held.seed, LONG_PAGES))
		load_wrong(w, 1, "pages pinned for long differ");
	munmap(held.addr, LONG_PAGES * PAGE_BYTES);
	held.addr = NULL;
}

static int long_step(struct work *w)
{
	int err;

	if (held.addr && random_below(&w->random, 8))
		return 0;
	unpin(w);
	held.addr = map_base_pages(LONG_PAGES);
	if (!held.addr)
		return -ENOMEM;
	held.seed = w->random;
	pattern_fill(held.addr, held.seed, LONG_PAGES);
	err = random_below(&w->random, 2) ? pin_by_ring() : pin_fast();
	if (err) {
		unpin(w);
		return err;
	}
	check_places(w);
	w->nr_events += LONG_PAGES;
	return 0;
}

const struct load load_long_pins = {
	.name = "long_pins", .events = "pages_pinned", .must_count = true,
	.why_not = long_why_not, .begin = long_begin, .step = long_step, .rest = unpin,
};
