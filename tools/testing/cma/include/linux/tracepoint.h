/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: nobody listens; arguments are evaluated as if somebody did. */
#ifndef _CMA_SHIM_TRACEPOINT_H
#define _CMA_SHIM_TRACEPOINT_H

#define TP_PROTO(...)			__VA_ARGS__
#define TRACE_DEFINE_ENUM(name)		struct shim_nothing
#define TRACE_EVENT(name, prototype, ...)				\
	static inline void trace_##name(prototype) { }			\
	struct shim_nothing

#endif
