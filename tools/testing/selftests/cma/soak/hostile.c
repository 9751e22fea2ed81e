// SPDX-License-Identifier: GPL-2.0
/*
 * A load that wants requests to fail: programs without privilege that do what anybody may do to
 * keep pages where they are, and die in the middle of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/heap.h"
#include "../lib/proc.h"
#include "load.h"

#define NOBODY		65534
#define NR_HOSTILE	6
#define HOSTILE_PAGES	(2 * MIB_PAGES)
#define PIPES		8

static pid_t hostile[NR_HOSTILE];

static unsigned char *map_pages(size_t nr_pages)
{
	unsigned char *addr = mmap(NULL, nr_pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return addr == MAP_FAILED ? NULL : addr;
}

/* Lends as many pages to pipes as the limit for a user allows, and lets none go. */
static void hoard_pins(uint64_t random)
{
	unsigned char *addr = map_pages(HOSTILE_PAGES);
	int i, fds[PIPES][2];

	for (i = 0; addr && i < PIPES; i++) {
		struct iovec iov = {
			.iov_base = addr + random_below(&random, HOSTILE_PAGES - 16) * PAGE_BYTES,
			.iov_len = 16 * PAGE_BYTES,
		};

		if (!pipe(fds[i]) && fcntl(fds[i][1], F_SETFL, O_NONBLOCK) >= 0)
			vmsplice(fds[i][1], &iov, 1, 0);
	}
	pause();
}

/* Writes to the same pages all the time, locked as far as it may, and moves their mapping. */
static void keep_busy(uint64_t random)
{
	unsigned char *addr = map_pages(HOSTILE_PAGES), *to;
	/* Far from what else is mapped. */
	unsigned int shift = sizeof(void *) == 8 ? 32 : 20;
	size_t i;

	for (; addr;) {
		for (i = 0; i < HOSTILE_PAGES; i++)
			addr[i * PAGE_BYTES]++;
		mlock(addr, 8 * PAGE_BYTES);
		to = mremap(addr, HOSTILE_PAGES * PAGE_BYTES, HOSTILE_PAGES * PAGE_BYTES,
			    MREMAP_MAYMOVE | MREMAP_FIXED,
			    (void *)((random_below(&random, 1024) + 1536) << shift));
		if (to != MAP_FAILED)
			addr = to;
		usleep(1000);
	}
}

/* Shared pages that are mapped by many, punched out and written again. */
static void churn_shmem(uint64_t random)
{
	int fd = memfd_create("hostile", 0);
	unsigned char *addr = MAP_FAILED;
	size_t page;

	if (!ftruncate(fd, HOSTILE_PAGES * PAGE_BYTES))
		addr = mmap(NULL, HOSTILE_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			    fd, 0);
	while (addr != MAP_FAILED) {
		page = random_below(&random, HOSTILE_PAGES - 32);
		addr[page * PAGE_BYTES] = 1;
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, page * PAGE_BYTES,
			  32 * PAGE_BYTES);
		usleep(500);
	}
	pause();
}

/* As many processes as it may have, all with the same pages. */
static void fork_storm(uint64_t random)
{
	unsigned char *addr = map_pages(64);

	while (addr) {
		pid_t pid = fork();

		if (!pid) {
			addr[random_below(&random, 64) * PAGE_BYTES]++;
			usleep(random_below(&random, 20 * 1000));
			_exit(0);
		}
		if (pid < 0)
			wait(NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void be_hostile(uint64_t random)
{
	static void (*const ways[])(uint64_t random) = {
		hoard_pins, keep_busy, churn_shmem, fork_storm,
	};
	struct rlimit processes = { .rlim_cur = 24, .rlim_max = 24 };

	setpgid(0, 0);
	file_write("/proc/self/oom_score_adj", "900");
	setrlimit(RLIMIT_NPROC, &processes);
	if (setgid(NOBODY) || setuid(NOBODY) || !setuid(0))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a change of user forgets it */
	ways[random_below(&random, 4)](random);
	_exit(0);
}

/* It was at it when it was killed, unless it has found no memory at all. */
static void end_one(struct work *w, int i)
{
	int status;

	if (hostile[i] <= 0)
		return;
	kill(-hostile[i], SIGKILL);
	kill(hostile[i], SIGKILL);
	waitpid(hostile[i], &status, 0);
	hostile[i] = 0;
	if (WIFSIGNALED(status))
		w->nr_events++;
	else if (WEXITSTATUS(status))
		load_wrong(w, 1, "a program could not do without its privilege");
}

/* One dies in the middle of what it does, and another one comes. */
static int hostile_step(struct work *w)
{
	int i = random_below(&w->random, NR_HOSTILE);

	end_one(w, i);
	hostile[i] = fork();
	if (!hostile[i])
		be_hostile(w->random);
	if (hostile[i] < 0)
		return -EAGAIN;
	usleep(100 * 1000);
	return 0;
}

static void hostile_rest(struct work *w)
{
	int i;

	for (i = 0; i < NR_HOSTILE; i++)
		end_one(w, i);
}

const struct load load_hostile = {
	.name = "hostile", .events = "programs", .must_count = true,
	.step = hostile_step, .rest = hostile_rest, .end = hostile_rest,
};
