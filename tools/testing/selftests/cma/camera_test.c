// SPDX-License-Identifier: GPL-2.0
/*
 * Does a driver get its frame buffers through the DMA API, each out of the right one of its
 * two banks?
 *
 * The camera (drivers/misc/cma_camera.c) inspects every buffer itself: in one piece, inside
 * its bank, aligned, zeroed; it fills them and looks again before it gives them back. Boot
 * with virt-camera.dtso.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "area.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define CAMERA	"/sys/bus/platform/devices/camera/"
#define DRIVER	"/sys/bus/platform/drivers/cma-camera/"
#define BANKS	2

FIXTURE(camera) {
	struct area bank[BANKS];
};

FIXTURE_SETUP(camera)
{
	ASSERT_EQ(0, area_find(&self->bank[0], "camera-bank0@58000000"));
	ASSERT_EQ(0, area_find(&self->bank[1], "camera-bank1"));
	ASSERT_EQ(0, area_check_intact(&self->bank[0]));
	ASSERT_EQ(0, area_check_intact(&self->bank[1]));
}

FIXTURE_TEARDOWN(camera)
{
	EXPECT_EQ(0, file_write(CAMERA "release", "all"));
	EXPECT_EQ(0, area_check_intact(&self->bank[0]));
	EXPECT_EQ(0, area_check_intact(&self->bank[1]));
}

static int capture(int bank, unsigned int frames, unsigned long bytes)
{
	char words[64];

	snprintf(words, sizeof(words), "%d %u %lu", bank, frames, bytes);
	return file_write(CAMERA "capture", words);
}

TEST_F(camera, has_its_two_banks)
{
	static char report[4096];
	char wanted[96];
	int i;

	ASSERT_GT(file_read(CAMERA "report", report, sizeof(report)), 0);
	for (i = 0; i < BANKS; i++) {
		snprintf(wanted, sizeof(wanted), "bank %d base 0x%016lx size 0x%016lx", i,
			 self->bank[i].base_pfn * PAGE_BYTES, self->bank[i].nr_pages * PAGE_BYTES);
		EXPECT_NE(NULL, strstr(report, wanted))
			TH_LOG("not in the report: %s", wanted);
	}
}

TEST_F(camera, gets_frames_of_every_size_from_the_right_bank)
{
	static const unsigned long sizes[] = {
		4096, 10000, 65536, 100 << 10, 1 << 20, 3 << 20, 8 << 20, 16 << 20, 32 << 20
	};
	size_t i;
	int bank;

	for (bank = 0; bank < BANKS; bank++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			EXPECT_EQ(0, capture(bank, 1, sizes[i]))
				TH_LOG("bank %d, %lu bytes", bank, sizes[i]);
			EXPECT_LE((long)(sizes[i] / PAGE_BYTES), area_used(&self->bank[bank]));
			EXPECT_EQ(0, area_used(&self->bank[!bank]));
			EXPECT_EQ(0, file_write(CAMERA "release", bank ? "1" : "0"));
			EXPECT_EQ(0, area_used(&self->bank[bank]));
		}
	}
}

TEST_F(camera, fills_both_banks)
{
	EXPECT_EQ(0, capture(0, 4, 8 << 20));
	EXPECT_EQ(0, capture(1, 32, 1 << 20));
	EXPECT_EQ(32 * (long)MIB_PAGES, area_used(&self->bank[0]));
	EXPECT_EQ(32 * (long)MIB_PAGES, area_used(&self->bank[1]));
	EXPECT_EQ(0, file_write(CAMERA "verify", "all"));
	EXPECT_EQ(0, file_write(CAMERA "release", "1"));
	EXPECT_EQ(32 * (long)MIB_PAGES, area_used(&self->bank[0]));
	EXPECT_EQ(0, area_used(&self->bank[1]));
}

TEST_F(camera, gets_all_frames_or_none)
{
	int err;

	ASSERT_EQ(0, capture(0, 1, 8 << 20));
	err = capture(0, 4, 8 << 20);
	EXPECT_TRUE(err == -ENOMEM || err == -ENOSPC)
		TH_LOG("error %d", err);
	EXPECT_EQ(8 * (long)MIB_PAGES, area_used(&self->bank[0]));
	EXPECT_EQ(0, file_write(CAMERA "verify", "0"));
	EXPECT_EQ(0, capture(0, 3, 8 << 20));
	EXPECT_EQ(32 * (long)MIB_PAGES, area_used(&self->bank[0]));
}

/* The driver, not the layers of the DMA API; and the port of the bank, which is a device. */
TEST_F(camera, is_named_as_the_holder)
{
	const struct area *bank = &self->bank[0];
	static char holders[4096];
	unsigned long pfn, nr_pages;
	char task[64], device[64], caller[128], *line;
	double age;
	int pid;

	ASSERT_EQ(0, file_write(area_file(bank, "holders"), "on"));
	ASSERT_EQ(0, capture(0, 1, 3 << 20));
	ASSERT_GT(file_read(area_file(bank, "holders"), holders, sizeof(holders)), 0);
	line = strstr(holders, "\n0x");
	ASSERT_NE(NULL, line)
		TH_LOG("holders: %s", holders);
	ASSERT_EQ(7, sscanf(line, " 0x%lx %lu %lf %d %63s %63s %127s", &pfn, &nr_pages, &age, &pid,
			    task, device, caller));
	EXPECT_TRUE(area_holds(bank, pfn));
	EXPECT_EQ(3 * MIB_PAGES, nr_pages);
	EXPECT_EQ(getpid(), pid);
	EXPECT_STREQ("camera:bank0", device);
	EXPECT_EQ(0, strncmp(caller, "capture_store+", 14))
		TH_LOG("caller %s", caller);
	EXPECT_EQ(0, file_write(CAMERA "release", "0"));
	ASSERT_GT(file_read(area_file(bank, "holders"), holders, sizeof(holders)), 0);
	EXPECT_EQ(NULL, strstr(holders, "\n0x"));
	EXPECT_EQ(0, file_write(area_file(bank, "holders"), "off"));
}

/* As when its module is replaced, or power management takes the device away. */
TEST_F(camera, gives_everything_back_when_its_driver_goes)
{
	EXPECT_EQ(0, capture(0, 2, 1 << 20));
	EXPECT_EQ(0, capture(1, 1, 1 << 20));
	ASSERT_EQ(0, file_write(DRIVER "unbind", "camera"));
	EXPECT_EQ(0, area_used(&self->bank[0]));
	EXPECT_EQ(0, area_used(&self->bank[1]));
	ASSERT_EQ(0, file_write(DRIVER "bind", "camera"));
	EXPECT_EQ(0, capture(1, 2, 1 << 20));
	EXPECT_EQ(2 * (long)MIB_PAGES, area_used(&self->bank[1]));
}

TEST_F(camera, refuses_what_makes_no_sense)
{
	EXPECT_EQ(-ENODEV, capture(2, 1, 4096));
	EXPECT_EQ(-EINVAL, capture(0, 1, 0));
	EXPECT_EQ(-EINVAL, capture(0, 0, 4096));
	EXPECT_EQ(-E2BIG, capture(0, 1, 33 << 20));
	EXPECT_EQ(-E2BIG, capture(0, 5, 8 << 20));
	EXPECT_EQ(-EINVAL, file_write(CAMERA "capture", "0 1"));
	EXPECT_EQ(0, area_used(&self->bank[0]));
	EXPECT_EQ(0, area_used(&self->bank[1]));
}

TEST_HARNESS_MAIN
