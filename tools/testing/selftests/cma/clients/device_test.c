// SPDX-License-Identifier: GPL-2.0
/*
 * Do drivers get their rings out of the default area while it is full of tenants, and does the
 * disk behind them work?
 *
 * A driver takes its rings when it is bound to its device. So it is unbound, the area is
 * filled, and it is bound again, some times over. What is on the disk is written and read past
 * the page cache. A buffer behind an IOMMU need not be contiguous, so none is expected from
 * the area then. In the end the driver must hold as many pages of the area as in the
 * beginning.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "crowd.h"
#include "heap.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define ROUNDS		6
#define RESETS_MIN	4
#define LOAD_SEED	(0x10adULL << 32)
#define DISK_PAGES	(16 * MIB_PAGES)
#define CHUNK_PAGES	MIB_PAGES
#define NAME_LEN	64

FIXTURE(device) {
	struct heap heap;
	struct crowd crowd;
	char name[NAME_LEN];
	void *chunk;
	const char *most_kib;
	bool translated;
};

FIXTURE_VARIANT(device) {
	const char *bus, *driver;
	long ring_pages;		/* that it takes at least; 0: it may need none */
	const char *reset;		/* writing 1 there resets the device */
	const char *translated_kib;	/* the most of one transfer behind an IOMMU */
};

FIXTURE_VARIANT_ADD(device, nvme) {
	.bus = "pci", .driver = "nvme", .ring_pages = 16, .reset = "nvme/nvme*/reset_controller",
};

/*
 * QEMU's AHCI reads the list of a command's segments as if it were physically contiguous, which
 * behind an IOMMU it need not be (7.2; a kernel without any area fails as well). A short list
 * lies within one page.
 */
FIXTURE_VARIANT_ADD(device, ahci) {
	.bus = "pci", .driver = "ahci", .ring_pages = 16, .translated_kib = "64",
};

FIXTURE_VARIANT_ADD(device, virtio_blk) {
	.bus = "virtio", .driver = "virtio_blk", .ring_pages = 4,
};

FIXTURE_VARIANT_ADD(device, usb_storage) { .bus = "pci", .driver = "xhci_hcd" };

/* The name of the one device that the driver is bound to. */
static bool find_device(const char *bus, const char *driver, char *name)
{
	char path[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s", bus, driver);
	dir = opendir(path);
	name[0] = 0;
	while (dir && !name[0] && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "0000:", 5) || !strncmp(entry->d_name, "virtio", 6))
			snprintf(name, NAME_LEN, "%.60s", entry->d_name);
	if (dir)
		closedir(dir);
	return name[0];
}

/* Of a virtio device, it is the PCI device above it that the IOMMU knows. */
static bool is_translated(const char *bus, const char *device)
{
	const char *up = strcmp(bus, "virtio") ? "" : "/..";
	char path[192];

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s%s/iommu_group", bus, device, up);
	return !access(path, F_OK);
}

/*
 * Drivers look for their disks in the background. @most_kib: of one transfer, or NULL. Return: a
 * descriptor of the disk, or -errno.
 */
static int wait_for_disk(const char *device, const char *most_kib)
{
	char target[512], within[NAME_LEN + 4], path[300];
	struct dirent *entry;
	int fd = -1;

	snprintf(within, sizeof(within), "/%s/", device);
	for (;;) {
		DIR *dir = opendir("/sys/block");

		while (dir && fd < 0 && (entry = readdir(dir))) {
			ssize_t len;

			snprintf(path, sizeof(path), "/sys/block/%s", entry->d_name);
			len = readlink(path, target, sizeof(target) - 1);
			target[len > 0 ? len : 0] = 0;
			if (!strstr(target, within))
				continue;
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
			if (fd >= 0 && lseek(fd, 0, SEEK_END) < (off_t)(DISK_PAGES * PAGE_BYTES)) {
				close(fd);
				fd = -1;
			}
			snprintf(path, sizeof(path), "/sys/block/%s/queue/max_sectors_kb",
				 entry->d_name);
			if (fd >= 0 && most_kib && file_write(path, most_kib))
				return -EINVAL;
		}
		if (dir)
			closedir(dir);
		if (fd >= 0)
			return fd;
		usleep(50 * 1000);	/* the harness ends a test that hangs */
	}
}

static int disk_write(int fd, void *chunk, uint64_t seed)
{
	size_t page;

	for (page = 0; page < DISK_PAGES; page += CHUNK_PAGES) {
		pattern_fill(chunk, seed + page, CHUNK_PAGES);
		if (pwrite(fd, chunk, CHUNK_PAGES * PAGE_BYTES, page * PAGE_BYTES) !=
		    (ssize_t)(CHUNK_PAGES * PAGE_BYTES))
			return -errno;
	}
	return fsync(fd) ? -errno : 0;
}

/* Return: how many pages the disk holds that are not what was written, or -errno. */
static long disk_wrong(int fd, void *chunk, uint64_t seed)
{
	size_t page;
	long wrong = 0;

	for (page = 0; page < DISK_PAGES; page += CHUNK_PAGES) {
		if (pread(fd, chunk, CHUNK_PAGES * PAGE_BYTES, page * PAGE_BYTES) !=
		    (ssize_t)(CHUNK_PAGES * PAGE_BYTES))
			return -errno;
		wrong += pattern_wrong_pages(chunk, seed + page, CHUNK_PAGES);
	}
	return wrong;
}

static int bind(const char *bus, const char *driver, const char *file, const char *device)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/%s", bus, driver, file);
	return file_write(path, device);
}

/* A child writes and reads the disk all the while. Return: how often it was reset, or -errno. */
static int reset_under_load(int fd, void *chunk, const char *device, const char *file)
{
	char pattern[192];
	int status = 0, resets = 0, err;
	bool ended = false;
	glob_t found;
	pid_t child;

	snprintf(pattern, sizeof(pattern), "/sys/bus/pci/devices/%s/%s", device, file);
	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	child = fork();
	if (!child)
		_exit(disk_write(fd, chunk, LOAD_SEED) || disk_wrong(fd, chunk, LOAD_SEED));
	do {
		err = file_write(found.gl_pathv[0], "1");
		resets++;
		if (!ended)
			ended = waitpid(child, &status, WNOHANG);
	} while (!err && (!ended || resets < RESETS_MIN));
	if (!ended)
		waitpid(child, &status, 0);
	globfree(&found);
	return err ?: status ? -EIO : resets;
}

FIXTURE_SETUP(device)
{
	int fd;

	ASSERT_EQ(0, heap_open(&self->heap));
	ASSERT_TRUE(find_device(variant->bus, variant->driver, self->name))
		TH_LOG("no device has the driver %s", variant->driver);
	self->translated = is_translated(variant->bus, self->name);
	ASSERT_EQ(0, posix_memalign(&self->chunk, PAGE_BYTES, CHUNK_PAGES * PAGE_BYTES));

	if (self->translated)
		self->most_kib = variant->translated_kib;
	fd = wait_for_disk(self->name, self->most_kib);
	ASSERT_EQ(0, disk_write(fd, self->chunk, 0));
	close(fd);
	/* All that the driver holds now, it must hold again in the end. */
	self->heap.used = area_used(&self->heap.area);
	ASSERT_EQ(0, bind(variant->bus, variant->driver, "unbind", self->name));
	ASSERT_EQ(0, crowd_settle(&self->crowd, AREA_DEFAULT));
}

FIXTURE_TEARDOWN(device)
{
	char now[NAME_LEN];

	crowd_leave(&self->crowd);
	if (!find_device(variant->bus, variant->driver, now))
		bind(variant->bus, variant->driver, "bind", self->name);
	EXPECT_EQ(0, heap_check_intact(&self->heap));
	heap_close(&self->heap);
}

TEST_F(device, gets_its_rings_from_the_full_area_and_works)
{
	long long failures = area_counter(&self->heap.area, "alloc_pages_fail");
	int round, fd;

	for (round = 0; round < ROUNDS; round++) {
		long long had = area_counter(&self->heap.area, "alloc_pages_success");

		ASSERT_EQ(0, bind(variant->bus, variant->driver, "bind", self->name));
		fd = wait_for_disk(self->name, self->most_kib);
		had = area_counter(&self->heap.area, "alloc_pages_success") - had;
		printf("# %s: bound again, %lld pages from the area%s\n", variant->driver, had,
		       self->translated ? ", behind an IOMMU" : "");
		if (!self->translated)
			EXPECT_LE(variant->ring_pages, had);
		if (!round && variant->ring_pages && !self->translated)
			EXPECT_LT(0, crowd_moved(&self->crowd))
				TH_LOG("no tenant had to leave");
		EXPECT_EQ(0, disk_wrong(fd, self->chunk, round << 20));
		EXPECT_EQ(0, disk_write(fd, self->chunk, (round + 1) << 20));
		EXPECT_EQ(0, disk_wrong(fd, self->chunk, (round + 1) << 20));
		if (variant->reset) {
			int resets = reset_under_load(fd, self->chunk, self->name, variant->reset);

			EXPECT_LE(RESETS_MIN, resets)
				TH_LOG("error %d", resets);
			EXPECT_EQ(0, disk_wrong(fd, self->chunk, LOAD_SEED));
			EXPECT_EQ(0, disk_write(fd, self->chunk, (round + 1) << 20));
			printf("# %s: reset %d times\n", variant->driver, resets);
		}
		close(fd);
		if (round < ROUNDS - 1)
			ASSERT_EQ(0, bind(variant->bus, variant->driver, "unbind", self->name));
	}
	EXPECT_EQ(failures, area_counter(&self->heap.area, "alloc_pages_fail"))
		TH_LOG("the area was full of tenants that can move, yet a request failed");
	EXPECT_EQ(0, crowd_wrong(&self->crowd));
}

TEST_HARNESS_MAIN
