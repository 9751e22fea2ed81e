// SPDX-License-Identifier: GPL-2.0
/* Which layouts do debuggers and dump tools see? Compiled with debug information, for pahole. */
#include <linux/device.h>
#include <linux/migrate_mode.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/of_reserved_mem.h>
#include <linux/vm_event_item.h>

struct zone zone;
struct pglist_data pglist_data;
struct page page;
struct folio folio;
struct free_area free_area;
struct per_cpu_pages per_cpu_pages;
struct device device;
struct mem_section mem_section_of_probe;
struct list_head list_head;
struct reserved_mem reserved_mem;
enum vm_event_item vm_event_item;
enum migratetype migratetype;
enum zone_stat_item zone_stat_item;
enum node_stat_item node_stat_item;
enum migrate_reason migrate_reason;
enum zone_watermarks zone_watermarks;
enum zone_type zone_type;
enum pageflags pageflags;
