#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without a virtual map of struct pages those of two memory sections need not lie one behind the other. Does an area that
# is in both hand out all of its memory, and never a range that crosses a border of such pieces?
#
# Boot mostly allocates the struct pages of all sections at once, and then the area is in one piece; with apart.dtso it
# cannot, and the area is cut in two where the sections meet.
#
# Boot a kernel with SPARSEMEM and without VMEMMAP with across.dtso or apart.dtso.

area=/sys/kernel/debug/cma/across@5e000000
number=0
failed=0

result() {	# STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number sparse.$2"
	else
		echo "not ok $number sparse.$2"
		failed=1
	fi
}

take() {
	echo "$1" >$area/alloc 2>/dev/null
}

used_is() {
	[ "$(cat $area/used)" -eq "$1" ]
}

echo "TAP version 13"
echo "1..5"

zcat /proc/config.gz | grep -q '^CONFIG_SPARSEMEM=y' && ! zcat /proc/config.gz | grep -q '^CONFIG_SPARSEMEM_VMEMMAP=y'
result $? memory_map_is_in_sections

pieces=$(ls $area/ranges | wc -l)
largest=$((16384 / pieces))
echo "# $pieces pieces, from frame $(cat $area/ranges/*/base_pfn | tr '\n' ' ')on"
if [ -e /proc/device-tree/reserved-memory/apart@40000000 ]; then
	[ "$pieces" -eq 2 ] && [ "$(cat $area/ranges/1/base_pfn)" -eq $((0x60000)) ]
else
	[ "$pieces" -eq 1 ]
fi
result $? area_is_in_as_many_pieces_as_its_memory_map

[ "$(cat $area/count)" -eq 16384 ] && used_is 0 && [ "$(cat $area/maxchunk)" -eq $largest ]
result $? area_is_whole_and_its_largest_range_is_a_piece

! take $((largest + 1)) && used_is 0
result $? no_range_is_larger_than_a_piece

for piece in $(seq "$pieces"); do
	take $((largest - 192)) && take 192 || break
done
used_is 16384 && ! take 1 && echo 16384 >$area/free && used_is 0
result $? all_pieces_can_be_had_to_the_last_page

exit $failed
