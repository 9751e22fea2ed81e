#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Do the kernel's own checkers that allocate contiguous memory work: KFENCE's pool, and the test of page table helpers?
#
# KFENCE is off at boot, so that its pool comes from alloc_contig_pages() when it is turned on. A warning of either
# fails the boot, as scripts/qemu sees it.

. "$(dirname "$(readlink -f "$0")")/lib.sh"
stats=/sys/kernel/debug/kfence/stats

allocations() {
	sed -n 's/^total allocations: //p' $stats
}

plan 5
dmesg | grep -q 'debug_vm_pgtable: .*Validating architecture page table helpers'
result $? "debug.page_table_helpers_were_tested_at_boot"

! dmesg | grep -q 'kfence: initialized'
result $? "debug.kfence_is_off_at_boot"

begin cycle all
await cycle cycling || bail "the area cannot be had"
echo 10 >/sys/module/kfence/parameters/sample_interval
dmesg | grep 'kfence: initialized' | sed 's/^/# /'
dmesg | grep -q 'kfence: initialized' && grep -q '^enabled: 1' $stats
result $? "debug.kfence_gets_its_pool_late"

# Objects of it come and go.
before=$(allocations)
n=0
while [ "$(allocations)" -le $((before + 20)) ] && [ $n -lt 2000 ]; do
	ls -lR /sys/class >/dev/null
	n=$((n + 1))
done
sed 's/^/# /' $stats
[ "$(allocations)" -gt $((before + 20)) ] && grep -q '^total bugs: 0' $stats
result $? "debug.kfence_hands_out_objects_and_finds_no_bug"
end cycle
result $? "debug.area_could_be_had_meanwhile"
exit $failed
