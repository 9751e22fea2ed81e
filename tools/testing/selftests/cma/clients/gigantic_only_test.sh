#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With hugetlb_cma_only=1, do gigantic pages come from the areas of hugetlb_cma= or not at all? Without it, do they
# come from elsewhere as well, once the areas have none left?
#
# Boot with 5 GiB, hugetlb_cma=1G, and hugetlb_cma_only= on or off.

pages=/sys/kernel/mm/hugepages/hugepages-1048576kB
echo "TAP version 13"
echo "1..3"
failed=0

# NUMBER NAME STATUS
result() {
	if [ "$3" -eq 0 ]; then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2"
		failed=1
	fi
}

echo 1 >$pages/nr_hugepages
has=$(cat $pages/nr_hugepages)
echo "# one asked for, $has there"
[ "$has" -eq 1 ]
result 1 "the area gives its page" $?

echo 3 >$pages/nr_hugepages
has=$(cat $pages/nr_hugepages)
if grep -q 'hugetlb_cma_only=1' /proc/cmdline; then
	echo "# three asked for, $has there; the area has one"
	[ "$has" -eq 1 ]
	result 2 "no page comes from anywhere else" $?
else
	echo "# three asked for, $has there; the area has one"
	[ "$has" -gt 1 ]
	result 2 "more pages come from elsewhere" $?
fi

echo 0 >$pages/nr_hugepages
used=$(cat /sys/kernel/debug/cma/hugetlb0/used)
echo "# none asked for, the area has $used pages in use"
[ "$used" -eq 0 ]
result 3 "the area has its page back" $?
exit $failed
