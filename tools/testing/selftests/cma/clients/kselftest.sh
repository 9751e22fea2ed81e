#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does a kselftest of the kernel pass as ever, while an area is taken and given back all the time?
#
# usage: kselftest.sh -t NAME	(a program of kselftest's mm or dmabuf-heaps)
#
# Its own results are passed on, one by one. Two more are added: that it ended as it said, and that the area could be
# had meanwhile, and is whole in the end. (Not with a program that declares a page broken: its area would stay incomplete.
# And before and after, not meanwhile, with one that counts the free huge pages: whoever moves needs another for a moment.)

. "$(dirname "$(readlink -f "$0")")/lib.sh"

sizes=/sys/kernel/mm/hugepages
hugepages() {	# KIB NR
	echo "$2" >"$sizes/hugepages-$1kB/nr_hugepages"
	[ "$(cat "$sizes/hugepages-$1kB/nr_hugepages")" -ge "$2" ] || bail "$2 pages of $1 KiB cannot be had"
}

# Of each size but the gigantic one. Swap, and THP where a program asks for it.
everything() {
	hugepages 64 16
	hugepages 2048 8
	hugepages 32768 4
	echo always >/sys/kernel/mm/transparent_hugepage/enabled
	[ "$(cat /sys/block/zram0/disksize)" -gt 0 ] && return
	echo 128M >/sys/block/zram0/disksize
	mkswap /dev/zram0 >/dev/null && swapon /dev/zram0 || bail "no swap"
}

nothing() {
	echo 0 | tee $sizes/*/nr_hugepages >/dev/null
	echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
	echo 3 >/proc/sys/vm/drop_caches
}

# Where the programs make files of their own: an ext4, not the root that holds no pages of a device.
work() {
	grep -q ' /mnt/vda ' /proc/mounts && return
	mkdir -p /mnt/vda
	mount -t ext4 /dev/vda /mnt/vda || bail "/dev/vda cannot be mounted"
}

# One with a plan of its own speaks for itself; for any other its exit status does.
#
# What such a program calls a failure and is none, on any kernel with hugetlb_cma=: pages of an area are not pinned for
# long but moved elsewhere first, and for a gigantic page there is no elsewhere.
pass_on() {	# STATUS
	local planned
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' /tmp/kselftest.out | head -n 1)
	if [ "${planned:-0}" -gt 0 ]; then
		plan $((planned + added))
		awk -v name="$name" '/^TAP version/ || /^1\.\./ { next }
			/^# \[RUN\]/ { run = substr($0, 9) ": " }
			/^(not )?ok [0-9]+/ { sub(/ok [0-9]+[ -]*/, "ok " ++n " " name ": " run) }
			/^not ok .*\(1048576 kB\): PIN_LONGTERM_TEST_START failed/ { sub(/^not /, ""); $0 = $0 " # XFAIL" }
			/^(not )?ok / || /^#/ { print; next }
			{ print "# " $0 }' /tmp/kselftest.out | tee /tmp/results
		number=$planned
		grep -q '^not ok' /tmp/results && failed=1
	else
		plan $((1 + added))
		sed 's/^/# /' /tmp/kselftest.out
		number=1
		case $1 in
		0) echo "ok 1 $name: exit status 0" ;;
		4) echo "ok 1 $name # SKIP $(grep . /tmp/kselftest.out | tail -n 1 | tr -d '#')" ;;
		*) echo "not ok 1 $name: exit status $1"; failed=1 ;;
		esac
	fi
	# 4 is kselftest's word for "skipped".
	[ "$1" -eq 0 ] || [ "$1" -eq 4 ] || [ $failed -eq 1 ] || grep -q '^not ok' /tmp/kselftest.out
	result $? "$name: ends as it says"
}

[ "$1" = -t ] && [ -n "$2" ] || { echo "usage: $0 -t NAME" >&2; exit 2; }
name=$2
program=mm/$name
args=
work
cd /mnt/vda || exit
nothing
case $name in
hugetlb-soft-offline) added=1 ;;
*) added=2 ;;
esac
cycle() {
	begin cycle any
	await cycle cycling || bail "the area cannot be had"
}

# Out of the area of hugetlb_cma=, which then is in use: the other one is cycled.
case $name in
cow|gup_longterm) hugepages 1048576 2 ;;
esac
# Before there are other huge pages in use: they may keep the area from being had.
[ $added -eq 2 ] && cycle
case $name in
dmabuf-heap) program=dmabuf-heaps/$name ;;
cow|gup_longterm) everything ;;
hugetlb_madv_vs_map) hugepages 2048 1 ;;
hugetlb-*|hugetlb_*) hugepages 2048 64 ;;
hugepage-*|map_hugetlb) hugepages 2048 140 ;;
gup_pin_dump) program=mm/gup_test args="-ct -F 0x1 0 19 0x1000" ;;
gup_pin_longterm) program=mm/gup_test args="-L -r 1" ;;
esac
[ -x "$here/$program" ] || bail "no program $program"

case $name in
hugetlb-madvise) end cycle >/tmp/before || bail "the area cannot be had before it starts: $(cat /tmp/before)" ;;
esac
# Of those that run long enough for it: what it had before does not count.
case $name in
cow|gup_longterm|dmabuf-heap) kill -USR1 "$(cat /tmp/cycle.pid)" ;;
esac
# shellcheck disable=SC2086 # words of the program
"$here/$program" $args >/tmp/kselftest.out 2>&1
pass_on $?
nothing
case $name in
hugetlb-madvise) cycle ;;
esac
if [ $added -eq 2 ]; then
	end cycle
	result $? "$name: area could be had meanwhile, and is whole"
fi
exit $failed
