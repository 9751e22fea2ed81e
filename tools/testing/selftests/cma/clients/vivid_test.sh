#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does videobuf2-dma-contig get frame buffers out of the area while tenants fill it, and do frames arrive in them?
# With -t private the area lends its memory to nobody.
#
# The test driver vivid, with vivid.allocators=1, is the camera; Debian's v4l2-ctl is the program.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
FRAMES=60
ROUNDS=3

device=
for name in /sys/class/video4linux/video*/name; do
	grep -q 'vivid.*vid-cap' "$name" && device=/dev/$(basename "$(dirname "$name")")
done
[ -n "$device" ] || bail "no capture device of vivid"

stream() {	# FILE
	v4l2-ctl -d $device --set-fmt-video=width=1280,height=720,pixelformat=YUYV \
		--stream-mmap=4 --stream-count=$FRAMES --stream-to="$1"
}

lends=1
[ "$2" = private ] && lends=0
plan $((3 + 2 * lends))
cd /tmp
if [ $lends = 1 ]; then
	begin fill reserved
	await fill full
	result $? "vivid.area_is_full_of_tenants"
fi

frame=$((1280 * 720 * 2))
streamed=0 from_area=0 whole=0
failures=$(counter alloc_pages_fail)
for round in $(seq $ROUNDS); do
	had=$(counter alloc_pages_success)
	quietly stream /tmp/frames && streamed=$((streamed + 1))
	had=$(($(counter alloc_pages_success) - had))
	[ $had -ge $((4 * frame / 4096)) ] && from_area=$((from_area + 1))
	echo "# round $round: $had pages from the area, $(stat -c %s /tmp/frames) bytes in $FRAMES frames"
	# The first and the last frame are pictures: of the right size, and not of one colour.
	[ "$(stat -c %s /tmp/frames)" -eq $((FRAMES * frame)) ] &&
		[ "$(head -c $frame /tmp/frames | tr -d '\000' | wc -c)" -gt $((frame / 2)) ] &&
		[ "$(tail -c $frame /tmp/frames | tr -d '\000' | wc -c)" -gt $((frame / 2)) ] &&
		[ "$(head -c $frame /tmp/frames | sha256sum)" != "$(tail -c $frame /tmp/frames | sha256sum)" ] &&
		whole=$((whole + 1))
	rm -f /tmp/frames
done
[ $streamed -eq $ROUNDS ] && [ $whole -eq $ROUNDS ]
result $? "vivid.streams_frames"
[ $from_area -eq $ROUNDS ]
result $? "vivid.frame_buffers_come_from_the_area"
[ "$(counter alloc_pages_fail)" -eq "$failures" ]
result $? "vivid.no_request_failed"
if [ $lends = 1 ]; then
	end fill
	result $? "vivid.tenants_left_with_their_content"
fi
exit $failed
