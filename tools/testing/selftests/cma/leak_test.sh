#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Is there memory that nobody refers to any more, after everything that ran before this? By kmemleak.

kmemleak=/sys/kernel/debug/kmemleak
young=6		# seconds: kmemleak leaves alone what is younger than five

echo "TAP version 13"
echo "1..1"
if [ ! -e $kmemleak ]; then
	echo "ok 1 leak.nothing_is_lost # SKIP this kernel has no DEBUG_KMEMLEAK"
	exit 0
fi

# It needs memory for each note that it makes, and gives up for good where there is none: then it is told nothing any
# more. What it said of that may be gone from the log.
case $(echo scan 2>&1 >$kmemleak) in
'') ;;
*'not permitted'*)
	echo "ok 1 leak.nothing_is_lost # SKIP kmemleak has found no memory for its notes, and given up"
	exit 0 ;;
*)
	echo "Bail out! kmemleak does not scan"
	exit 1 ;;
esac

# What a first scan suspects may just have been on its way from one place to another.
sleep $young
echo scan >$kmemleak && sleep $young && echo scan >$kmemleak || { echo "Bail out! kmemleak does not scan"; exit 1; }
found=$(cat $kmemleak)
if [ -z "$found" ]; then
	echo "ok 1 leak.nothing_is_lost"
else
	echo "$found" | sed 's/^/# /'
	echo "not ok 1 leak.nothing_is_lost"
	exit 1
fi
