/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: time, which the model lets pass: model/sched.c. */
#ifndef _CMA_SHIM_JIFFIES_H
#define _CMA_SHIM_JIFFIES_H

#include <linux/types.h>

#define HZ	1000
#define jiffies	model_jiffies()

unsigned long model_jiffies(void);

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define msecs_to_jiffies(ms)	((unsigned long)(ms))

#endif
