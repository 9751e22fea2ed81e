/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: one program. */
#ifndef _CMA_SHIM_EXPORT_H
#define _CMA_SHIM_EXPORT_H

#define EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_GPL(symbol)

#endif
