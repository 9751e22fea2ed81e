// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that want pages of the same areas and of different ones at once, while
 * their tenants live there and come and go. Time, waiting and locks are real.
 * Pages are written and read without any lock: the thread sanitizer sees if one
 * has two owners, or is handed on before its last owner has let go of it.
 */

#include <pthread.h>
#include <stdlib.h>

#include <linux/cma.h>
#include <linux/errno.h>
#include <linux/gfp.h>

#include "../../../../mm/cma/alloc.h"
#include "../shim.h"
#include "../world.h"

#define THREADS		6
#define HOLDINGS	5

struct worker {
	pthread_t thread;
	struct rng rng;
	unsigned int number;
	unsigned long nr_ops;
	struct cma *only;		/* the area it keeps to; NULL for any */
	struct holding holdings[HOLDINGS];
	struct address_space *tenants;
	unsigned int nr_tenants;
	struct folio *pin;
	unsigned long nr_got, nr_failed;
};

static u64 written(const struct holding *holding, unsigned long i)
{
	return holding->seed + i;
}

static void check(const struct holding *holding)
{
	unsigned long i;

	for (i = 0; i < holding->nr_pages; i++)
		CHECK_EQ(pfn_to_page(holding->pfn + i)->content, written(holding, i));
}

static void hold(struct worker *worker, struct holding *holding, struct page *page)
{
	unsigned long i;

	holding->pfn = page_to_pfn(page);
	holding->seed = rng_next(&worker->rng);
	for (i = 0; i < holding->nr_pages; i++)
		page[i].content = written(holding, i);
}

static void request(struct worker *worker, struct holding *holding)
{
	struct rng *rng = &worker->rng;
	struct cma *cma = worker->only ?: world.areas[rng_between(rng, 0, NR_AREAS - 1)];
	struct cma_alloc_request req = {
		.nr_pages = rng_skewed(rng, 1, 48),
		.gfp = GFP_KERNEL | (rng_once_in(rng, 4) ? __GFP_NORETRY : 0),
		.frozen = rng_once_in(rng, 4),
	};
	struct page *page;
	int err = cma_alloc_request(cma, &req, &page);

	if (err) {
		CHECK(err == -EBUSY || err == -ENOMEM);
		worker->nr_failed++;
		return;
	}
	worker->nr_got++;
	*holding = (struct holding) {
		.cma = cma, .nr_pages = req.nr_pages, .frozen = req.frozen,
	};
	hold(worker, holding, page);
}

/* Of nobody's pages, by one thread only: two must not ask for the same. */
static void request_range(struct worker *worker, struct holding *holding)
{
	struct rng *rng = &worker->rng;
	unsigned long nr_pages = rng_skewed(rng, 1, 48);
	unsigned long pfn = WORLD_START + rng_between(rng, 0, 100);

	if (alloc_contig_range(pfn, pfn + nr_pages, MIGRATE_MOVABLE, GFP_KERNEL))
		return;
	*holding = (struct holding) { .nr_pages = nr_pages };
	hold(worker, holding, pfn_to_page(pfn));
}

static void give(struct holding *holding)
{
	struct page *page = pfn_to_page(holding->pfn);
	unsigned long nr_pages = holding->nr_pages;

	check(holding);
	holding->nr_pages = 0;
	if (!holding->cma)
		free_contig_range(holding->pfn, nr_pages);
	else if (holding->frozen)
		CHECK(cma_release_frozen(holding->cma, page, nr_pages));
	else
		CHECK(cma_release(holding->cma, page, nr_pages));
}

static void meddle(struct worker *worker)
{
	struct rng *rng = &worker->rng;
	struct address_space *tenant =
		&worker->tenants[rng_between(rng, 0, worker->nr_tenants - 1)];

	if (!tenant->nr_pages) {
		tenant_move_in(tenant, rng_between(rng, TENANT_ANON, TENANT_DIRTY),
			       rng_once_in(rng, 4) ? rng_between(rng, 1, 4) : 0,
			       rng_next(rng));
		return;
	}
	tenant_check(tenant);
	switch (rng_between(rng, 0, 3)) {
	case 0:
		tenant_write(tenant, rng_next(rng));
		break;
	case 1:
		if (worker->pin)
			folio_put(worker->pin);
		worker->pin = tenant_get_folio(tenant, 0);
		break;
	default:
		tenant_move_out(tenant);
	}
}

static void *work(void *data)
{
	struct worker *worker = data;
	unsigned int i;

	current->cpu = worker->number;
	for (; worker->nr_ops; worker->nr_ops--) {
		struct holding *holding = &worker->holdings[rng_between(&worker->rng, 0,
									HOLDINGS - 1)];

		if (rng_once_in(&worker->rng, 2))
			meddle(worker);
		else if (holding->nr_pages)
			give(holding);
		else if (!worker->number && rng_once_in(&worker->rng, 4))
			request_range(worker, holding);
		else
			request(worker, holding);
		if (worker->pin && rng_once_in(&worker->rng, 4)) {
			folio_put(worker->pin);
			worker->pin = NULL;
		}
	}
	for (i = 0; i < HOLDINGS; i++)
		if (worker->holdings[i].nr_pages)
			give(&worker->holdings[i]);
	if (worker->pin)
		folio_put(worker->pin);
	CHECK_EQ(current->nr_spinning, 0);
	return NULL;
}

static void run(struct cma *(*area_of)(unsigned int number))
{
	static struct worker workers[THREADS];
	unsigned long nr_got = 0, nr_failed = 0;
	unsigned int i;

	model_has_threads = true;
	world_set_up();
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker) {
			.rng = rng_stream(i + 1),
			.number = i,
			.nr_ops = test_ops / 200,
			.only = area_of(i),
			.nr_tenants = WORLD_TENANTS / THREADS,
		};
		workers[i].tenants = &world.tenants[i * workers[i].nr_tenants];
		CHECK(!pthread_create(&workers[i].thread, NULL, work, &workers[i]));
	}
	for (i = 0; i < THREADS; i++) {
		CHECK(!pthread_join(workers[i].thread, NULL));
		nr_got += workers[i].nr_got;
		nr_failed += workers[i].nr_failed;
	}
	model_has_threads = false;
	world_check();
	world_tear_down();
	CHECK(nr_got);
	test_note("%lu requests served, %lu not", nr_got, nr_failed);
}

static struct cma *the_same(unsigned int number)
{
	(void)number;
	return world.areas[AREA_A];
}

static struct cma *different(unsigned int number)
{
	return world.areas[number % NR_AREAS];
}

static struct cma *any(unsigned int number)
{
	(void)number;
	return NULL;
}

static void in_one_area(void)
{
	run(the_same);
}

static void in_areas_of_their_own(void)
{
	run(different);
}

static void in_all_areas(void)
{
	run(any);
}

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(in_one_area),
	TEST(in_areas_of_their_own),
	TEST(in_all_areas),
	{}
};

/* With and without the thread sanitizer. */
#ifdef SHIM_THREADS
const struct suite threads_suite = { "tsan", tests };
#else
const struct suite threads_suite = { "threads", tests };
#endif
