/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the range engine does to a range of page frames.
 *
 * One contig_take tells how an attempt at a range ended. A contig_evacuate
 * before it says that tenants had to leave; a contig_blocked after it names the
 * page that was in the way and what was the matter with it. All ranges are half
 * open.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM contig

#if !defined(_TRACE_CONTIG_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_CONTIG_H

#include <linux/contig_reason.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

/* First let user space know the numbers, then the texts that go with them. */
#undef EM
#undef EMe
#define EM(name, text)	TRACE_DEFINE_ENUM(CONTIG_REASON_##name);
#define EMe(name, text)	TRACE_DEFINE_ENUM(CONTIG_REASON_##name);

CONTIG_REASONS

#undef EM
#undef EMe
#define EM(name, text)	{ CONTIG_REASON_##name, text },
#define EMe(name, text)	{ CONTIG_REASON_##name, text }

/* An attempt at [start_pfn, end_pfn) has ended: errno is 0 if it is taken. */
TRACE_EVENT(contig_take,

	TP_PROTO(unsigned long start_pfn, unsigned long end_pfn,
		 int migratetype, int errno),

	TP_ARGS(start_pfn, end_pfn, migratetype, errno),

	TP_STRUCT__entry(
		__field(unsigned long, start_pfn)
		__field(unsigned long, end_pfn)
		__field(int, migratetype)
		__field(int, errno)
	),

	TP_fast_assign(
		__entry->start_pfn = start_pfn;
		__entry->end_pfn = end_pfn;
		__entry->migratetype = migratetype;
		__entry->errno = errno;
	),

	TP_printk("start_pfn=0x%lx end_pfn=0x%lx migratetype=%d errno=%d",
		  __entry->start_pfn, __entry->end_pfn, __entry->migratetype,
		  __entry->errno)
);

/* The page at pfn keeps the range around it from being taken. */
TRACE_EVENT(contig_blocked,

	TP_PROTO(unsigned long pfn, enum contig_reason reason),

	TP_ARGS(pfn, reason),

	TP_STRUCT__entry(
		__field(unsigned long, pfn)
		__field(int, reason)
	),

	TP_fast_assign(
		__entry->pfn = pfn;
		__entry->reason = reason;
	),

	TP_printk("pfn=0x%lx reason=%s", __entry->pfn,
		  __print_symbolic(__entry->reason, CONTIG_REASONS))
);

/* Tenants left [start, end): so many pages moved, so many dropped. */
TRACE_EVENT(contig_evacuate,

	TP_PROTO(unsigned long start, unsigned long end,
		 unsigned long nr_migrated, unsigned long nr_dropped),

	TP_ARGS(start, end, nr_migrated, nr_dropped),

	TP_STRUCT__entry(
		__field(unsigned long, start)
		__field(unsigned long, end)
		__field(unsigned long, nr_migrated)
		__field(unsigned long, nr_dropped)
	),

	TP_fast_assign(
		__entry->start = start;
		__entry->end = end;
		__entry->nr_migrated = nr_migrated;
		__entry->nr_dropped = nr_dropped;
	),

	TP_printk("start=0x%lx end=0x%lx nr_migrated=%lu nr_dropped=%lu",
		  __entry->start, __entry->end, __entry->nr_migrated,
		  __entry->nr_dropped)
);

#endif /* _TRACE_CONTIG_H */

#include <trace/define_trace.h>
