/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: one thread, which must not take a lock twice. */
#ifndef _CMA_FUZZ_SPINLOCK_H
#define _CMA_FUZZ_SPINLOCK_H

#include <linux/bug.h>

typedef struct {
	bool locked;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->locked = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	WARN_ON_ONCE(lock->locked);
	lock->locked = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	WARN_ON_ONCE(!lock->locked);
	lock->locked = false;
}

#define spin_lock_irqsave(lock, flags)	((flags) = 0, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags)	((void)(flags), spin_unlock(lock))

#endif
