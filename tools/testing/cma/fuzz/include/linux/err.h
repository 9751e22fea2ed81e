/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: directories can always be made. */
#ifndef _CMA_FUZZ_ERR_H
#define _CMA_FUZZ_ERR_H

#define IS_ERR(pointer)	(!(pointer))

#endif
