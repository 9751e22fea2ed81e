// SPDX-License-Identifier: GPL-2.0
/*
 * Do the numbers of /sys/kernel/mm/cma/<area>/ tell what an engineer reads out of them: how
 * large the area is, how much of it can still be had, and how large it should be?
 */
#include "area.h"
#include "proc.h"
#include "test.h"

FIXTURE(area) {
	struct area area;
};

FIXTURE_SETUP(area)
{
	ASSERT_EQ(0, area_pick(&self->area));
}

FIXTURE_TEARDOWN(area)
{
	EXPECT_EQ(0, area_give_all(&self->area));
}

TEST_F(area, total_is_its_size)
{
	EXPECT_EQ((long long)self->area.nr_pages, area_counter(&self->area, "total_pages"));
}

TEST_F(area, available_is_what_nobody_has_taken)
{
	long long before = area_counter(&self->area, "available_pages");

	EXPECT_EQ((long long)self->area.nr_pages - area_used(&self->area), before);
	ASSERT_EQ(0, area_alloc(&self->area, 77));
	EXPECT_EQ(before - 77, area_counter(&self->area, "available_pages"));
	ASSERT_EQ(0, area_free(&self->area, 70));
	EXPECT_EQ(before - 7, area_counter(&self->area, "available_pages"));
	ASSERT_EQ(0, area_free(&self->area, 7));
	EXPECT_EQ(before, area_counter(&self->area, "available_pages"));
}

TEST_F(area, peak_grows_with_use_and_stays)
{
	long long peak, used = area_used(&self->area);

	ASSERT_EQ(0, area_alloc(&self->area, 300));
	peak = area_counter(&self->area, "peak_pages");
	EXPECT_LE(used + 300, peak);
	ASSERT_EQ(0, area_free(&self->area, 300));
	EXPECT_EQ(peak, area_counter(&self->area, "peak_pages"));

	/* Beyond what it has ever been: all that is left. */
	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ((long long)area_used(&self->area), area_counter(&self->area, "peak_pages"));
	ASSERT_EQ(0, area_give_all(&self->area));
	EXPECT_LT(area_used(&self->area), area_counter(&self->area, "peak_pages"));
}

TEST_F(area, numbers_cannot_be_written)
{
	static const char *const files[] = { "total_pages", "available_pages", "peak_pages" };
	char path[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%s/%s", self->area.name, files[i]);
		EXPECT_NE(0, file_write(path, "1"))
			TH_LOG("%s takes what is written", path);
	}
}

TEST_HARNESS_MAIN
