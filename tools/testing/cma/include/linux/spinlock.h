/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: a mutex that knows its holder; who holds one may not sleep. */
#ifndef _CMA_SHIM_SPINLOCK_H
#define _CMA_SHIM_SPINLOCK_H

#include <pthread.h>
#include <stdbool.h>

typedef struct {
	pthread_mutex_t mutex;
	const void *holder;	/* the thread's task, for lockdep */
} spinlock_t;

void spin_lock_init(spinlock_t *lock);
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
bool model_holds(const spinlock_t *lock);

#define spin_lock_irqsave(lock, flags) \
	do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do { (void)(flags); spin_unlock(lock); } while (0)

#define lockdep_assert_held(lock) \
	((void)WARN_ON_ONCE(!model_holds(lock)))

#endif
