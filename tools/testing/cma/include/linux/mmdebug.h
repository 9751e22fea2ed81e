/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: built as with CONFIG_DEBUG_VM. */
#ifndef _CMA_SHIM_MMDEBUG_H
#define _CMA_SHIM_MMDEBUG_H

#include <linux/bug.h>

#define VM_WARN_ON_ONCE(condition)	((void)WARN_ON_ONCE(condition))

#endif
