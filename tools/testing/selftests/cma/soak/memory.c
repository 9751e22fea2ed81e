// SPDX-License-Identifier: GPL-2.0
/* Loads that are memory: swapped, shared, huge, merged; and tenants of every kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/mman.h>

#include "../lib/heap.h"
#include "../lib/hog.h"
#include "../lib/pattern.h"
#include "../lib/proc.h"
#include "../lib/tenant.h"
#include "kselftest.h"
#include "load.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

#define HUGE_BYTES	(2UL << 20)
#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)

/* Words that no other page has, but which a compressed swap makes an eighth of. */
static void thin_fill(uint64_t *words, uint64_t seed, size_t page)
{
	uint64_t word = pattern_word(seed, page);
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++)
		words[i] = word + i % 16;
}

static bool thin_differs(const uint64_t *words, uint64_t seed, size_t page)
{
	uint64_t word = pattern_word(seed, page), difference = 0;
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++)
		difference |= words[i] ^ (word + i % 16);
	return difference;
}

/*
 * Memory pressure: chunks come until half of the swap is used, then one goes for each that
 * comes; in between some are looked at, which brings them back in.
 */
#define CHUNK_PAGES	128UL
#define CHUNKS_MAX	2048
#define GROWTH		64		/* chunks a step, until swap is in use */
#define SWAP_MIB	192
#define PRIORITY	(-15)

static struct chunk {
	uint64_t *addr, seed;
} chunks[CHUNKS_MAX];
static int nr_chunks;

static const char *pressure_why_not(void)
{
	return access("/dev/zram0", F_OK) ? "no /dev/zram0 to swap to" : NULL;
}

/* mkswap: version 1, the last page, and the signature at the end of the first one. */
static int make_swap(const char *device, unsigned int nr_pages)
{
	unsigned char *page = calloc(1, PAGE_BYTES);
	unsigned int header[2] = { 1, nr_pages - 1 };
	FILE *file = fopen(device, "r+");
	bool good = page && file;

	if (good) {
		memcpy(page + 1024, header, sizeof(header));
		memcpy(page + PAGE_BYTES - 10, "SWAPSPACE2", 10);
		good = fwrite(page, PAGE_BYTES, 1, file) == 1;
	}
	if (file && fclose(file))
		good = false;
	free(page);
	return good ? 0 : -EIO;
}

static int pressure_begin(struct work *w)
{
	int err = file_write("/sys/block/zram0/disksize", "192M");

	(void)w;
	err = err ?: make_swap("/dev/zram0", SWAP_MIB * MIB_PAGES);
	/* It has to fill the memory within a round, however slow the machine is for so many. */
	err = err ?: setpriority(PRIO_PROCESS, 0, PRIORITY) ? -errno : 0;
	return err ?: swapon("/dev/zram0", 0) ? -errno : 0;
}

static long wrong_in(const struct chunk *c)
{
	size_t page;
	long wrong = 0;

	for (page = 0; page < CHUNK_PAGES; page++)
		wrong += thin_differs(c->addr + page * PAGE_WORDS, c->seed, page);
	return wrong;
}

static void chunk_check(struct work *w, const struct chunk *c)
{
	long wrong = wrong_in(c);

	if (wrong)
		load_wrong(w, wrong, "pages of swapped memory");
}

static int chunk_add(struct work *w)
{
	struct chunk *c = &chunks[nr_chunks];
	size_t page;

	c->addr = map_base_pages(CHUNK_PAGES);
	if (!c->addr)
		return -ENOMEM;
	c->seed = w->random;
	for (page = 0; page < CHUNK_PAGES; page++)
		thin_fill(c->addr + page * PAGE_WORDS, c->seed, page);
	nr_chunks++;
	return 0;
}

static void chunk_drop(struct work *w, int i)
{
	chunk_check(w, &chunks[i]);
	munmap(chunks[i].addr, CHUNK_PAGES * PAGE_BYTES);
	chunks[i] = chunks[--nr_chunks];
}

static bool is_enough_swapped(void)
{
	return meminfo_pages("SwapFree") < meminfo_pages("SwapTotal") / 2;
}

static int pressure_step(struct work *w)
{
	long long swapped;
	int i;

	for (i = 0; i < 8 && nr_chunks && is_enough_swapped(); i++)
		chunk_drop(w, random_below(&w->random, nr_chunks));
	if (nr_chunks)
		chunk_check(w, &chunks[random_below(&w->random, nr_chunks)]);
	for (i = 0; i < GROWTH && nr_chunks < CHUNKS_MAX && !is_enough_swapped(); i++)
		if (load_must_rest() || chunk_add(w))
			break;
	/* Of its own: others have pages swapped out, too. */
	swapped = file_number_of("/proc/self/status", "VmSwap");
	if (swapped > (long long)w->nr_events)
		w->nr_events = swapped;
	return 0;
}

/* What stays can move, and has room to. */
static void pressure_rest(struct work *w)
{
	while (nr_chunks && meminfo_pages("MemFree") - meminfo_pages("CmaFree") <
			    meminfo_pages("CmaTotal"))
		chunk_drop(w, nr_chunks - 1);
}

static void pressure_end(struct work *w)
{
	while (nr_chunks)
		chunk_drop(w, nr_chunks - 1);
	if (swapoff("/dev/zram0"))
		load_wrong(w, 1, "swapoff fails");
}

const struct load load_pressure = {
	.name = "pressure", .events = "most_kib_in_swap", .must_count = true,
	.why_not = pressure_why_not, .begin = pressure_begin, .step = pressure_step,
	.rest = pressure_rest, .end = pressure_end,
};

/* Tenants of each kind that can be moved, one kind after the other. Their content is checked. */
#define TENANT_PAGES	(8 * MIB_PAGES)
#define TENANT_LOOKS	6

static const struct tenant_kind *const kinds[] = {
	&tenant_anonymous, &tenant_shmem, &tenant_anonymous_shared, &tenant_ext4_clean,
	&tenant_mlocked, &tenant_thp, &tenant_ext4_unmapped,
};

static struct tenants tenants;
static struct tenant_kind kind;
static unsigned int nr_kinds, nr_looks;

static int tenants_step(struct work *w)
{
	int err = 0;
	long wrong;

	if (!tenants.kind) {
		kind = *kinds[nr_kinds++ % ARRAY_SIZE(kinds)];
		kind.nr_pages = TENANT_PAGES;
		err = tenants_settle(&tenants, &kind);
		if (!err && kind.turn)
			err = kind.turn(&tenants);
		nr_looks = 0;
		if (err) {
			tenants_leave(&tenants);
			memset(&tenants, 0, sizeof(tenants));
		}
		return err;
	}
	if (nr_looks++ < TENANT_LOOKS) {
		usleep(20 * 1000);
		return 0;
	}
	wrong = tenants_wrong(&tenants);
	if (wrong)
		load_wrong(w, wrong, kind.name);
	w->nr_events++;
	tenants_leave(&tenants);
	return 0;
}

static void tenants_end(struct work *w)
{
	(void)w;
	tenants_leave(&tenants);
}

const struct load load_tenants = {
	.name = "tenants", .events = "kinds_checked", .must_count = true,
	.step = tenants_step, .end = tenants_end,
};

/* Processes that share pages with their parent until they write, and others that exec. */
#define FORK_PAGES	256UL

static uint64_t *family;
static uint64_t family_seed;

static int fork_begin(struct work *w)
{
	family = map_base_pages(FORK_PAGES);
	if (!family)
		return -ENOMEM;
	family_seed = w->random;
	pattern_fill(family, family_seed, FORK_PAGES);
	return 0;
}

static void be_child(uint64_t random)
{
	size_t page, nr = FORK_PAGES / 2;

	if (random_below(&random, 2)) {
		execl("/bin/busybox", "true", NULL);
		_exit(126);
	}
	for (page = 0; page < nr; page++)
		pattern_fill_page(family + page * PAGE_WORDS, random, page);
	for (page = nr; page < FORK_PAGES; page++)
		if (pattern_differs(family + page * PAGE_WORDS, family_seed, page))
			_exit(1);
	_exit(pattern_wrong_pages(family, random, nr) != 0);
}

static int fork_step(struct work *w)
{
	int i, nr = 1 + random_below(&w->random, 3), status;
	pid_t pids[3];

	for (i = 0; i < nr; i++) {
		random_below(&w->random, 2);
		pids[i] = fork();
		if (!pids[i])
			be_child(w->random);
	}
	for (i = 0; i < nr; i++) {
		if (pids[i] < 0)
			return -EAGAIN;
		waitpid(pids[i], &status, 0);
		if (status)
			load_wrong(w, 1, "a child found its pages changed, or did not run");
		w->nr_events++;
	}
	if (pattern_wrong_pages(family, family_seed, FORK_PAGES))
		load_wrong(w, 1, "a child changed its parent's pages");
	return 0;
}

const struct load load_fork = {
	.name = "fork", .events = "children", .must_count = true,
	.begin = fork_begin, .step = fork_step,
};

/* Huge pages: made, split by what happens to a part of them, and collapsed again. */
#define NR_HUGE		4

static unsigned char *huge;
static uint64_t huge_seed;

static const char *thp_why_not(void)
{
	return access("/sys/kernel/mm/transparent_hugepage", F_OK) ? "no THP" : NULL;
}

static int thp_begin(struct work *w)
{
	unsigned char *at = mmap(NULL, (NR_HUGE + 1) * HUGE_BYTES, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	huge = at + -(uintptr_t)at % HUGE_BYTES;
	huge_seed = w->random;
	if (madvise(huge, NR_HUGE * HUGE_BYTES, MADV_HUGEPAGE))
		return -errno;
	pattern_fill(huge, huge_seed, NR_HUGE * HUGE_PAGES);
	return 0;
}

/* Pages that were let go read as zeros, and get their pattern back. */
static void thp_split(struct work *w)
{
	size_t page = random_below(&w->random, NR_HUGE * HUGE_PAGES - 16);
	unsigned char *at = huge + page * PAGE_BYTES;
	size_t i;

	switch (random_below(&w->random, 3)) {
	case 0:
		madvise(at, 16 * PAGE_BYTES, MADV_DONTNEED);
		for (i = 0; i < 16 * PAGE_BYTES; i++)
			if (at[i])
				break;
		if (i < 16 * PAGE_BYTES)
			load_wrong(w, 1, "a page that was let go is not zero");
		for (i = page; i < page + 16; i++)
			pattern_fill_page((uint64_t *)huge + i * PAGE_WORDS, huge_seed, i);
		break;
	case 1:
		mprotect(at, 16 * PAGE_BYTES, PROT_READ);
		mprotect(at, 16 * PAGE_BYTES, PROT_READ | PROT_WRITE);
		break;
	default:
		madvise(at, 16 * PAGE_BYTES, MADV_PAGEOUT);
		break;
	}
}

static int thp_step(struct work *w)
{
	size_t i = random_below(&w->random, NR_HUGE);

	thp_split(w);
	if (!madvise(huge + i * HUGE_BYTES, HUGE_BYTES, MADV_COLLAPSE))
		w->nr_events++;
	if (pattern_wrong_pages(huge, huge_seed, NR_HUGE * HUGE_PAGES))
		load_wrong(w, 1, "pages of huge pages differ");
	return 0;
}

const struct load load_thp = {
	.name = "thp", .events = "collapsed", .must_count = true,
	.why_not = thp_why_not, .begin = thp_begin, .step = thp_step,
};

/* Equal pages, merged by the kernel, and parted by whoever writes to one. */
#define KSM		"/sys/kernel/mm/ksm/"
#define KSM_PAGES	1024UL
#define KSM_CONTENTS	4

static uint64_t *merged;
static unsigned char content[KSM_PAGES];

static const char *ksm_why_not(void)
{
	return access(KSM "run", F_OK) ? "CONFIG_KSM is not set" : NULL;
}

static void ksm_write(struct work *w, size_t page)
{
	content[page] = random_below(&w->random, KSM_CONTENTS);
	pattern_fill_page(merged + page * PAGE_WORDS, 7, content[page]);
}

static int ksm_begin(struct work *w)
{
	size_t page;

	merged = map_base_pages(KSM_PAGES);
	if (!merged || madvise(merged, KSM_PAGES * PAGE_BYTES, MADV_MERGEABLE))
		return -ENOMEM;
	for (page = 0; page < KSM_PAGES; page++)
		ksm_write(w, page);
	file_write(KSM "pages_to_scan", "1000");
	return file_write(KSM "run", "1");
}

static int ksm_step(struct work *w)
{
	long long sharing = file_number(KSM "pages_sharing");
	size_t page;

	for (page = 0; page < KSM_PAGES; page++)
		if (pattern_differs(merged + page * PAGE_WORDS, 7, content[page]))
			load_wrong(w, 1, "a merged page differs");
	if (sharing > (long long)w->nr_events)
		w->nr_events = sharing;
	for (page = 0; page < 16; page++)
		ksm_write(w, random_below(&w->random, KSM_PAGES));
	usleep(50 * 1000);
	return 0;
}

const struct load load_ksm = {
	.name = "ksm", .events = "most_pages_merged", .must_count = true,
	.why_not = ksm_why_not, .begin = ksm_begin, .step = ksm_step,
};
