/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a device has an area, nothing else. */
#ifndef _CMA_FUZZ_DEVICE_H
#define _CMA_FUZZ_DEVICE_H

struct device {
	struct cma *cma_area;
};

#endif
