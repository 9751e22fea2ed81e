#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does a kernel without CONFIG_CMA boot and work, and is nothing of CMA left to be seen?

number=0
failed=0

result() {	# STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number nocma.$2"
	else
		echo "not ok $number nocma.$2"
		failed=1
	fi
}

echo "TAP version 13"
echo "1..6"

configured() {	# SYMBOL
	zcat /proc/config.gz | grep -q "^CONFIG_$1=y"
}

configured CMA
result $((! $?)) is_configured_out

[ ! -e /sys/kernel/debug/cma ] && [ ! -e /sys/kernel/mm/cma ] && ! ls /sys/kernel/tracing/events | grep -qx cma
result $? shows_no_areas_and_no_events

! grep -q '^Cma' /proc/meminfo && ! grep -q '^cma_alloc' /proc/vmstat && ! grep -q ' CMA ' /proc/pagetypeinfo
result $? shows_no_statistics

# These stay in every configuration.
grep -q '^nr_free_cma 0$' /proc/vmstat && grep -q '^ *cma  *0$' /proc/zoneinfo
result $? keeps_the_items_that_are_always_there

# A quarter of the memory, written and read.
mkdir -p /tmp/full && mount -t tmpfs -o size=70% full /tmp/full &&
	dd if=/dev/zero of=/tmp/full/a bs=1M count=128 2>/dev/null &&
	dd if=/dev/zero bs=1M count=128 2>/dev/null | cmp - /tmp/full/a && rm /tmp/full/a
result $? has_memory_to_use

# alloc_contig_pages() serves them, where something else brought isolation of pages with it.
pool=/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages
gigantic() {	# NUMBER, of which the pool has to have as many then
	echo "$1" >$pool
	[ "$(cat $pool)" -eq "$1" ]
}
if configured MEMORY_FAILURE; then
	configured CONTIG_ALLOC && gigantic 1 && gigantic 0 && gigantic 1 && gigantic 0
else
	! configured CONTIG_ALLOC
fi
result $? ranges_can_be_emptied_where_pages_can_be_isolated

exit $failed
