/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: what an allocation may do, as far as anybody here asks. */
#ifndef _CMA_SHIM_GFP_TYPES_H
#define _CMA_SHIM_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_HIGHMEM		0x0001u
#define __GFP_MOVABLE		0x0002u
#define __GFP_RECLAIMABLE	0x0004u
#define __GFP_IO		0x0008u
#define __GFP_FS		0x0010u
#define __GFP_DIRECT_RECLAIM	0x0020u
#define __GFP_KSWAPD_RECLAIM	0x0040u
#define __GFP_NORETRY		0x0080u
#define __GFP_RETRY_MAYFAIL	0x0100u
#define __GFP_NOWARN		0x0200u
#define __GFP_COMP		0x0400u
#define __GFP_ZERO		0x0800u
#define __GFP_ZEROTAGS		0x1000u
#define __GFP_SKIP_ZERO		0x2000u
#define __GFP_SKIP_KASAN	0x4000u
#define __GFP_WRITE		0x8000u
#define __GFP_HARDWALL		0x10000u
#define __GFP_THISNODE		0x20000u
#define __GFP_NOMEMALLOC	0x40000u
#define GFP_ZONEMASK		(__GFP_HIGHMEM | __GFP_MOVABLE)
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOIO		__GFP_RECLAIM
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_HIGHUSER_MOVABLE	(GFP_KERNEL | __GFP_HIGHMEM | __GFP_MOVABLE)
#define GFP_RECLAIM_MASK						\
	(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_NOWARN |		\
	 __GFP_RETRY_MAYFAIL | __GFP_NORETRY)

#endif
