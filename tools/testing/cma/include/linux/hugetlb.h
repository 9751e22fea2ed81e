/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: there are no huge pages of a pool. */
#ifndef _CMA_SHIM_HUGETLB_H
#define _CMA_SHIM_HUGETLB_H

#define wait_for_freed_hugetlb_folios()	((void)0)
#define isolate_or_dissolve_huge_page(page, list)	((void)(page), (void)(list))

#endif
