#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Can the area be had, again and again, while stress-ng maps, forks, and writes files? None of its stressors here pins
# memory for long, and there is room outside the area: so each request must succeed within a few attempts.

. "$(dirname "$(readlink -f "$0")")/lib.sh"

plan 2
mkdir -p /mnt/vda
mount -t ext4 /dev/vda /mnt/vda || bail "/dev/vda cannot be mounted"
begin cycle migrating
await cycle cycling || bail "the area cannot be had"
# What it allocates fits outside the area, where all that has to move must go.
quietly stress-ng --timeout 60 --verify --temp-path /mnt/vda \
	--vm 1 --vm-bytes 96M --fork 1 --mmap 1 --mmap-bytes 64M --hdd 1 --hdd-bytes 64M --shm 1 --shm-bytes 8M --shm-objs 4 \
	--malloc 1 --malloc-bytes 256K --malloc-max 256
result $? "stress.stress_ng_finds_nothing_wrong"
end cycle
result $? "stress.area_could_be_had_each_time"
umount /mnt/vda
exit $failed
