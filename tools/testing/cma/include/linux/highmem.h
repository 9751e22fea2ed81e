/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: a page's content is one word: see struct page. */
#ifndef _CMA_SHIM_HIGHMEM_H
#define _CMA_SHIM_HIGHMEM_H

#include <linux/mm.h>

#define clear_highpage(page)	((void)((page)->content = 0))

#endif
