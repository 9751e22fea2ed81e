#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What does this kernel show of CMA? Sections `=== NAME` with lines below them, as they are read: what of it may
# differ from boot to boot is for the reader to know.
#
#	abi_dump.sh areas	which areas there are, and what the boot log says of them
#	abi_dump.sh files	all files: names, modes, content; what they do with good and bad input
#	abi_dump.sh events	every trace event's format, and which events a request makes
#	abi_dump.sh owner	what page_owner says of an area's pages that are handed out
#	abi_dump.sh memory	the report on memory that the kernel gives when there is none left

debugfs=/sys/kernel/debug/cma
sysfs=/sys/kernel/mm/cma
tracing=/sys/kernel/tracing
area=first@50000000	# of dt/several.dtso: nothing but this script allocates there

section() {
	echo "=== $*"
}

# Reads of the log would find what is written meanwhile; take it once.
boot_log() {
	section dmesg
	dmesg
}

value() {
	cat "$1" 2>/dev/null || echo none
}

areas() {
	local dir name

	section areas
	for dir in "$debugfs"/*/; do
		[ -e "$dir/count" ] || continue
		name=${dir%/}
		echo "${name##*/} pages $(value "$dir/count") base $(value "$dir/base_pfn")" \
			"order $(value "$dir/order_per_bit")"
	done
	section areas in sysfs
	ls "$sysfs" 2>&1 | sed 's/.*: //'
	section heaps
	ls /dev/dma_heap 2>&1 | sed 's/.*: //'
	section totals
	grep CmaTotal /proc/meminfo
	awk '$1 == "cma" { sum += $2 } END { print "zones", sum }' /proc/zoneinfo
}

# Name, kind and mode, owner, size of everything below a directory.
tree() {
	local file

	find "$1" | sort | while read -r file; do
		echo "${file#"$1"} $(stat -c '%A %u:%g %s' "$file")"
	done
}

# What comes of it: `ok` or the error's text.
outcome() {
	local error

	error=$( { "$@"; } 2>&1 >/dev/null ) && echo ok || echo "${error##*: }"
}

write() {
	echo "$1" >"$2"
}

form() {
	local file=$1 text

	text=$(cat "$file" 2>/dev/null) || { echo "cannot be read"; return; }
	printf '%s' "$text" | awk '{ words += NF; if ($0 !~ /^[0-9 ]*$/) other = "other text" }
		END { print NR, "line,", words, "words,", other ? other : "decimal" }'
}

# Is what is read in pieces, and from an offset on, the same as what is read at once?
pieces() {
	local file=$1 skip

	cat "$file" >/tmp/whole 2>/dev/null || { echo "cannot be read"; return; }
	for skip in 1 2 100000; do
		tail -c +$((skip + 1)) /tmp/whole >/tmp/expected
		dd if="$file" bs=1 skip=$skip 2>/dev/null >/tmp/got
		cmp -s /tmp/expected /tmp/got && printf 'from %d same, ' $skip || printf 'from %d other, ' $skip
	done
	dd if="$file" bs=3 2>/dev/null | cmp -s - /tmp/whole && echo "by 3 same" || echo "by 3 other"
}

files() {
	local file

	section debugfs
	tree "$debugfs"
	section sysfs
	tree "$sysfs"
	section heap devices
	for file in /dev/dma_heap/*; do
		echo "$file $(stat -c '%A %u:%g' "$file")"
	done
	section form
	find "$debugfs/$area" "$sysfs/$area" -type f | sort | while read -r file; do
		echo "$file: $(form "$file")"
	done
	section reading in pieces
	find "$debugfs/$area" "$sysfs/$area" -type f | sort | while read -r file; do
		echo "$file: $(pieces "$file")"
	done
	section opening for what is not offered
	for file in alloc free; do
		echo "$file read: $(outcome cat "$debugfs/$area/$file")"
	done
	find "$debugfs/$area" "$sysfs/$area" -type f | grep -v -e /alloc$ -e /free$ | sort | while read -r file; do
		echo "$file write: $(outcome write 1 "$file")"
	done
	for file in meminfo vmstat zoneinfo pagetypeinfo buddyinfo; do
		section "/proc/$file"
		cat "/proc/$file"
	done
	section /proc/sys/vm
	tree /proc/sys/vm
}

# name=value, one a line
counters() {
	local file

	for file in used maxchunk; do
		echo "$file=$(cat "$debugfs/$area/$file")"
	done
	awk '{ for (i = 1; i <= NF; i++) for (w = $i; w > 0; w = int(w / 2)) n += w % 2 }
		END { print "bitmap=" n + 0 }' "$debugfs/$area/bitmap"
	for file in alloc_pages_success alloc_pages_fail release_pages_success; do
		echo "$file=$(cat "$sysfs/$area/$file")"
	done
	echo 1 >/proc/sys/vm/stat_refresh
	awk '$1 ~ /^cma_alloc_(success|fail)$|^nr_free_cma$/ { print $1 "=" $2 }' /proc/vmstat
	awk '$1 == "CmaFree:" { print "CmaFree=" $2 }' /proc/meminfo
}

# step WHAT FILE VALUE...: writes each value, tells the outcome and which counters moved by how much.
step() {
	local what=$1 file=$debugfs/$area/$2 input result=

	shift 2
	counters >/tmp/before
	for input in "$@"; do
		result="$result $(outcome write "$input" "$file")"
	done
	counters >/tmp/after
	echo "$what:$result;$(paste_deltas)"
}

paste_deltas() {
	awk -F= 'NR == FNR { before[$1] = $2; next }
		$2 != before[$1] { printf " %s%+d", $1, $2 - before[$1] }' /tmp/before /tmp/after
}

semantics() {
	local pages

	pages=$(cat "$debugfs/$area/count")
	section semantics
	step "take all" alloc "$pages"
	step "take one more of a full area" alloc 1
	step "give all" free "$pages"
	step "take 1" alloc 1
	step "take 3" alloc 3
	step "take 256" alloc 256
	step "give 2 of the last 256" free 2
	step "give more than there is" free 100000
	step "give where nothing is taken" free 1
	step "take half" alloc $((pages / 2))
	step "take more than is left" alloc $((pages / 2 + 1))
	step "give it" free $((pages / 2))
	section bad input to alloc
	for input in 0 -1 garbage "1 2" 1x "" 18446744073709551616 99999999999999999999999999 9223372036854775808 \
		2147483647 2147483648 4294967295 4294967296 4294967297 $((pages + 1)); do
		step "alloc '$input'" alloc "$input"
	done
	step "give what bad input took" free 100000
	section odd input to alloc
	for input in 0x10 010 +8 ' 8'; do
		step "alloc '$input'" alloc "$input"
	done
	step "give it" free 100000
	section bad input to free
	step "take 8" alloc 8
	for input in 0 -1 garbage "1 2" 1x "" 18446744073709551616 99999999999999999999999999 2147483648 4294967295 \
		4294967296; do
		step "free '$input'" free "$input"
	done
	step "free '4294967297'" free 4294967297
	step "give the rest" free 8
}

events() {
	local system event file

	for system in cma cma_insight kmem page_isolation migrate compaction vmscan contig; do
		for file in "$tracing/events/$system"/*/format; do
			[ -e "$file" ] || continue
			event=${file%/format}
			section "event $system/${event##*/}"
			cat "$file"
		done
	done
	section events of a request
	watch 1
	echo 3 >"$debugfs/$area/alloc"
	echo 3 >"$debugfs/$area/free"
	echo 100000 >"$debugfs/$area/alloc"
	watch 0
	grep -v '^#' "$tracing/trace"
	section events of a request for what programs use
	fill
	watch 1
	cat "$debugfs/$area/count" >"$debugfs/$area/alloc"
	watch 0
	grep -v '^#' "$tracing/trace"
	echo 1000000 >"$debugfs/$area/free"
	umount /tmp/fill
}

watch() {
	local event

	[ "$1" = 0 ] || echo >"$tracing/trace"
	for event in cma kmem/mm_alloc_contig_migrate_range_info page_isolation; do
		echo "$1" >"$tracing/events/$event/enable"
	done
}

# Files in memory, until half of the areas is in use; then some of them go, so that pages can move.
fill() {
	local nr=0

	mkdir -p /tmp/fill
	mount -t tmpfs -o size=95% fill /tmp/fill
	while awk '{ kb[$1] = $2 } END { exit kb["CmaFree:"] * 2 < kb["CmaTotal:"] }' /proc/meminfo; do
		dd if=/dev/zero of=/tmp/fill/$nr bs=1M count=8 2>/dev/null || break
		nr=$((nr + 1))
	done
	while [ $((nr -= 3)) -gt 0 ]; do
		rm "/tmp/fill/$nr"
	done
}

# Records are parted by empty lines. The area's pages are the only ones of their type in use.
owner() {
	section page_owner
	echo 512 >"$debugfs/$area/alloc"
	awk 'BEGIN { RS = "" } / type CMA Block / { print $0 "\n" }' /sys/kernel/debug/page_owner
	echo 512 >"$debugfs/$area/free"
}

# Where SysRq is not configured, a hog has to bring the kernel to it.
memory() {
	if [ -e /proc/sysrq-trigger ]; then
		echo m >/proc/sysrq-trigger
	else
		tail /dev/zero 2>/dev/null
	fi
	boot_log
}

case $1 in
areas)
	areas
	boot_log ;;
files)
	boot_log
	files
	semantics ;;
events)
	events ;;
owner)
	owner ;;
memory)
	memory ;;
*)
	echo "usage: $0 areas|files|events|owner|memory"
	exit 2 ;;
esac
section end
