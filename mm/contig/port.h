/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one door to the kernel: every kernel header that the engine needs, and
 * nothing of the engine itself. A host harness or another kernel version
 * replaces this file as a whole.
 */
#ifndef _MM_CONTIG_PORT_H
#define _MM_CONTIG_PORT_H

#include <linux/hugetlb.h>
#include <linux/kasan-enabled.h>
#include <linux/memory_hotplug.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-isolation.h>
#include <linux/page_owner.h>
#include <linux/pgalloc_tag.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/wait_bit.h>
#include "../internal.h"
#include "buddy.h"

#endif /* _MM_CONTIG_PORT_H */
