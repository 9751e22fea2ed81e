#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does this machine's SMMU translate for the PCI devices, so that what device_test says holds behind an IOMMU?

. "$(dirname "$(readlink -f "$0")")/lib.sh"
plan 2
ls /sys/class/iommu | grep -q smmu3
result $? "smmu.is_there"

translated=0
for driver in nvme ahci xhci_hcd e1000e; do
	for device in /sys/bus/pci/drivers/$driver/0000:*; do
		type=$(cat "$device/iommu_group/type" 2>/dev/null)
		echo "# $driver ${device##*/}: ${type:-no group}"
		case $type in
		DMA|DMA-FQ) translated=$((translated + 1)) ;;
		esac
	done
done
[ $translated -eq 4 ]
result $? "smmu.translates_for_each_device"
exit $failed
