/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which frame holds this page, and what does the kernel say of a frame? By pagemap and
 * kpageflags.
 */
#ifndef CMA_SELFTEST_PAGE_H
#define CMA_SELFTEST_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <linux/kernel-page-flags.h>

#ifndef KPF_RESERVED
#define KPF_RESERVED	32	/* not in the header for user space */
#endif
#define KPF(name)	(1ULL << KPF_##name)

/* Frames of @nr_pages pages from @addr on; 0 where no page is mapped. Return: 0 or -errno. */
int pages_to_pfns(const void *addr, size_t nr_pages, unsigned long *pfns);
unsigned long page_to_pfn(const void *addr);

/* Makes sure that the page is mapped. */
static inline void page_touch(const void *addr)
{
	asm volatile("" : : "r"(*(const unsigned char *)addr));
}

/* Return: the pages of a pageblock, the unit that areas are made of. */
unsigned long pageblock_pages(void);

/* kpageflags of the frames [@start_pfn, @end_pfn). Return: 0 or -errno. */
int frames_flags(unsigned long start_pfn, unsigned long end_pfn, uint64_t *flags);

/* Return: how many of the @nr frames have every flag of @all, or -1. */
long frames_with(const unsigned long *pfns, size_t nr, uint64_t all);

/*
 * Return: the number of frames in [@start_pfn, @end_pfn) whose flags under @mask equal @value,
 * or -1.
 */
long frames_count(unsigned long start_pfn, unsigned long end_pfn, uint64_t mask, uint64_t value);

#endif
