// SPDX-License-Identifier: GPL-2.0
/* Who lives in an area? Tenants of each kind the kernel can move. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/mman.h>

#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "tenant.h"

#define HUGE_BYTES	(2UL << 20)
#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)
#define MIN_FREE	"/proc/sys/vm/min_free_kbytes"
#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define NR_HUGEPAGES	"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"

static size_t bytes_of(const struct tenants *t)
{
	return t->nr_pages * PAGE_BYTES;
}

static void unmap(struct tenants *t)
{
	if (t->addr)
		munmap(t->addr, bytes_of(t));
	t->addr = NULL;
}

/* Anonymous memory */

static int settle_anonymous(struct tenants *t)
{
	t->addr = map_base_pages(t->nr_pages);
	if (!t->addr)
		return -ENOMEM;
	pattern_fill(t->addr, t->seed, t->nr_pages);
	return 0;
}

static int turn_shared(struct tenants *t)
{
	t->sharer = fork();
	if (t->sharer)
		return t->sharer < 0 ? -errno : 0;
	pause();
	_exit(0);
}

static void leave_shared(struct tenants *t)
{
	if (t->sharer > 0) {
		kill(t->sharer, SIGKILL);
		waitpid(t->sharer, NULL, 0);
	}
	unmap(t);
}

static int turn_mlocked(struct tenants *t)
{
	return mlock(t->addr, bytes_of(t)) ? -errno : 0;
}

static int settle_thp(struct tenants *t)
{
	size_t bytes = bytes_of(t) + HUGE_BYTES;
	unsigned char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1, 0);
	size_t head;

	if (at == MAP_FAILED)
		return -errno;
	head = -(uintptr_t)at % HUGE_BYTES;
	if (head)
		munmap(at, head);
	munmap(at + head + bytes_of(t), HUGE_BYTES - head);
	t->addr = at + head;
	if (madvise(t->addr, bytes_of(t), MADV_HUGEPAGE))
		return -errno;
	pattern_fill(t->addr, t->seed, t->nr_pages);
	return 0;
}

/*
 * Files. Their blocks are written beforehand. Clean tenants are read from there; dirty ones
 * are overwritten through the mapping, and nothing writes them back early.
 */
#define FILE_SEED	0x0f11e

static int map_file(struct tenants *t)
{
	t->addr = mmap(NULL, bytes_of(t), PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	if (t->addr == MAP_FAILED) {
		t->addr = NULL;
		return -errno;
	}
	return 0;
}

static int mount_ext4(const char *device, const char *dir)
{
	mkdir("/mnt", 0755);
	mkdir(dir, 0755);
	if (mount(device, dir, "ext4", 0, NULL) && errno != EBUSY)
		return -errno;
	return 0;
}

static int open_file(const struct tenant_kind *kind, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", kind->dir, kind->name);
	fd = open(path, O_RDWR | flags, 0600);
	return fd < 0 ? -errno : fd;
}

static int write_file(int fd, size_t nr_pages)
{
	uint64_t words[PAGE_WORDS];
	size_t page;

	for (page = 0; page < nr_pages; page++) {
		pattern_fill_page(words, FILE_SEED, page);
		if (write(fd, words, sizeof(words)) != sizeof(words))
			return -errno;
	}
	return fsync(fd) ? -errno : 0;
}

static int drop_cached_pages(int fd)
{
	return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int prepare_file(const struct tenant_kind *kind)
{
	int fd, err = mount_ext4(kind->device, kind->dir);

	if (err)
		return err;
	fd = open_file(kind, O_CREAT | O_TRUNC);
	if (fd < 0)
		return fd;
	err = write_file(fd, kind->nr_mib * MIB_PAGES);
	if (!err)
		err = drop_cached_pages(fd);
	close(fd);
	return err;
}

static int settle_clean(struct tenants *t)
{
	t->fd = open_file(t->kind, 0);
	t->seed = FILE_SEED;
	/* map_file() reads nothing, tenants_find() touches. */
	return t->fd < 0 ? t->fd : map_file(t);
}

static int turn_unmapped(struct tenants *t)
{
	unmap(t);
	return 0;
}

static int settle_dirty(struct tenants *t)
{
	int err = settle_clean(t);

	file_write("/proc/sys/vm/highmem_is_dirtyable", "1");	/* where there is highmem */
	file_write("/proc/sys/vm/dirty_background_ratio", "95");
	file_write("/proc/sys/vm/dirty_ratio", "100");
	file_write("/proc/sys/vm/dirty_writeback_centisecs", "0");
	t->seed = getpid();
	if (!err)
		pattern_fill(t->addr, t->seed, t->nr_pages);
	return err;
}

/*
 * What matters in the end is what the disk holds: the cached pages are dropped before they are
 * looked at again.
 */
static int show_from_disk(struct tenants *t)
{
	int err;

	if (t->addr && msync(t->addr, bytes_of(t), MS_SYNC))
		return -errno;
	unmap(t);
	if (fsync(t->fd))
		return -errno;
	err = drop_cached_pages(t->fd);
	return err ?: map_file(t);
}

static void leave_file(struct tenants *t)
{
	unmap(t);
	if (t->fd < 0)
		return;
	fsync(t->fd);
	drop_cached_pages(t->fd);
	close(t->fd);
}

static int settle_shmem(struct tenants *t)
{
	int err;

	t->fd = memfd_create(t->kind->name, 0);
	if (t->fd < 0 || ftruncate(t->fd, bytes_of(t)))
		return -errno;
	err = map_file(t);
	if (!err)
		pattern_fill(t->addr, t->seed, t->nr_pages);
	return err;
}

static int settle_hugetlb(struct tenants *t)
{
	long long got;

	file_write_number(NR_HUGEPAGES, t->nr_pages / HUGE_PAGES);
	got = file_number(NR_HUGEPAGES);
	if (got <= 0)
		return -ENOMEM;
	t->nr_pages = got * HUGE_PAGES;
	t->addr = mmap(NULL, bytes_of(t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
	if (t->addr == MAP_FAILED) {
		t->addr = NULL;
		return -errno;
	}
	pattern_fill(t->addr, t->seed, t->nr_pages);
	return 0;
}

static void leave_hugetlb(struct tenants *t)
{
	unmap(t);
	file_write(NR_HUGEPAGES, "0");
}

const struct tenant_kind tenant_anonymous = {
	.name = "anonymous", .nr_mib = 36, .flags = KPF(ANON),
	.settle = settle_anonymous, .leave = unmap,
};

const struct tenant_kind tenant_anonymous_shared = {
	.name = "anonymous_shared", .nr_mib = 36, .flags = KPF(ANON),
	.settle = settle_anonymous, .turn = turn_shared, .leave = leave_shared,
};

const struct tenant_kind tenant_mlocked = {
	.name = "mlocked", .nr_mib = 36, .flags = KPF(ANON) | KPF(UNEVICTABLE),
	.settle = settle_anonymous, .turn = turn_mlocked, .leave = unmap,
};

const struct tenant_kind tenant_thp = {
	.name = "thp", .nr_mib = 32, .flags = KPF(ANON) | KPF(THP),
	.settle = settle_thp, .leave = unmap,
};

const struct tenant_kind tenant_shmem = {
	.name = "shmem", .nr_mib = 36, .flags = KPF(SWAPBACKED) | KPF(MMAP),
	.settle = settle_shmem, .leave = leave_file,
};

const struct tenant_kind tenant_hugetlb = {
	.name = "hugetlb", .nr_mib = 32, .flags = KPF(HUGE),
	.settle = settle_hugetlb, .leave = leave_hugetlb,
};

const struct tenant_kind tenant_ext4_clean = {
	.name = "ext4_clean", .nr_mib = 32, .flags = KPF(MMAP),
	.device = "/dev/vda", .dir = "/mnt/vda",
	.settle = settle_clean, .show = show_from_disk, .leave = leave_file,
};

const struct tenant_kind tenant_ext4_unmapped = {
	.name = "ext4_unmapped", .nr_mib = 32, .flags = KPF(UPTODATE),
	.device = "/dev/vda", .dir = "/mnt/vda", .settle = settle_clean,
	.turn = turn_unmapped, .show = show_from_disk, .leave = leave_file,
};

const struct tenant_kind tenant_ext4_dirty = {
	.name = "ext4_dirty", .nr_mib = 24, .flags = KPF(DIRTY),
	.device = "/dev/vda", .dir = "/mnt/vda",
	.settle = settle_dirty, .show = show_from_disk, .leave = leave_file,
};

const struct tenant_kind tenant_nvme_dirty = {
	.name = "nvme_dirty", .nr_mib = 24, .flags = KPF(DIRTY),
	.device = "/dev/nvme0n1", .dir = "/mnt/nvme",
	.settle = settle_dirty, .show = show_from_disk, .leave = leave_file,
};

/*
 * The kernel turns THP off on machines with little memory; with it on, it keeps far more
 * memory in reserve. Of the sizes there are, 2 MiB is the one that is wanted: with large base
 * pages a page table's worth is much more.
 */
int tenants_prepare_memory(void)
{
	long long reserve = file_number(MIN_FREE);
	int err = file_write(THP "enabled", "madvise");

	if (!err && file_number(THP "hpage_pmd_size") != (long long)HUGE_BYTES)
		err = file_write(THP "hugepages-2048kB/enabled", "madvise");
	return err ?: file_write_number(MIN_FREE, reserve);
}

int tenants_prepare(void)
{
	int err = tenants_prepare_memory();

	err = err ?: prepare_file(&tenant_ext4_clean);
	err = err ?: prepare_file(&tenant_ext4_unmapped);
	err = err ?: prepare_file(&tenant_ext4_dirty);
	return err ?: prepare_file(&tenant_nvme_dirty);
}

int tenants_settle(struct tenants *t, const struct tenant_kind *kind)
{
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->nr_pages = kind->nr_pages ?: kind->nr_mib * MIB_PAGES;
	t->fd = -1;
	t->seed = getpid();
	return kind->settle(t);
}

/* A page of a file is mapped only when it was touched. */
static void touch_all(const struct tenants *t)
{
	size_t page;

	for (page = 0; page < t->nr_pages; page++)
		page_touch(t->addr + page * PAGE_BYTES);
}

static long count_in(const unsigned long *pfns, size_t nr_pages, const struct area *area)
{
	size_t page;
	long in = 0;

	for (page = 0; page < nr_pages; page++)
		in += area_holds(area, pfns[page]);
	return in;
}

long tenants_find(struct tenants *t, const struct area *area)
{
	int err;

	touch_all(t);
	free(t->pfns);
	t->pfns = calloc(t->nr_pages, sizeof(*t->pfns));
	if (!t->pfns)
		return -ENOMEM;
	err = pages_to_pfns(t->addr, t->nr_pages, t->pfns);
	if (!err && t->kind->turn)
		err = t->kind->turn(t);
	return err ?: count_in(t->pfns, t->nr_pages, area);
}

long tenants_with_flags(const struct tenants *t)
{
	return frames_with(t->pfns, t->nr_pages, t->kind->flags);
}

long tenants_in(struct tenants *t, const struct area *area)
{
	unsigned long *pfns = calloc(t->nr_pages, sizeof(*pfns));
	long in = -ENOMEM;

	/* What is not mapped is looked at by tenants_wrong() only. */
	if (pfns && t->addr) {
		in = pages_to_pfns(t->addr, t->nr_pages, pfns);
		if (!in)
			in = count_in(pfns, t->nr_pages, area);
	} else if (pfns) {
		in = 0;
	}
	free(pfns);
	return in;
}

long tenants_moved(struct tenants *t)
{
	unsigned long *pfns = calloc(t->nr_pages, sizeof(*pfns));
	size_t page;
	long moved = 0;

	if (pfns && t->addr && !pages_to_pfns(t->addr, t->nr_pages, pfns))
		for (page = 0; page < t->nr_pages; page++)
			moved += pfns[page] != t->pfns[page];
	free(pfns);
	return moved;
}

long tenants_wrong(struct tenants *t)
{
	int err = t->addr || t->kind->show ? 0 : -EINVAL;

	if (t->addr) {
		long wrong = pattern_wrong_pages(t->addr, t->seed, t->nr_pages);

		if (wrong)
			return wrong;
	}
	if (!err && t->kind->show)
		err = t->kind->show(t);
	return err ?: (long)pattern_wrong_pages(t->addr, t->seed, t->nr_pages);
}

void tenants_leave(struct tenants *t)
{
	if (t->kind)
		t->kind->leave(t);
	free(t->pfns);
	memset(t, 0, sizeof(*t));
}
