/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: memory stays. */
#ifndef _CMA_SHIM_MEMORY_HOTPLUG_H
#define _CMA_SHIM_MEMORY_HOTPLUG_H

#define get_online_mems()	((void)0)
#define put_online_mems()	((void)0)

#endif
