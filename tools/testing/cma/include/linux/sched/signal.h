/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: a signal is a flag of the task. */
#ifndef _CMA_SHIM_SCHED_SIGNAL_H
#define _CMA_SHIM_SCHED_SIGNAL_H

#include <linux/sched.h>

bool fatal_signal_pending(struct task_struct *task);

#endif
