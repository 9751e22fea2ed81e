// SPDX-License-Identifier: GPL-2.0
/*
 * What does a fatal signal leave behind in the middle of an allocation?
 *
 * A child asks for a whole area full of tenants, which means thousands of migrations; it is
 * killed when the first hundreds have been seen. It may be too late: then the allocation
 * counts, and another round is tried.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "area.h"
#include "hog.h"
#include "proc.h"
#include "tenant.h"
#include "test.h"

#define SLACK_PAGES	(12 * MIB_PAGES)
#define ROUNDS_MAX	10
#define MIGRATED_FIRST	300

FIXTURE(signal) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
};

FIXTURE_SETUP(signal)
{
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
}

FIXTURE_TEARDOWN(signal)
{
	hog_release(&self->hog);
	tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

/* Return: the child's wait status. */
static int kill_while_allocating(const struct area *area)
{
	long long migrated = vmstat("pgmigrate_success");
	int status = 0;
	pid_t child = fork();

	if (!child) {
		area_alloc(area, area->nr_pages);
		pause();
		_exit(0);
	}
	/* The parent only ends the wait early when the child is done before it was seen working. */
	while (vmstat("pgmigrate_success") - migrated < MIGRATED_FIRST && !area_used(area))
		;
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return status;
}

TEST_F(signal, ends_the_task_and_leaks_nothing)
{
	int round, interrupted = 0;
	long long migrated = 0;

	for (round = 0; round < ROUNDS_MAX && !interrupted; round++) {
		int status;

		ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
		ASSERT_EQ(0, tenants_settle(&self->tenants, &tenant_anonymous));
		ASSERT_GE(tenants_find(&self->tenants, &self->area),
			  (long)self->tenants.nr_pages / 2);
		hog_release(&self->hog);

		migrated = vmstat("pgmigrate_success");
		status = kill_while_allocating(&self->area);
		migrated = vmstat("pgmigrate_success") - migrated;
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(SIGKILL, WTERMSIG(status));
		interrupted = area_used(&self->area) == 0;
		if (!interrupted)
			EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area))
				TH_LOG("a part of the area stays claimed");
		EXPECT_EQ(0, area_give_all(&self->area));
		EXPECT_EQ(0, tenants_wrong(&self->tenants));
		EXPECT_EQ(0, area_check_intact(&self->area));
		tenants_leave(&self->tenants);
	}
	printf("# round %d: killed after %lld pages were moved\n", round, migrated);
	EXPECT_TRUE(interrupted)
		TH_LOG("in %d rounds no allocation was interrupted", ROUNDS_MAX);
}

TEST_HARNESS_MAIN
