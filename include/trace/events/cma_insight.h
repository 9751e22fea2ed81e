/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to areas, with what the events of the system "cma" cannot tell
 * without breaking those who parse them: who asks, for which device, how long
 * it took, and which page was in the way.
 *
 * Each cma_request is the end of a request, each cma_return of pages that come
 * back; a cma_blocked before a cma_request of the same task tells of a page that
 * stopped it at one range, or, with failed=1, altogether. They carry what
 * debugfs shows in the files "holders", "latency" and "blockers", and are there
 * whether holders are recorded or not.
 *
 * pfn is ~0 where there is none; us is in microseconds.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cma_insight

#if !defined(_TRACE_CMA_INSIGHT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_CMA_INSIGHT_H

#include <linux/contig_reason.h>
#include <linux/kdev_t.h>
#include <linux/math64.h>
#include <linux/tracepoint.h>
#include <linux/types.h>
#include <vdso/time64.h>

/* mm/cma/insight.c, which defines the events, knows both. */
struct cma_alloc_request;
struct cma_blocker;

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

/* A request has ended: errno is 0 if it has got its pages. */
TRACE_EVENT(cma_request,

	TP_PROTO(const char *name, const struct cma_alloc_request *req,
		 unsigned long pfn, int errno, u64 ns),

	TP_ARGS(name, req, pfn, errno, ns),

	TP_STRUCT__entry(
		__string(name, name)
		__string(device, req->device ?: "")
		__field(unsigned long, pfn)
		__field(unsigned long, count)
		__field(unsigned int, align)
		__field(int, errno)
		__field(int, reason)
		__field(unsigned long, blocker_pfn)
		__field(u64, us)
		__field(void *, caller)
	),

	TP_fast_assign(
		__assign_str(name);
		__assign_str(device);
		__entry->pfn = pfn;
		__entry->count = req->nr_pages;
		__entry->align = req->align_order;
		__entry->errno = errno;
		__entry->reason = errno ? req->reason : 0;
		__entry->blocker_pfn = errno ? req->blocker_pfn : 0;
		__entry->us = div_u64(ns, NSEC_PER_USEC);
		__entry->caller = req->caller;
	),

	TP_printk("name=%s pfn=0x%lx count=%lu align=%u errno=%d us=%llu device=%s caller=%pS reason=%s blocker_pfn=0x%lx",
		  __get_str(name), __entry->pfn, __entry->count,
		  __entry->align, __entry->errno, __entry->us,
		  __get_str(device), __entry->caller,
		  __print_symbolic(__entry->reason, CONTIG_REASONS),
		  __entry->blocker_pfn)
);

/* A page was in the way of a request; refs and maps are those of its folio. */
TRACE_EVENT(cma_blocked,

	TP_PROTO(const char *name, const struct cma_blocker *blocker,
		 bool failed),

	TP_ARGS(name, blocker, failed),

	TP_STRUCT__entry(
		__string(name, name)
		__string(kind, blocker->kind)
		__field(unsigned long, pfn)
		__field(int, reason)
		__field(int, refs)
		__field(int, maps)
		__field(bool, pinned)
		__field(bool, failed)
		__field(dev_t, dev)
		__field(unsigned long, ino)
	),

	TP_fast_assign(
		__assign_str(name);
		__assign_str(kind);
		__entry->pfn = blocker->pfn;
		__entry->reason = blocker->reason;
		__entry->refs = blocker->refs;
		__entry->maps = blocker->maps;
		__entry->pinned = blocker->is_pinned;
		__entry->failed = failed;
		__entry->dev = blocker->dev;
		__entry->ino = blocker->ino;
	),

	TP_printk("name=%s pfn=0x%lx reason=%s failed=%d kind=%s refs=%d maps=%d pinned=%d dev=%d:%d ino=%lu",
		  __get_str(name), __entry->pfn,
		  __print_symbolic(__entry->reason, CONTIG_REASONS),
		  __entry->failed, __get_str(kind), __entry->refs,
		  __entry->maps, __entry->pinned, MAJOR(__entry->dev),
		  MINOR(__entry->dev), __entry->ino)
);

/* @count pages from @pfn on come back, given by @caller. */
TRACE_EVENT(cma_return,

	TP_PROTO(const char *name, unsigned long pfn, unsigned long count,
		 void *caller),

	TP_ARGS(name, pfn, count, caller),

	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned long, pfn)
		__field(unsigned long, count)
		__field(void *, caller)
	),

	TP_fast_assign(
		__assign_str(name);
		__entry->pfn = pfn;
		__entry->count = count;
		__entry->caller = caller;
	),

	TP_printk("name=%s pfn=0x%lx count=%lu caller=%pS", __get_str(name),
		  __entry->pfn, __entry->count, __entry->caller)
);

#endif /* _TRACE_CMA_INSIGHT_H */

#include <trace/define_trace.h>
