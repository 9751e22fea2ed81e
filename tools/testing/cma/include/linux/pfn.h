/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: addresses and page frames. */
#ifndef _CMA_SHIM_PFN_H
#define _CMA_SHIM_PFN_H

#include <linux/mmzone.h>

#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(address)	((unsigned long)((address) >> PAGE_SHIFT))
#define PFN_UP(address)		PHYS_PFN((address) + PAGE_SIZE - 1)

#endif
