// SPDX-License-Identifier: GPL-2.0
/*
 * What is left behind when something fails on the way? Each operation is done
 * again and again, and every call that it makes through a seam fails once: the
 * first one, the second one, until there are no more; then all from one on. After
 * each failure all is as before, and the same operation does what it should.
 */

#include <stdio.h>
#include <string.h>

#include <linux/cma.h>
#include <linux/errno.h>
#include <linux/gfp.h>

#include "../../../../mm/cma/alloc.h"
#include "../shim.h"
#include "../world.h"

struct operation {
	void (*prepare)(void);
	int (*act)(struct page **page);		/* an errno, or pages */
	struct cma *(*area)(void);		/* whose; NULL for nobody's */
	unsigned long nr_pages;
	bool compound;
};

static struct {
	const struct operation *operation;
	unsigned long fail_at;
	bool fail_on;
} now;

static void explain(const void *context)
{
	(void)context;
	printf("# with call %lu%s failing, last %s\n", now.fail_at,
	       now.fail_on ? " and all after it" : "", model_seams.failed);
}

static struct cma *area_a(void)
{
	return world.areas[AREA_A];
}

static struct cma *area_p(void)
{
	return world.areas[AREA_P];
}

static struct cma *nobodys(void)
{
	return NULL;
}

/* So many tenants of a kind move in, or as many as find a place. */
static void let(unsigned int nr, enum tenant_kind kind, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < WORLD_TENANTS && nr; i++) {
		if (world.tenants[i].nr_pages)
			continue;
		if (!tenant_move_in(&world.tenants[i], kind, order, i))
			break;
		nr--;
	}
	lru_add_drain_all();
}

static bool is_inside(const struct address_space *tenant)
{
	return is_migrate_cma_page(tenant->pages[0]);
}

/* All who live inside of areas leave, or all who live outside. */
static void clear(bool inside)
{
	unsigned int i;

	for (i = 0; i < WORLD_TENANTS; i++)
		if (world.tenants[i].nr_pages && is_inside(&world.tenants[i]) == inside)
			tenant_move_out(&world.tenants[i]);
	drain_all_pages(&model_zone);
}

/* All of the machine is full, then what lies outside is left again. */
static void fill_areas(enum tenant_kind kind, unsigned int order)
{
	let(WORLD_TENANTS, kind, order);
	clear(false);
}

static void prepare_nothing(void)
{
}

static void prepare_small_tenants(void)
{
	unsigned int i;

	/* Outside is no room for them until they are there. */
	let(WORLD_TENANTS, TENANT_ANON, 5);
	clear(true);
	let(60, TENANT_ANON, 0);
	let(30, TENANT_FILE, 0);
	let(30, TENANT_DIRTY, 0);
	for (i = 0; i < WORLD_TENANTS; i++)
		if (world.tenants[i].nr_pages == 32)
			tenant_move_out(&world.tenants[i]);
}

static void prepare_large_tenants(void)
{
	fill_areas(TENANT_ANON, 5);
}

static void prepare_files(void)
{
	fill_areas(TENANT_DIRTY, 2);
}

static void prepare_writeback(void)
{
	unsigned int i;

	fill_areas(TENANT_DIRTY, 2);
	for (i = 0; i < WORLD_TENANTS; i += 3)
		tenant_set_writeback(&world.tenants[i], 0, true);
}

/* Pages that are free, but stand in lists of CPUs and batches. */
static void prepare_debris(void)
{
	unsigned int i;

	fill_areas(TENANT_ANON, 2);
	for (i = 0; i < WORLD_TENANTS; i += 2) {
		current->cpu = i % 3;
		if (world.tenants[i].nr_pages)
			tenant_move_out(&world.tenants[i]);
	}
	for (i = 0; i < WORLD_TENANTS; i += 4) {
		current->cpu = i % 3;
		if (!world.tenants[i].nr_pages)
			tenant_move_in(&world.tenants[i], TENANT_ANON, 0, i);
	}
	current->cpu = 0;
}

/* Outside, where alloc_contig_range() looks: every third part is left. */
static void prepare_outside(void)
{
	unsigned int i;

	let(WORLD_TENANTS, TENANT_DIRTY, 2);
	clear(true);
	for (i = 0; i < WORLD_TENANTS; i += 3)
		if (world.tenants[i].nr_pages)
			tenant_move_out(&world.tenants[i]);
	drain_all_pages(&model_zone);
}

static void disk_finishes(void)
{
	unsigned int i;

	for (i = 0; i < WORLD_TENANTS; i++)
		tenant_set_writeback(&world.tenants[i], 0, false);
}

static int ask(struct page **page, gfp_t gfp)
{
	struct cma_alloc_request req = {
		.nr_pages = now.operation->nr_pages,
		.gfp = gfp,
	};
	int err = cma_alloc_request(now.operation->area(), &req, page);

	CHECK(!err || req.reason != CONTIG_REASON_NONE || err == -ENOMEM);
	return err;
}

static int ask_area(struct page **page)
{
	return ask(page, GFP_KERNEL);
}

static int ask_without_fs(struct page **page)
{
	return ask(page, GFP_NOFS);
}

static int ask_compound(struct page **page)
{
	*page = (struct page *)cma_alloc_folio(now.operation->area(),
					       ilog2(now.operation->nr_pages),
					       GFP_KERNEL | __GFP_COMP);
	return *page ? 0 : -EBUSY;
}

static int ask_range(struct page **page)
{
	*page = pfn_to_page(WORLD_START + 3);
	return alloc_contig_range(WORLD_START + 3,
				  WORLD_START + 3 + now.operation->nr_pages,
				  MIGRATE_MOVABLE, GFP_KERNEL);
}

static int ask_pages(struct page **page)
{
	*page = alloc_contig_pages(now.operation->nr_pages, GFP_KERNEL, 0, NULL);
	return *page ? 0 : -EBUSY;
}

/* Where is everybody, and what has been handed out? */
struct snapshot {
	struct page *tenants[WORLD_TENANTS][TENANT_MAX_PAGES];
	unsigned char owners[WORLD_PAGES];
	unsigned long nr_held[NR_AREAS];
	unsigned long nr_tenant_pages;
};

static void take_snapshot(struct snapshot *snapshot)
{
	unsigned int i;
	unsigned long j;

	memset(snapshot, 0, sizeof(*snapshot));
	world_check();
	world_owners(snapshot->owners);
	for (i = 0; i < NR_AREAS; i++)
		snapshot->nr_held[i] = world.areas[i]->nr_held;
	for (i = 0; i < WORLD_TENANTS; i++)
		for (j = 0; j < world.tenants[i].nr_pages; j++) {
			snapshot->tenants[i][j] = world.tenants[i].pages[j];
			/* What is clean may be dropped, and that is no loss. */
			snapshot->nr_tenant_pages += world.tenants[i].kind != TENANT_FILE;
		}
}

static void compare(const struct snapshot *before)
{
	static struct snapshot after;

	take_snapshot(&after);
	CHECK_EQ(after.nr_tenant_pages, before->nr_tenant_pages);
	CHECK(!memcmp(after.nr_held, before->nr_held, sizeof(after.nr_held)));
	/* Unless somebody had to leave, page by page. */
	if (!memcmp(after.tenants, before->tenants, sizeof(after.tenants)))
		CHECK(!memcmp(after.owners, before->owners, sizeof(after.owners)));
}

static int act(struct page **page)
{
	int err = now.operation->act(page);

	current->killed = false;
	if (!err)
		CHECK(world_hold(now.operation->area(), *page,
				 now.operation->nr_pages, false,
				 now.operation->compound));
	world_check();
	return err;
}

static void give_back(void)
{
	world_give(&world.holdings[0], 0, now.operation->nr_pages);
}

/* Return: false if there are not that many calls. */
static bool fail_one(unsigned long number, bool and_after)
{
	const struct operation *operation = now.operation;
	static struct snapshot before;
	unsigned long nr_failed;
	struct page *page;
	int err;

	now.fail_at = number;
	now.fail_on = and_after;
	world_set_up();
	operation->prepare();
	take_snapshot(&before);

	model_seams = (struct model_seams) {
		.pause = disk_finishes, .fail_at = number, .fail_on = and_after,
	};
	err = act(&page);
	nr_failed = model_seams.nr_calls;
	model_seams = (struct model_seams) { .pause = disk_finishes };
	CHECK(!err || err == -EBUSY || err == -ENOMEM || err == -EINTR);
	if (!err)
		give_back();
	compare(&before);

	/* Some of what has failed is remembered for a while: as if it had passed. */
	schedule_timeout_killable(2 * CMA_BLOCKER_TIME);
	CHECK_EQ(act(&page), 0);
	give_back();
	compare(&before);
	world_tear_down();
	model_seams = (struct model_seams) { };
	return nr_failed >= number;
}

static void fail_in_turn(const struct operation *operation)
{
	unsigned long nr[2] = { 0 };
	unsigned int i;

	now.operation = operation;
	test_explain(explain, NULL);
	for (i = 0; i < 2; i++)
		while (fail_one(nr[i] + 1, i))
			nr[i]++;
	/* Where nothing is in the way, nothing can go wrong. */
	CHECK(nr[0] || operation->prepare == prepare_nothing);
	test_note("%lu and %lu failures", nr[0], nr[1]);
}

#define FAILS(name, ...)						\
static void name(void)							\
{									\
	static const struct operation operation = { __VA_ARGS__ };	\
									\
	fail_in_turn(&operation);					\
}

FAILS(in_an_empty_area, prepare_nothing, ask_area, area_a, 40)
FAILS(moving_small_tenants, prepare_small_tenants, ask_area, area_a, 100)
FAILS(moving_large_tenants, prepare_large_tenants, ask_area, area_a, 40)
FAILS(moving_files, prepare_files, ask_area, area_a, 33)
FAILS(where_no_file_system_may_be_entered, prepare_debris, ask_without_fs, area_a, 20)
FAILS(waiting_for_a_disk, prepare_writeback, ask_area, area_a, 34)
FAILS(draining_lists_and_batches, prepare_debris, ask_area, area_a, 70)
FAILS(for_a_compound_page, prepare_large_tenants, ask_compound, area_a, 32, true)
FAILS(in_a_private_area, prepare_nothing, ask_area, area_p, 10)
FAILS(for_a_given_range, prepare_outside, ask_range, nobodys, 70)
FAILS(for_any_range, prepare_outside, ask_pages, nobodys, 48)

static const struct test tests[] = {
#define TEST(name)	{ #name, name }
	TEST(in_an_empty_area),
	TEST(moving_small_tenants),
	TEST(moving_large_tenants),
	TEST(moving_files),
	TEST(where_no_file_system_may_be_entered),
	TEST(waiting_for_a_disk),
	TEST(draining_lists_and_batches),
	TEST(for_a_compound_page),
	TEST(in_a_private_area),
	TEST(for_a_given_range),
	TEST(for_any_range),
	{}
};

const struct suite faults_suite = { "faults", tests };
