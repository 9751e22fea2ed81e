/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim. */
#ifndef _CMA_SHIM_BITS_H
#define _CMA_SHIM_BITS_H

#define BITS_PER_LONG	(__SIZEOF_LONG__ * __CHAR_BIT__)
#define BIT(nr)		(1UL << (nr))

#endif
