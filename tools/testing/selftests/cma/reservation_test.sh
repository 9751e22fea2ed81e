#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Did this boot's command line and device tree make the areas that reservation.cases says, and no others, and does the
# boot log tell what was wrong, once?
#
# usage: reservation_test.sh -t CASE	(the kernel was booted with that case's command line and overlay)

here=$(dirname "$(readlink -f "$0")")
debugfs=/sys/kernel/debug/cma
sysfs=/sys/kernel/mm/cma
wrong=0

complain() {
	echo "# $*"
	wrong=$((wrong + 1))
}

trim() {
	echo "$1" | sed 's/^[ 	]*//; s/[ 	]*$//'
}

[ "$1" = -t ] && [ -n "$2" ] || { echo "usage: $0 -t CASE" >&2; exit 2; }
case=$2
line=$(grep -E "^$case[ 	]*\|" "$here/reservation.cases") || { echo "Bail out! no case $case"; exit 1; }
areas=$(trim "$(echo "$line" | cut -d'|' -f4)")
message=$(trim "$(echo "$line" | cut -d'|' -f5-)")

# NAME=MiB[@BASE|@START-END]
check_area() {
	local name=${1%=*} rest=${1##*=} mib place base pages used
	mib=${rest%%@*}
	case $rest in
	*@*) place=${rest#*@} ;;
	*) place= ;;
	esac

	[ -d "$debugfs/$name" ] || { complain "no area $name"; return; }
	[ -d "$sysfs/$name" ] || complain "area $name is not in sysfs"
	pages=$(cat "$debugfs/$name/count")
	[ "$pages" -eq $((mib * 256)) ] || complain "area $name has $pages pages, not $mib MiB"
	total=$((total + pages * 4))
	base=$(($(cat "$debugfs/$name/base_pfn") * 4096))
	case $place in
	'') ;;
	*-*)
		[ $base -ge $((${place%-*})) ] && [ $((base + pages * 4096)) -le $((${place#*-})) ] ||
			complain "area $name is at $(printf %#x $base), not in $place" ;;
	*)
		[ $base -eq $((place)) ] || complain "area $name is at $(printf %#x $base), not at $place" ;;
	esac
	[ $((base % 0x200000)) -eq 0 ] || complain "area $name is not aligned to a pageblock"

	# It is alive: a page can be had and given back.
	used=$(cat "$debugfs/$name/used")
	echo 1 >"$debugfs/$name/alloc" || complain "no page can be had from area $name"
	[ "$(cat "$debugfs/$name/used")" -eq $((used + 1)) ] || complain "area $name: used does not grow"
	echo 1 >"$debugfs/$name/free" || complain "area $name does not take the page back"
	[ "$(cat "$debugfs/$name/used")" -eq "$used" ] || complain "area $name: used does not shrink"
}

echo "TAP version 13"
echo "1..1"
total=0 nr=0
case $areas in
nr=*)
	nr=${areas#nr=} ;;
*)
	for area in $areas; do
		check_area "$area"
		nr=$((nr + 1))
	done
	said=$(awk '/^CmaTotal:/ { print $2 }' /proc/meminfo)
	[ "$said" -eq $total ] || complain "CmaTotal is $said kB, the areas have $total" ;;
esac
there=$(ls "$debugfs" 2>/dev/null | wc -l)
[ "$there" -eq "$nr" ] || complain "$there areas, not $nr:" $(ls "$debugfs")

ours='cma: (cma=|area|there is an area)|Reserved memory: node|cma: Failed'
if [ "$message" = - ]; then
	dmesg | grep -E "$ours" | sed 's/^/# /'
	! dmesg | grep -qE "$ours" || complain "a complaint about a good reservation"
else
	lines=$(dmesg | grep -cE "$message")
	[ "$lines" -eq 1 ] || complain "$lines lines, not 1, match: $message"
	dmesg | grep -E "$message|$ours" | sed 's/^/# /'
fi

if [ $wrong -eq 0 ]; then
	echo "ok 1 reservation.$case"
else
	echo "not ok 1 reservation.$case"
	exit 1
fi
