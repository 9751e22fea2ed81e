/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: pages are numbers, and never looked into. */
#ifndef _CMA_FUZZ_MM_H
#define _CMA_FUZZ_MM_H

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mmdebug.h>
#include <linux/types.h>

#define PAGE_SIZE		4096UL
#define pageblock_nr_pages	1024UL

struct page;

#define page_to_pfn(page)	((unsigned long)(page))
#define pfn_to_page(pfn)	((struct page *)(pfn))

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

#endif
