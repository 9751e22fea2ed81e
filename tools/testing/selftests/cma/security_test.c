// SPDX-License-Identifier: GPL-2.0
/*
 * Who gets to see what he should not? The content that a program had in a range before a driver
 * took it; the files that take buffers by hand; more memory than there is, by a size that wraps.
 *
 * Boot with virt-camera.dtso.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <linux/dma-heap.h>

#include "area.h"
#include "heap.h"
#include "page.h"
#include "proc.h"
#include "scene.h"
#include "tenant.h"
#include "test.h"

#define CAMERA		"/sys/bus/platform/devices/camera/"
#define BANK0		"camera-bank0@58000000"
#define BANK1		"camera-bank1"
#define HEAP1		"/dev/dma_heap/" BANK1
#define WINDOW_PAGES	(16 * MIB_PAGES)
#define TENANT_PAGES	(12 * MIB_PAGES)
#define DEBUGFS		"/sys/kernel/debug"
#define NOBODY		65534

/* A program has written to every page that it has; then a driver takes them. */
FIXTURE(former_tenant) {
	struct scene scene;
};

FIXTURE_VARIANT(former_tenant) {
	const char *area;
};

FIXTURE_VARIANT_ADD(former_tenant, of_a_heap) { .area = BANK1 };
FIXTURE_VARIANT_ADD(former_tenant, of_a_driver) { .area = BANK0 };

FIXTURE_SETUP(former_tenant)
{
	ASSERT_EQ(0, scene_open(&self->scene, variant->area, WINDOW_PAGES));
	self->scene.whole.fd = -1;
	ASSERT_LE((long)TENANT_PAGES / 8,
		  scene_settle(&self->scene, &tenant_anonymous, TENANT_PAGES));
}

FIXTURE_TEARDOWN(former_tenant)
{
	file_write(CAMERA "release", "all");
	heap_close(&self->scene.whole);
	EXPECT_EQ(0, scene_intact(&self->scene));
	scene_close(&self->scene);
}

static size_t nr_not_zero(const struct buffer *buffer)
{
	const uint64_t *words = buffer->addr;
	size_t i, nr = 0;

	for (i = 0; i < buffer->nr_pages * PAGE_BYTES / sizeof(*words); i++)
		nr += !!words[i];
	return nr;
}

TEST_F(former_tenant, is_not_to_be_read_in_a_buffer)
{
	struct buffer buffer;
	char words[64];

	if (strcmp(variant->area, BANK1)) {
		/* The driver reads all of it itself, and gives it back if it is not zeroed. */
		snprintf(words, sizeof(words), "0 1 %lu", WINDOW_PAGES * PAGE_BYTES);
		EXPECT_EQ(0, file_write(CAMERA "capture", words));
		EXPECT_EQ(self->scene.whole.used + (long)WINDOW_PAGES,
			  area_used(&self->scene.whole.area));
		return;
	}
	self->scene.whole.fd = open(HEAP1, O_RDWR | O_CLOEXEC);
	ASSERT_EQ(0, buffer_take(&buffer, &self->scene.whole, WINDOW_PAGES));
	EXPECT_EQ(0, nr_not_zero(&buffer));
	buffer_give(&buffer);
}

/* Runs @what as a user without any privilege. Return: its exit status, or -1. */
static int as_nobody(int (*what)(void))
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			_exit(99);
		_exit(what());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Return: the number of files of a folder, and of those in it, that can be opened so. */
static int nr_open(const char *folder, int flags)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];
	int fd, nr = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_DIR) {
			nr += nr_open(path, flags);
			continue;
		}
		fd = open(path, flags);
		if (fd >= 0) {
			nr++;
			close(fd);
		}
	}
	if (dir)
		closedir(dir);
	return nr;
}

static int nr_read(void)
{
	return nr_open(DEBUGFS "/cma", O_RDONLY) + nr_open(DEBUGFS "/fail_cma", O_RDONLY);
}

static int nr_written(void)
{
	return nr_open(DEBUGFS "/cma", O_WRONLY) + nr_open(DEBUGFS "/fail_cma", O_WRONLY);
}

static int nr_others_written(void)
{
	return nr_open("/sys/kernel/mm/cma", O_WRONLY) + nr_open("/dev/dma_heap", O_RDWR) +
	       nr_open(CAMERA, O_WRONLY) + (open(CAMERA "report", O_RDONLY) >= 0);
}

TEST(only_root_reaches_debugfs)
{
	EXPECT_LT(0, nr_read());
	EXPECT_LT(0, nr_written());
	EXPECT_EQ(0, as_nobody(nr_read));
	EXPECT_EQ(0, as_nobody(nr_written));
	/* Even where somebody has opened the door, to read. */
	ASSERT_EQ(0, mount(NULL, DEBUGFS, NULL, MS_REMOUNT, "mode=755"));
	EXPECT_LT(0, as_nobody(nr_read));
	EXPECT_EQ(0, as_nobody(nr_written));
	ASSERT_EQ(0, mount(NULL, DEBUGFS, NULL, MS_REMOUNT, "mode=700"));
	EXPECT_EQ(0, as_nobody(nr_read));
}

TEST(only_root_takes_buffers)
{
	EXPECT_LT(0, nr_others_written());
	EXPECT_EQ(0, as_nobody(nr_others_written));
}

/* As many bytes as wrap to nothing or to little, once they are rounded up or multiplied. */
TEST(heap_refuses_sizes_that_wrap)
{
	static const uint64_t sizes[] = {
		0, UINT64_MAX, UINT64_MAX - 4094, UINT64_MAX - 4095, 1ULL << 63, 1ULL << 52,
		(1ULL << 44) + 1,
	};
	int heap = open(HEAP1, O_RDWR | O_CLOEXEC);
	struct area area;
	long used;
	size_t i;

	ASSERT_LE(0, heap);
	ASSERT_EQ(0, area_find(&area, BANK1));
	used = area_used(&area);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct dma_heap_allocation_data data = { .len = sizes[i], .fd_flags = O_RDWR };

		EXPECT_EQ(-1, ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data))
			TH_LOG("%#llx bytes", (unsigned long long)sizes[i]);
		EXPECT_EQ(used, area_used(&area));
	}
	close(heap);
}

TEST(driver_refuses_sizes_that_wrap)
{
	static const char * const frames[] = {
		"0 1 18446744073709551615", "0 1 18446744073709555712", "0 1 16E",
		"0 1 17592186044417M", "0 1 17179869185G", "0 4294967295 4294967296",
		"0 4294967297 4096", "4294967296 1 4096",
	};
	struct area area;
	size_t i;

	ASSERT_EQ(0, area_find(&area, BANK0));
	ASSERT_EQ(0, access(CAMERA "capture", W_OK));
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		EXPECT_GT(0, file_write(CAMERA "capture", frames[i]))
			TH_LOG("\"%s\" was served", frames[i]);
		EXPECT_EQ(0, area_used(&area));
		file_write(CAMERA "release", "all");
	}
}

TEST(debugfs_refuses_sizes_that_wrap)
{
	static const char * const sizes[] = {
		"18446744073709551615", "18446744073709551616", "0x8000000000000000",
		"4503599627370496", "0x100000000", "-1",
	};
	struct area area;
	size_t i;

	ASSERT_EQ(0, area_find(&area, BANK1));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_GT(0, file_write(area_file(&area, "alloc"), sizes[i]))
			TH_LOG("\"%s\" pages were served", sizes[i]);
		EXPECT_EQ(0, area_used(&area));
	}
}

TEST_HARNESS_MAIN
