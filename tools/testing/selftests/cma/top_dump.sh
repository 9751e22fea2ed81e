#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What does cma-top say, and what do the files say that it reads? For scripts/lib/top_check.py, which compares the two.
#
# Each answer is a section: a line "=== WHAT", its lines, and for a command "=== exit STATUS".

cd "$(dirname "$0")" || exit 1
top=$PWD/cma-top
debug=/sys/kernel/debug/cma
tree=/tmp/tree

answer() {
	echo "=== $1"
	shift
	"$@" 2>&1
	echo "=== exit $?"
}

# A copy of what it reads. Files for writing only are left out; of kpageflags, the areas' part is enough.
copy() {
	local dir file area base count
	find $debug /sys/kernel/mm/cma 2>/dev/null | while read -r file; do
		if [ -d "$file" ]; then
			mkdir -p "$tree$file"
		elif [ "${file##*/}" != alloc ] && [ "${file##*/}" != free ]; then
			cat "$file" >"$tree$file" || echo "=== problem: $file cannot be read"
		fi
	done
	mkdir -p "$tree/proc"
	cat /proc/pagetypeinfo >"$tree/proc/pagetypeinfo"
	for area in $debug/*; do
		base=$(cat "$area/base_pfn")
		count=$(cat "$area/count")
		# 512 frames are 4096 bytes; an area starts and ends on such a border, or on a larger one.
		dd if=/proc/kpageflags of="$tree/proc/kpageflags" bs=4096 skip=$((base / 512)) seek=$((base / 512)) \
			count=$((count / 512)) conv=notrunc 2>/dev/null || echo "=== problem: dd of kpageflags"
	done
}

area=$(ls $debug | head -n 1)
echo "=== area $area"

# Something to tell: holders, a failure for want of room, one that makes no sense.
[ ! -e "$debug/$area/holders" ] || echo on >"$debug/$area/holders"
for pages in 1 300 4000; do
	echo $pages >"$debug/$area/alloc" || echo "=== problem: no $pages pages"
done
count=$(cat "$debug/$area/count")
echo "$count" 2>/dev/null >"$debug/$area/alloc" && echo "=== problem: $count pages were there"

copy
answer json "$top" --json
answer once "$top" -1
answer map "$top" --map "$area"
answer svg "$top" --svg "$area"
answer twice "$top" -n 2 -d 0.1
answer help "$top" --help
answer "no such area" "$top" -1 -a nosuch
answer "wrong option" "$top" --nosuch
answer "two modes" "$top" --json --svg "$area"
answer "wrong number" "$top" -d never
answer "another word" "$top" word

echo "=== tree"
tar -C $tree -cz . | base64
echo "=== exit 0"

# What the documents tell people to type; $AREA stands in them for the name of an area.
if [ -e commands ]; then
	export AREA="$area" PATH="$PWD:$PATH"
	while read -r line; do
		answer "command $line" sh -c "$line" </dev/null
	done <commands
fi
[ ! -e "$debug/$area/holders" ] || echo off >"$debug/$area/holders"
answer "not recorded" "$top" -1 -a "$area"

umount /sys/kernel/debug
answer "no debugfs" "$top" -1
echo "=== end"
