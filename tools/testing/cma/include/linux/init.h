/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: nothing is thrown away after boot. */
#ifndef _CMA_SHIM_INIT_H
#define _CMA_SHIM_INIT_H

#define __init
#define __initdata
#define __ro_after_init
#define late_initcall(call)	extern int shim_initcall

#endif
