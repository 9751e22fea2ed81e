/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a range of page frames could not be taken: one list, from which the enum
 * and the texts of the tracepoints and of the log are made.
 *
 * A user who wants a list defines EM(name, text) for an entry and EMe(name,
 * text) for the last one, and expands CONTIG_REASONS.
 */
#ifndef _LINUX_CONTIG_REASON_H
#define _LINUX_CONTIG_REASON_H

#define CONTIG_REASONS							\
	EM(NONE,		"none")					\
	EM(IN_USE,		"in use")				\
	EM(PEER,		"peer isolates it")			\
	EM(UNMOVABLE,		"unmovable")				\
	EM(PINNED,		"pinned or extra references")		\
	EM(WRITEBACK,		"locked or in writeback")		\
	EM(MIGRATE_FAILED,	"migration failed")			\
	EM(IN_FLIGHT,		"in flight: neither free nor on a list")\
	EM(HWPOISON,		"hwpoison")				\
	EM(HOLE,		"no memory, offline or another zone")	\
	EM(NO_FS,		"file page, and no file system may be entered")	\
	EM(TIMEOUT,		"no time left")				\
	EM(NO_MEMORY,		"no memory for a target page")		\
	EM(SIGNAL,		"fatal signal")				\
	EMe(HUGETLB,		"huge page could not be dissolved or moved")

#undef EM
#undef EMe
#define EM(name, text)	CONTIG_REASON_##name,
#define EMe(name, text)	CONTIG_REASON_##name

/* What kept a range from being taken; CONTIG_REASON_NONE: nothing did. */
enum contig_reason {
	CONTIG_REASONS
};

#undef EM
#undef EMe
#define EM(name, text)	+ 1
#define EMe(name, text)	+ 1

/* How many there are, CONTIG_REASON_NONE included. */
enum {
	CONTIG_NR_REASONS = 0 CONTIG_REASONS
};

#undef EM
#undef EMe

#endif /* _LINUX_CONTIG_REASON_H */
