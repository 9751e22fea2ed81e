/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How does a migration get stuck for as long as a test wants? By a disk that writes nothing.
 *
 *	file in /mnt/stall, ext2  ->  loop0  ->  file in /mnt/vda, ext4, frozen
 *
 * A page under writeback cannot be migrated, and what the loop device is told to write waits
 * until the file system below is thawed. So the test says when, not a clock.
 */
#ifndef CMA_SELFTEST_STALL_H
#define CMA_SELFTEST_STALL_H

#include <stdbool.h>

#include "area.h"
#include "tenant.h"

#define STALL_DIR	"/mnt/stall"
#define STALL_FILE	STALL_DIR "/stall"

/* To be called once, after tenants_prepare(). Return: 0 or -errno. */
int stall_prepare(void);

/* Dirty pages of a file on that disk. */
const struct tenant_kind *stall_tenants(void);

/*
 * From now on the disk writes nothing. Should the test hang, it is let go after a time that only
 * catches hangs, and stall_hung() says so. Return: 0 or -errno.
 */
int stall_freeze(void);

/*
 * The same, and the tenants (dirty pages of a file on the disk) are under writeback. Return: 0 or
 * -errno.
 */
int stall_begin(struct tenants *t);

/* Lets the disk write again. Also good where nothing was begun. */
void stall_end(void);
bool stall_hung(void);

/* Return: how many of the area's frames are under writeback, or -1. */
long stall_frames(const struct area *area);

#endif
