/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: counters of the zone, and of events. */
#ifndef _CMA_SHIM_VMSTAT_H
#define _CMA_SHIM_VMSTAT_H

#include <linux/mmzone.h>

enum vm_event_item { PGFREE, CMA_ALLOC_SUCCESS, CMA_ALLOC_FAIL, NR_VM_EVENT_ITEMS };

void count_vm_events(enum vm_event_item item, long nr);
#define count_vm_event(item)	count_vm_events(item, 1)

#endif
