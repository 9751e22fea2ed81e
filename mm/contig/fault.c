// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a request that meets a fault, or a delay, on its way?
 *
 * Which request is the affair of the kernel's fault injection: probability,
 * times, a task filter. Which stage, and for how long it is held, is said here:
 *
 *	/sys/kernel/debug/fail_cma/
 *		probability times ...		of faults, as everywhere
 *		<stage>/fail			may this stage fail?
 *		<stage>/delay-ms		how long is a request held there?
 *		<stage>/held			how many are, now
 *		<stage>/reached			how often it was come by
 *
 * A request that is held lets go as soon as its delay is set to 0. So a test
 * sees by "held" that a request has come to the seam, does to it what it wants,
 * and sends it on; the delay itself is only there in case the test dies.
 *
 * Documentation/admin-guide/mm/cma_debugfs.rst describes it for users.
 */
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fault-inject.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "fault.h"

/**
 * struct fail_stage - what may happen at a seam
 * @folder: name in debugfs
 * @can_fail: is there a fault that bad luck could bring?
 * @fails: may it, now?
 * @delay_ms: how long a request is held; 0 lets those go that are
 * @nr_held: how many are
 * @nr_reached: how often it was come by, by requests that may meet a fault
 */
struct fail_stage {
	const char *folder;
	bool can_fail;
	bool fails;
	u32 delay_ms;
	atomic_t nr_held;
	atomic_t nr_reached;
};

#define STAGE(name, text, yes_or_no)					\
	[FAIL_CMA_##name] = {						\
		.folder = text,						\
		.can_fail = yes_or_no,					\
		.fails = yes_or_no,					\
	},

static struct fail_stage stages[] = {
	FAIL_CMA_STAGES
};

#undef STAGE

static DECLARE_FAULT_ATTR(fail_cma);

/* "<interval>,<probability>,<space>,<times>", for every stage */
static int __init setup_fail_cma(char *str)
{
	return setup_fault_attr(&fail_cma, str);
}
__setup("failcma=", setup_fail_cma);

/* The task filter is for faults; it would be of no use if delays ignored it. */
static bool is_chosen(void)
{
	return !fail_cma.task_filter || (in_task() && current->make_it_fail);
}

static void hold(struct fail_stage *stage)
{
	u32 held_ms = 0;

	atomic_inc(&stage->nr_held);
	/* Counted, not read off jiffies: they may stand still here. */
	while (held_ms < READ_ONCE(stage->delay_ms)) {
		/* Buffers may be released where nobody may sleep. */
		if (preemptible() && !rcu_preempt_depth()) {
			schedule_timeout_uninterruptible(1);
			held_ms += jiffies_to_msecs(1);
		} else {
			mdelay(1);
			held_ms++;
		}
	}
	atomic_dec(&stage->nr_held);
}

/**
 * fail_cma_hold() - a seam at which a request may be held
 * @stage: its name
 *
 * Context: Any without a spinlock; sleeps where that is possible.
 */
void fail_cma_hold(enum fail_cma_stage stage)
{
	if (!is_chosen())
		return;
	atomic_inc(&stages[stage].nr_reached);
	if (READ_ONCE(stages[stage].delay_ms))
		hold(&stages[stage]);
}

/**
 * fail_cma_set_delay() - how long requests are held at a seam: for KUnit
 * @stage: its name
 * @delay_ms: for how long; 0 lets those go that are held
 *
 * Context: Any.
 */
void fail_cma_set_delay(enum fail_cma_stage stage, u32 delay_ms)
{
	WRITE_ONCE(stages[stage].delay_ms, delay_ms);
}

/**
 * should_fail_cma() - a seam at which a request may be held, and may fail
 * @stage: its name
 *
 * Context: Any without a spinlock; sleeps where that is possible.
 * Return: true if the request has to fail here.
 */
bool should_fail_cma(enum fail_cma_stage stage)
{
	fail_cma_hold(stage);
	return READ_ONCE(stages[stage].fails) && should_fail(&fail_cma, 1);
}

#ifdef CONFIG_FAULT_INJECTION_DEBUG_FS

static int __init fail_cma_debugfs(void)
{
	struct dentry *root = fault_create_debugfs_attr("fail_cma", NULL,
							&fail_cma);
	struct fail_stage *stage;

	for (stage = stages; stage < stages + ARRAY_SIZE(stages); stage++) {
		struct dentry *dir = debugfs_create_dir(stage->folder, root);

		if (stage->can_fail)
			debugfs_create_bool("fail", 0600, dir, &stage->fails);
		debugfs_create_u32("delay-ms", 0600, dir, &stage->delay_ms);
		debugfs_create_atomic_t("held", 0400, dir, &stage->nr_held);
		debugfs_create_atomic_t("reached", 0600, dir,
					&stage->nr_reached);
	}
	return 0;
}
late_initcall(fail_cma_debugfs);

#endif /* CONFIG_FAULT_INJECTION_DEBUG_FS */
