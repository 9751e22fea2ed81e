#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does every node have the areas that were asked for, in its own memory, and do they work?
#
# Boot with two nodes, numa_cma=0:32M,1:64M cma_pernuma=16M cma=16M.
#
# With "-t wrong": is each parameter that makes no sense named, and no area there for it? Boot with two nodes,
# numa_cma=7:32M numa_cma=1:x numa_cma cma_pernuma=garbage cma_pernuma cma=16M.

debugfs=/sys/kernel/debug/cma
number=0
failed=0

result() {	# STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number numa.$2"
	else
		echo "not ok $number numa.$2"
		failed=1
	fi
}

# NODE: "FIRST END" of each of its zones that has memory, in page frames
zones_of() {
	awk -v node="$1" '
		$1 == "Node" { here = $2 == node "," }
		here && $1 == "spanned" { spanned = $2 }
		here && $1 == "start_pfn:" && spanned { print $2, $2 + spanned; spanned = 0 }
	' /proc/zoneinfo
}

# AREA NODE MIB: it is of this size, and all of it is in a zone of this node
is_on() {
	local area=$debugfs/$1 base count pages first end
	[ -d "$area" ] || { echo "# no area $1"; return 1; }
	base=$(cat "$area/base_pfn")
	count=$(cat "$area/count")
	[ "$count" -eq $(($3 * 256)) ] || { echo "# area $1 has $count pages, not $3 MiB"; return 1; }
	zones_of "$2" >/tmp/zones
	while read -r first end; do
		[ "$base" -ge "$first" ] && [ $((base + count)) -le "$end" ] && return 0
	done </tmp/zones
	echo "# area $1 at $base is not on node $2: $(tr '\n' ';' </tmp/zones)"
	return 1
}

# AREA: whole of what is left of it can be had, page by page of the map, and given back
works() {
	local area=$debugfs/$1 used left
	used=$(cat "$area/used")
	left=$(cat "$area/maxchunk")
	[ "$left" -gt 0 ] && echo "$left" >"$area/alloc" && [ "$(cat "$area/used")" -eq $((used + left)) ] &&
		echo "$left" >"$area/free" && [ "$(cat "$area/used")" -eq "$used" ]
}

# TEXT: the log has it in one line
is_told() {
	[ "$(dmesg | grep -c -F "cma: $1")" -eq 1 ] || { echo "# the log has not, once: $1"; return 1; }
}

echo "TAP version 13"
if [ "$1 $2" = "-t wrong" ]; then
	echo "1..6"
	is_told "numa_cma: node 7 is not online, no area of 32 MiB there"
	result $? node_that_is_not_there_is_named
	is_told "numa_cma=1:x: "
	result $? numa_cma_that_is_no_number_is_named
	is_told "numa_cma=: "
	result $? numa_cma_without_a_value_is_named
	is_told "cma_pernuma=garbage: "
	result $? cma_pernuma_that_is_no_number_is_named
	is_told "cma_pernuma=: "
	result $? cma_pernuma_without_a_value_is_named
	[ "$(ls $debugfs)" = reserved ]
	result $? only_the_default_area_is_there
	exit $failed
fi
echo "1..7"

[ -d /sys/devices/system/node/node1 ]
result $? has_two_nodes
is_on numa0 0 32 && is_on numa1 1 64
result $? areas_of_numa_cma_are_on_their_nodes
is_on pernuma0 0 16 && is_on pernuma1 1 16
result $? areas_of_cma_pernuma_are_on_all_nodes
works numa0 && works numa1 && works pernuma0 && works pernuma1 && works reserved
result $? areas_work

# The areas of both nodes are in the totals.
total=$(cat $debugfs/*/count | awk '{ sum += $1 } END { print sum * 4 }')
[ "$total" = "$(awk '$1 == "CmaTotal:" { print $2 }' /proc/meminfo)" ] &&
	[ "$total" = "$(awk '$1 == "cma" && NF == 2 { sum += $2 } END { print sum * 4 }' /proc/zoneinfo)" ]
result $? areas_are_in_the_totals_of_all_nodes

# Whose buffers land where: the disk says on which node it is (-1: none).
node=$(cat /sys/class/nvme/nvme0/device/numa_node 2>/dev/null)
echo "# disk on node ${node:-none}; pages in use: $(cd $debugfs && for a in *; do printf '%s %s, ' "$a" "$(cat "$a/used")"; done)"
case $node in
[01])
	[ $(($(cat $debugfs/pernuma$node/used) + $(cat $debugfs/numa$node/used))) -gt 0 ]
	result $? buffers_of_a_device_are_on_its_node ;;
*)
	echo "ok 6 numa.buffers_of_a_device_are_on_its_node # SKIP no disk that says on which node it is"
	echo "ok 7 numa.buffers_come_from_the_second_area_if_the_first_is_full # SKIP no such disk"
	exit $failed ;;
esac

# Without the disk's driver the first area is filled; the driver comes back, and finds the second.
driver=/sys/bus/pci/drivers/nvme
device=$(basename "$(readlink /sys/class/nvme/nvme0/device)")
echo "$device" >$driver/unbind
left=$(cat $debugfs/pernuma$node/maxchunk)
before=$(cat $debugfs/numa$node/used)
echo "$left" >$debugfs/pernuma$node/alloc && echo "$device" >$driver/bind &&
	[ "$(cat $debugfs/numa$node/used)" -gt "$before" ]
result $? buffers_come_from_the_second_area_if_the_first_is_full
echo "$left" >$debugfs/pernuma$node/free
exit $failed
