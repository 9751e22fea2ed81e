/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: the task: model/sched.c. */
#ifndef _CMA_SHIM_SCHED_H
#define _CMA_SHIM_SCHED_H

#include <linux/jiffies.h>
#include <linux/types.h>

struct task_struct {
	bool killed;		/* a fatal signal is pending */
	unsigned int nr_spinning;	/* spinlocks held: no sleep meanwhile */
	unsigned int cpu;
	unsigned int gfp_scope;	/* what memalloc_nofs_save() takes away */
};

extern _Thread_local struct task_struct model_task;
#define current		(&model_task)

long schedule_timeout_killable(long timeout);
void might_sleep(void);
#define cond_resched()	might_sleep()

#endif
