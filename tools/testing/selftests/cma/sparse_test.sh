#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without a virtual map of struct pages those of two memory sections do not lie one behind the other. Does an area that
# is in both hand out all of its memory, and never a range that crosses the border?
#
# Boot a kernel with SPARSEMEM and without VMEMMAP with across.dtso.

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
echo "1..4"

zcat /proc/config.gz | grep -q '^CONFIG_SPARSEMEM=y' && ! zcat /proc/config.gz | grep -q '^CONFIG_SPARSEMEM_VMEMMAP=y'
result $? memory_map_is_in_sections

[ "$(cat $area/count)" -eq 16384 ] && used_is 0 && [ "$(cat $area/maxchunk)" -eq 8192 ]
result $? area_is_whole_and_its_largest_range_is_half

! take 8193 && used_is 0 && ! take 16384 && used_is 0
result $? no_range_crosses_the_border

take 8192 && take 8000 && take 192 && used_is 16384 && ! take 1 &&
	echo 16384 >$area/free && used_is 0
result $? both_halves_can_be_had_to_the_last_page

exit $failed
