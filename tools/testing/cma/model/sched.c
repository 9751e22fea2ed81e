// SPDX-License-Identifier: GPL-2.0
/*
 * Who runs, who waits, and what happens meanwhile?
 *
 * Without threads time passes only when the task sleeps, and others run only
 * where a seam lets them (struct model_seams). With threads all of it is real.
 */
#include <sched.h>
#include <time.h>

#include <linux/sched/signal.h>
#include <linux/wait_bit.h>
#include <trace/events/kmem.h>

#include "model.h"

bool model_has_threads;
bool model_is_traced;
_Thread_local struct task_struct model_task;
_Thread_local struct model_seams model_seams;
wait_queue_head_t model_var_queue = {
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0
};

static unsigned long passed = 1000;	/* jiffies, without threads */

unsigned long model_jiffies(void)
{
	struct timespec now;

	if (!model_has_threads)
		return passed;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * HZ + now.tv_nsec / (1000000000 / HZ);
}

void spin_lock_init(spinlock_t *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
	lock->holder = NULL;
}

void spin_lock(spinlock_t *lock)
{
	if (model_holds(lock))
		test_fail(__FILE__, __LINE__, "a lock is taken twice by one task");
	pthread_mutex_lock(&lock->mutex);
	__atomic_store_n(&lock->holder, current, __ATOMIC_RELAXED);
	current->nr_spinning++;
}

void spin_unlock(spinlock_t *lock)
{
	if (!model_holds(lock))
		test_fail(__FILE__, __LINE__, "a lock is dropped that is not held");
	__atomic_store_n(&lock->holder, NULL, __ATOMIC_RELAXED);
	current->nr_spinning--;
	pthread_mutex_unlock(&lock->mutex);
}

bool model_holds(const spinlock_t *lock)
{
	return __atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == current;
}

void might_sleep(void)
{
	if (current->nr_spinning)
		test_fail(__FILE__, __LINE__, "sleeps with a spinlock held");
}

void model_pass(unsigned long ticks)
{
	passed += ticks;
}

static void let_pass(long ticks)
{
	might_sleep();
	if (!model_has_threads) {
		passed += ticks;
		if (model_seams.pause)
			model_seams.pause();
		return;
	}
	nanosleep(&(struct timespec) { .tv_nsec = 1000000 }, NULL);
}

/* With threads a sleep is shorter than asked for: nothing depends on it. */
long schedule_timeout_killable(long timeout)
{
	if (!current->killed)
		let_pass(timeout);
	return 0;
}

bool fatal_signal_pending(struct task_struct *task)
{
	if (model_fails("fatal_signal_pending"))
		task->killed = true;
	return task->killed;
}

void init_waitqueue_head(wait_queue_head_t *queue)
{
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_cond_init(&queue->woken, NULL);
	queue->nr_wakes = 0;
	queue->nr_sleepers = 0;
}

bool wq_has_sleeper(wait_queue_head_t *queue)
{
	bool has;

	pthread_mutex_lock(&queue->mutex);
	has = queue->nr_sleepers;
	pthread_mutex_unlock(&queue->mutex);
	return has;
}

void wake_up_all(wait_queue_head_t *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->nr_wakes++;
	pthread_cond_broadcast(&queue->woken);
	pthread_mutex_unlock(&queue->mutex);
}

unsigned long model_wait_begin(wait_queue_head_t *queue)
{
	unsigned long ticket;

	pthread_mutex_lock(&queue->mutex);
	queue->nr_sleepers++;
	ticket = queue->nr_wakes;
	pthread_mutex_unlock(&queue->mutex);
	return ticket;
}

long model_wait_end(wait_queue_head_t *queue, unsigned long ticket, bool done,
		    long timeout)
{
	unsigned long start = jiffies, waited;
	struct timespec until;
	int timed_out = 0;

	if (!done && !model_has_threads)
		let_pass(timeout);
	pthread_mutex_lock(&queue->mutex);
	if (!done && model_has_threads) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += timeout % HZ * 1000000;
		until.tv_sec += timeout / HZ + until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		while (queue->nr_wakes == ticket && !timed_out)
			timed_out = pthread_cond_timedwait(&queue->woken,
							   &queue->mutex, &until);
	}
	queue->nr_sleepers--;
	pthread_mutex_unlock(&queue->mutex);
	if (timed_out)
		return 0;
	waited = jiffies - start;
	return done ? timeout ?: 1 : waited < (unsigned long)timeout ?
		timeout - (long)waited : 0;
}

void model_seam(void)
{
	struct model_seams seams = model_seams;

	if (!seams.between || current->nr_spinning)
		return;
	/* What others do goes well, and is not counted. */
	model_seams = (struct model_seams) { };
	seams.between();
	model_seams = seams;
}

bool model_fails(const char *seam)
{
	struct model_seams *seams = &model_seams;

	model_seam();
	if (!seams->fail_at)
		return false;
	seams->nr_calls++;
	if (seams->fail_on ? seams->nr_calls < seams->fail_at :
			     seams->nr_calls != seams->fail_at)
		return false;
	seams->failed = seam;
	return true;
}
