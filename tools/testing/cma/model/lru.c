// SPDX-License-Identifier: GPL-2.0
/*
 * Which tenants are on the LRU list, and which are on their way there?
 *
 * A folio begins in a batch of its CPU, which holds a reference; so it looks as
 * if somebody had pinned it, until the batch is drained. That is what the engine
 * has to tell apart.
 */
#include "model.h"

#define BATCH	15

struct batch {
	spinlock_t lock;	/* protects what follows */
	unsigned int nr;
	struct folio *folios[BATCH];
};

static struct batch batches[MODEL_CPUS];
static spinlock_t lru_lock;	/* protects lru, and who is on it */
static LIST_HEAD(lru);
static unsigned int nr_disabled;

void model_init_lru(void)
{
	unsigned int cpu;

	spin_lock_init(&lru_lock);
	INIT_LIST_HEAD(&lru);
	nr_disabled = 0;
	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		spin_lock_init(&batches[cpu].lock);
		batches[cpu].nr = 0;
	}
}

static void drain_cpu(unsigned int cpu)
{
	struct folio *folios[BATCH];
	unsigned int nr, i;

	spin_lock(&batches[cpu].lock);
	nr = batches[cpu].nr;
	for (i = 0; i < nr; i++)
		folios[i] = batches[cpu].folios[i];
	batches[cpu].nr = 0;
	spin_unlock(&batches[cpu].lock);

	for (i = 0; i < nr; i++) {
		spin_lock(&lru_lock);
		list_add(&folios[i]->lru, &lru);
		model_set_flag(&folios[i]->page, PG_lru);
		spin_unlock(&lru_lock);
		folio_put(folios[i]);
	}
}

void lru_add_drain(void)
{
	model_seam();
	drain_cpu(current->cpu);
}

void lru_add_drain_all(void)
{
	unsigned int cpu;

	might_sleep();
	model_seam();
	for (cpu = 0; cpu < MODEL_CPUS; cpu++)
		drain_cpu(cpu);
}

void lru_cache_disable(void)
{
	__atomic_fetch_add(&nr_disabled, 1, __ATOMIC_SEQ_CST);
	lru_add_drain_all();
}

void lru_cache_enable(void)
{
	__atomic_fetch_sub(&nr_disabled, 1, __ATOMIC_SEQ_CST);
}

unsigned int model_lru_disabled(void)
{
	return READ_ONCE(nr_disabled);
}

void model_lru_add(struct folio *folio)
{
	struct batch *batch = &batches[current->cpu];
	bool full;

	page_ref_add(&folio->page, 1);
	spin_lock(&batch->lock);
	batch->folios[batch->nr++] = folio;
	full = batch->nr == BATCH || model_lru_disabled();
	spin_unlock(&batch->lock);
	if (full)
		drain_cpu(current->cpu);
}

/* Nobody has the folio any more; its flag is nobody else's to clear. */
void model_lru_del(struct folio *folio)
{
	if (!folio_test_lru(folio))
		return;
	spin_lock(&lru_lock);
	list_del(&folio->lru);
	model_clear_flag(&folio->page, PG_lru);
	spin_unlock(&lru_lock);
}

bool model_lru_isolate(struct folio *folio)
{
	bool was_there;

	spin_lock(&lru_lock);
	was_there = model_clear_flag(&folio->page, PG_lru);
	if (was_there)
		list_del(&folio->lru);
	spin_unlock(&lru_lock);
	return was_there;
}

void model_walk_batches(void (*each)(struct folio *folio))
{
	unsigned int cpu, i;

	for (cpu = 0; cpu < MODEL_CPUS; cpu++)
		for (i = 0; i < batches[cpu].nr; i++)
			each(batches[cpu].folios[i]);
}
