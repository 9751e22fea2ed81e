// SPDX-License-Identifier: GPL-2.0
/* How does a migration get stuck for as long as a test wants? */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fs.h>
#include <linux/loop.h>

#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "stall.h"

#define BELOW		"/mnt/vda"
#define DISK		"/mnt/vda/stall.disk"
#define LOOP		"/dev/loop0"
#define DISK_BYTES	(40UL << 20)
#define HUNG_TASK	"/proc/sys/kernel/hung_task_timeout_secs"
#define HANG_SECONDS	90
#define POLLS_MAX	500

static struct tenant_kind kind;
static int below = -1;		/* what is frozen */
static long long hung_task;
static int hung;

/* All blocks are written, so that nothing is allocated or journalled below later on. */
static int write_blocks(const char *path, size_t bytes)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	static const char zeros[1 << 16];
	size_t done;
	int err = 0;

	if (fd < 0)
		return -errno;
	for (done = 0; !err && done < bytes; done += sizeof(zeros))
		if (write(fd, zeros, sizeof(zeros)) != sizeof(zeros))
			err = -EIO;
	if (!err && fsync(fd))
		err = -errno;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return err;
}

static int attach_loop(void)
{
	int disk = open(DISK, O_RDWR | O_CLOEXEC), loop = open(LOOP, O_RDWR | O_CLOEXEC), err = 0;

	if (disk < 0 || loop < 0 || ioctl(loop, LOOP_SET_FD, disk))
		err = -errno;
	close(loop);
	close(disk);
	return err;
}

const struct tenant_kind *stall_tenants(void)
{
	kind = tenant_ext4_dirty;
	kind.name = "stall";
	kind.device = LOOP;
	kind.dir = STALL_DIR;
	return &kind;
}

int stall_prepare(void)
{
	int err;

	if (!access(STALL_FILE, F_OK))	/* by a program before */
		return 0;
	err = write_blocks(DISK, DISK_BYTES);
	err = err ?: attach_loop();
	if (!err && system("mke2fs -b 4096 -m 0 " LOOP " >/dev/null"))
		err = -EIO;
	mkdir(STALL_DIR, 0755);
	if (!err && mount(LOOP, STALL_DIR, "ext4", 0, NULL))
		err = -errno;
	return err ?: write_blocks(STALL_FILE, tenant_ext4_dirty.nr_mib << 20);
}

static void let_go(int signal)
{
	__atomic_store_n(&hung, 1, __ATOMIC_SEQ_CST);
	ioctl(below, FITHAW, 0);
}

int stall_freeze(void)
{
	below = open(BELOW, O_RDONLY | O_CLOEXEC);
	if (below < 0 || ioctl(below, FIFREEZE, 0))
		return -errno;
	hung = 0;
	/* The loop device's worker sleeps for as long as we like. */
	hung_task = file_number(HUNG_TASK);
	file_write(HUNG_TASK, "0");
	signal(SIGALRM, let_go);
	alarm(HANG_SECONDS);
	return 0;
}

int stall_begin(struct tenants *t)
{
	unsigned int poll;
	int err;

	/*
	 * The kernel may have written some back when it was short of memory. All at once they
	 * are few requests; of many, the disk's queue would be full, and we asleep behind it.
	 */
	pattern_fill(t->addr, t->seed, t->nr_pages);
	err = stall_freeze();
	if (err)
		return err;
	if (msync(t->addr, t->nr_pages * PAGE_BYTES, MS_ASYNC) ||
	    sync_file_range(t->fd, 0, 0, SYNC_FILE_RANGE_WRITE))
		return -errno;
	for (poll = 0; poll < POLLS_MAX; poll++) {
		if (frames_with(t->pfns, t->nr_pages, KPF(WRITEBACK)) > (long)t->nr_pages / 2)
			return 0;
		usleep(20 * 1000);
	}
	return -EAGAIN;
}

void stall_end(void)
{
	/* A test that ended by an assertion may have left the disk as it was. */
	if (below < 0)
		below = open(BELOW, O_RDONLY | O_CLOEXEC);
	ioctl(below, FITHAW, 0);
	alarm(0);
	if (hung_task > 0)
		file_write_number(HUNG_TASK, hung_task);
	close(below);
	below = -1;
}

bool stall_hung(void)
{
	return __atomic_load_n(&hung, __ATOMIC_SEQ_CST);
}

long stall_frames(const struct area *area)
{
	return frames_count(area->base_pfn, area->base_pfn + area->nr_pages, KPF(WRITEBACK),
			    KPF(WRITEBACK));
}
