#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does the network driver e1000e get its rings out of the area, larger and smaller in a loop, while tenants fill it?
# Its default rings are one page each and come from elsewhere.
#
# The machine has an e1000e at a network of QEMU's own, with a TFTP server that has `payload` and its sum.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
ROUNDS=10
RING_PAGES=32		# 4096 descriptors of 16 bytes, twice

for interface in /sys/bus/pci/drivers/e1000e/*/net/*; do
	name=${interface##*/}
done
[ -e "$interface" ] || bail "no interface of e1000e"

# The link comes up some seconds after the interface; that it never does is told by the time limit.
up() {
	ifconfig "$name" 10.0.2.15 netmask 255.255.255.0 up
	until ping -c 1 -W 2 10.0.2.2 >/dev/null 2>&1; do
		sleep 1
	done
}

fetch() {
	rm -f payload payload.sha256
	tftp -g -r payload.sha256 10.0.2.2 && tftp -g -r payload 10.0.2.2 && sha256sum -c payload.sha256
}

plan 6
cd /tmp
up
quietly fetch
result $? "e1000e.network_works"

begin fill reserved
await fill full
result $? "e1000e.area_is_full_of_tenants"

grown=0 resized=0 fetched=0
failures=$(counter alloc_pages_fail)
for round in $(seq $ROUNDS); do
	had=$(counter alloc_pages_success)
	ethtool -G "$name" rx 4096 tx 4096 && resized=$((resized + 1))
	had=$(($(counter alloc_pages_success) - had))
	[ $had -ge $RING_PAGES ] && grown=$((grown + 1))
	up
	fetch >/tmp/fetch.out 2>&1 && fetched=$((fetched + 1))
	ethtool -G "$name" rx 256 tx 256 && resized=$((resized + 1))
	up
	fetch >/tmp/fetch.out 2>&1 && fetched=$((fetched + 1))
done
echo "# of $ROUNDS rounds: $resized rings resized, $grown times at least $RING_PAGES pages from the area," \
	"$fetched times the payload was whole"
[ $resized -eq $((2 * ROUNDS)) ] && [ $grown -eq $ROUNDS ]
result $? "e1000e.rings_come_from_the_area"
[ $fetched -eq $((2 * ROUNDS)) ]
result $? "e1000e.network_works_with_each_ring"
[ "$(counter alloc_pages_fail)" -eq "$failures" ]
result $? "e1000e.no_request_failed"
end fill
result $? "e1000e.tenants_left_with_their_content"
exit $failed
