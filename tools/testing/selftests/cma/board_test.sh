#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Did each node of this machine's device tree that lends memory become the area that it asks for, and nothing else?
#
# It reads the tree that the kernel was booted with, so it runs on any board, with any kernel that has
# CONFIG_CMA_DEBUGFS. What counts is the binding (reserved-memory.yaml, shared-dma-pool.yaml): compatible with
# shared-dma-pool, reusable, not no-map, not disabled; base and size multiples of a pageblock, or there is no area;
# linux,cma-default unless the command line says cma=. Nodes that overlap, or where there is no memory, are not for this
# test: reservation.cases.
#
# usage: board_test.sh [-t contract]	only what any kernel's CMA has to do; else also how ours tells of refused nodes
#
# The lines "# fact" are for comparing two kernels: scripts/sets/boards.py.

debugfs=/sys/kernel/debug/cma
sysfs=/sys/kernel/mm/cma
tree=/proc/device-tree
nodes=$tree/reserved-memory
lent=/tmp/board.lent		# node base size alignment ranges default, a node a line; - is nothing
refused=/tmp/board.refused	# names
unplaced=/tmp/board.unplaced	# names; drivers/of finds no aligned place for them in their alloc-ranges
overruled=0			# how many defaults cma= takes the place of
number=0
failed=0
wrong=0

complain() {
	echo "# $*"
	wrong=$((wrong + 1))
}

result() {	# NAME
	number=$((number + 1))
	if [ $wrong -eq 0 ]; then
		echo "ok $number board.$1"
	else
		echo "not ok $number board.$1"
		failed=1
	fi
	wrong=0
}

hex() {
	hexdump -v -e '1/1 "%02x"' "$1"
}

cells() {	# PROPERTY DIGITS...: its numbers, one a line, of so many digits in turn
	local property=$1
	shift
	hex "$property" | awk -v digits="$*" '{
		n = split(digits, width, " ")
		for (at = 1; at <= length($0); at += width[i])
			print "0x" substr($0, at, width[i = i % n + 1])
	}'
}

kernel_numbers() {
	page_bytes=$(($(awk '/^KernelPageSize:/ { print $2; exit }' /proc/self/smaps) * 1024))
	block_bytes=$(($(awk '/^Pages per block:/ { print $4 }' /proc/pagetypeinfo) * page_bytes))
	address=$((0x$(hex $tree/#address-cells) * 8))
	size=$((0x$(hex $tree/#size-cells) * 8))
	[ "$page_bytes" -gt 0 ] && [ "$block_bytes" -gt 0 ]
}

# drivers/of ignores all of /reserved-memory unless it counts as the root does.
nodes_are_read() {
	[ -e "$nodes/ranges" ] && cmp -s "$nodes/#address-cells" "$tree/#address-cells" &&
		cmp -s "$nodes/#size-cells" "$tree/#size-cells"
}

is_lent() {	# DIRECTORY
	[ -e "$1/compatible" ] && tr '\0' '\n' <"$1/compatible" | grep -qx shared-dma-pool || return
	[ -e "$1/reusable" ] && [ ! -e "$1/no-map" ] || return
	[ ! -e "$1/status" ] || tr '\0' '\n' <"$1/status" | grep -qxE 'okay|ok'
}

has_place() {	# BYTES ALIGNMENT START,SIZE,START,SIZE,...
	local bytes=$1 alignment=$2
	set -- $(echo "$3" | tr , ' ')
	while [ $# -ge 2 ]; do
		[ $(((($1 + alignment - 1) / alignment) * alignment + bytes)) -gt $(($1 + $2)) ] || return 0
		shift 2
	done
	return 1
}

# Every lent node goes to one of the three lists.
read_nodes() {
	local node name base bytes ranges alignment default
	: >$lent
	: >$refused
	: >$unplaced
	nodes_are_read || { echo "# no /reserved-memory that is read"; return; }
	for node in "$nodes"/*/; do
		node=${node%/} name=${node%/} base=- bytes= ranges=- alignment=$block_bytes default=-
		name=${name##*/}
		is_lent "$node" || continue
		if [ -e "$node/reg" ]; then
			set -- $(cells "$node/reg" $address $size)
			base=$(($1)) bytes=$(($2))
		elif [ -e "$node/size" ]; then
			bytes=$(($(cells "$node/size" $size)))
			[ ! -e "$node/alloc-ranges" ] ||
				ranges=$(cells "$node/alloc-ranges" $address $size | tr '\n' ',')
			[ ! -e "$node/alignment" ] || alignment=$(($(cells "$node/alignment" $size)))
			[ $alignment -ge $block_bytes ] || alignment=$block_bytes
		else
			continue
		fi
		if [ -e "$node/linux,cma-default" ]; then
			default=default
			if grep -qE '(^| )cma=' /proc/cmdline; then
				overruled=$((overruled + 1))
				continue
			fi
		fi
		if [ "$ranges" != - ] && ! has_place $bytes $alignment "$ranges"; then
			echo "$name" >>$unplaced
		elif [ $(((${base#-} + bytes) % block_bytes)) -ne 0 ] || [ $((bytes % block_bytes)) -ne 0 ]; then
			echo "$name" >>$refused
		else
			echo "$name $base $bytes $alignment $ranges $default" >>$lent
		fi
	done
}

is_in_ranges() {	# BASE END START,SIZE,START,SIZE,...
	local base=$1 end=$2
	set -- $(echo "$3" | tr , ' ')
	while [ $# -ge 2 ]; do
		[ $base -lt $(($1)) ] || [ $end -gt $(($1 + $2)) ] || return 0
		shift 2
	done
	return 1
}

check_area() {	# NODE BASE SIZE ALIGNMENT RANGES DEFAULT
	local base pages
	[ -d "$debugfs/$1" ] || { complain "no area $1"; return; }
	[ -d "$sysfs/$1" ] || complain "area $1 is not in sysfs"
	pages=$(cat "$debugfs/$1/count")
	base=$(($(cat "$debugfs/$1/base_pfn") * page_bytes))
	[ $((pages * page_bytes)) -eq "$3" ] || complain "area $1 has $pages pages, the node says $3 bytes"
	[ "$2" = - ] || [ $base -eq "$2" ] || complain "area $1 is at $base, the node says $2"
	[ $((base % $4)) -eq 0 ] || complain "area $1 is at $base, not a multiple of $4"
	[ "$5" = - ] || is_in_ranges $base $((base + pages * page_bytes)) "$5" ||
		complain "area $1 is at $base, outside of $5"
	printf '# fact area %s pages %d %s alignment %d %s\n' "$1" "$pages" \
		"$([ "$2" = - ] && echo 'anywhere' || printf 'at %#x' $base)" "$4" "$6"
}

each_node_is_an_area() {
	while read -r line; do
		check_area $line
	done <$lent
	echo "# fact nodes $(wc -l <$lent) areas, $(wc -l <$refused) refused:" $(sort $refused)
	while read -r line; do
		dmesg | grep -q "failed to allocate memory for node '$line'" || complain "nobody says that $line has no place"
		echo "# fact no place for $line"
	done <$unplaced
	result each_node_is_an_area
}

# The one that no node asked for is the default area of the command line, or of the configuration.
no_other_area() {
	local name
	for name in $(ls $debugfs); do
		grep -q "^$name " $lent || [ "$name" = reserved ] || complain "no node asks for area $name"
	done
	echo "# fact areas" $(ls $debugfs)
	result no_other_area
}

# The default area has a heap of its name; other areas may. cma=0 is the only way to have no default area.
default_area() {
	local want name
	want=$(awk '$6 == "default" { print $1 }' $lent)
	if grep -qE '(^| )cma=0( |$)' /proc/cmdline; then
		[ ! -e $debugfs/reserved ] || complain "area reserved, though the command line says cma=0"
	elif [ -z "$want" ]; then
		want=reserved
	elif [ -e $debugfs/reserved ]; then
		complain "area reserved, though node $want is the default"
	fi
	[ -z "$want" ] || [ -c "/dev/dma_heap/$want" ] || complain "the default area $want has no heap"
	for name in $(ls /dev/dma_heap 2>/dev/null | grep -vx system); do
		[ -d "$debugfs/$name" ] || complain "heap $name has no area"
	done
	echo "# fact default ${want:-none}"
	result default_area
}

# A quarter of it can be had in one piece, and given back.
each_area_can_be_used() {
	local name pages used counted
	for name in $(ls $debugfs); do
		pages=$(($(cat "$debugfs/$name/count") / 4))
		used=$(cat "$debugfs/$name/used")
		counted=$(cat "$sysfs/$name/alloc_pages_success")
		if ! echo $pages >"$debugfs/$name/alloc"; then
			complain "area $name: $pages pages cannot be had"
			continue
		fi
		[ "$(cat "$debugfs/$name/used")" -eq $((used + pages)) ] || complain "area $name: used does not grow by $pages"
		echo $pages >"$debugfs/$name/free" || complain "area $name does not take its pages back"
		[ "$(cat "$debugfs/$name/used")" -eq "$used" ] || complain "area $name: used is not $used again"
		[ "$(cat "$sysfs/$name/alloc_pages_success")" -eq $((counted + pages)) ] ||
			complain "area $name: alloc_pages_success does not grow by $pages"
	done
	result each_area_can_be_used
}

total() {
	local name pages=0 said
	for name in $(ls $debugfs); do
		pages=$((pages + $(cat "$debugfs/$name/count")))
	done
	said=$(awk '/^CmaTotal:/ { print $2 }' /proc/meminfo)
	[ "$said" -eq $((pages * (page_bytes / 1024))) ] || complain "CmaTotal is $said kB, the areas have $pages pages"
	echo "# fact CmaTotal $said kB"
	result total
}

# One message a node, with its name and the least that would do.
refused_nodes_are_told_once() {
	local name lines
	while read -r name; do
		lines=$(dmesg | grep -c "Reserved memory: node '$name': .*least size and alignment $((block_bytes / 1024)) KiB")
		[ "$lines" -eq 1 ] || complain "$lines lines, not 1, tell that $name was refused"
	done <$refused
	lines=$(dmesg | grep -c "Reserved memory: node '")
	[ "$lines" -eq $(($(wc -l <$refused) + overruled)) ] ||
		complain "$lines messages about nodes, $(wc -l <$refused) were refused, cma= overrules $overruled"
	result refused_nodes_are_told_once
}

echo "TAP version 13"
if [ "$1" = -t ] && [ "$2" = contract ]; then
	ours=
	echo "1..5"
elif [ $# -eq 0 ]; then
	ours=y
	echo "1..6"
else
	echo "Bail out! usage: board_test.sh [-t contract]"
	exit 2
fi
kernel_numbers || { echo "Bail out! the kernel does not tell its page size, or there is no device tree"; exit 1; }
[ -d $debugfs ] || { echo "Bail out! no $debugfs"; exit 1; }
read_nodes
each_node_is_an_area
no_other_area
default_area
each_area_can_be_used
total
[ -z "$ours" ] || refused_nodes_are_told_once
exit $failed
