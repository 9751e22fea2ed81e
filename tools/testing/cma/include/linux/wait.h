/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: wait queues: model/sched.c. Without threads time passes, and nobody else runs. */
#ifndef _CMA_SHIM_WAIT_H
#define _CMA_SHIM_WAIT_H

#include <linux/jiffies.h>
#include <linux/types.h>
#include <pthread.h>

typedef struct {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long nr_wakes;
	unsigned int nr_sleepers;
} wait_queue_head_t;

void init_waitqueue_head(wait_queue_head_t *queue);
bool wq_has_sleeper(wait_queue_head_t *queue);
void wake_up_all(wait_queue_head_t *queue);

/* Between the two, no wake is missed; the latter returns what is left. */
unsigned long model_wait_begin(wait_queue_head_t *queue);
long model_wait_end(wait_queue_head_t *queue, unsigned long ticket, bool done,
		    long timeout);

#define wait_event_timeout(queue, condition, timeout) ({		\
	long _left = (timeout);						\
	bool _done = false;						\
	while (!_done && _left) {					\
		unsigned long _ticket = model_wait_begin(&(queue));	\
		_done = (condition);					\
		_left = model_wait_end(&(queue), _ticket, _done, _left);\
	}								\
	if (!_left && (condition))					\
		_left = 1;						\
	_left; })

#endif
