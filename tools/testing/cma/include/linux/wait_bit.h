/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: one queue for all variables that are waited for. */
#ifndef _CMA_SHIM_WAIT_BIT_H
#define _CMA_SHIM_WAIT_BIT_H

#include <linux/wait.h>

extern wait_queue_head_t model_var_queue;

#define wait_var_event_timeout(variable, condition, timeout) \
	((void)(variable), wait_event_timeout(model_var_queue, condition, timeout))
#define wake_up_var(variable) \
	((void)(variable), wake_up_all(&model_var_queue))

#endif
