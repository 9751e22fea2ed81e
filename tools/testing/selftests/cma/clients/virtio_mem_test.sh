#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does memory come and go through virtio-mem while an area is taken and given back? What is unplugged has to be emptied
# with alloc_contig_range() by the driver, as the area's ranges are by their allocator.
#
# Whoever runs the machine reads `# request MIB` and sets the device's requested-size to that.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
KIB=1024		# of a MiB

total() {
	sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# Waits until that much is plugged. That it never is shows by the runner's time limit.
request() {	# MIB
	echo "# request $1"
	until [ "$(total)" -eq $((start + $1 * KIB)) ]; do
		sleep 1
	done
	echo "# MemTotal $(total) kB"
}

plan 5
start=$(total)
begin cycle all
await cycle cycling || bail "the area cannot be had"
request 1024
result 0 "virtio_mem.memory_grows"

# More than there was before, and known.
mkdir -p /tmp/plugged
mount -t tmpfs -o size=1500M plugged /tmp/plugged
for n in $(seq 10); do
	dd if=/dev/urandom of=/tmp/plugged/$n bs=1M count=100 2>/dev/null
done
(cd /tmp/plugged && sha256sum [0-9]* >sums)
[ "$(wc -l </tmp/plugged/sums)" -eq 10 ] && [ "$(du -sk /tmp/plugged | cut -f1)" -gt 1000000 ]
result $? "virtio_mem.plugged_memory_is_used"

# Half of the files go, and then memory that the others are in.
for n in 1 3 5 7 9; do
	rm /tmp/plugged/$n
done
migrated=$(sed -n 's/^pgmigrate_success //p' /proc/vmstat)
request 400
migrated=$(($(sed -n 's/^pgmigrate_success //p' /proc/vmstat) - migrated))
echo "# $migrated pages migrated"
(cd /tmp/plugged && grep -E ' (2|4|6|8|10)$' sums | quietly sha256sum -c -) && [ $migrated -gt 0 ]
result $? "virtio_mem.memory_shrinks_and_content_stays"

rm -r /tmp/plugged/*
request 0
request 1024
request 0
result 0 "virtio_mem.all_of_it_goes_and_comes_again"
end cycle
result $? "virtio_mem.area_could_be_had_each_time"
exit $failed
