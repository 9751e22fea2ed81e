// SPDX-License-Identifier: GPL-2.0
/*
 * Does an area hand out and take back exactly what is asked?
 *
 * Every case starts and ends with an area that hands out nothing, and looks from three sides:
 * `used` and `bitmap` (the area's own map) and kpageflags (the buddy allocator's view of the
 * same frames).
 */
#include <errno.h>
#include <stdlib.h>

#include "area.h"
#include "page.h"
#include "proc.h"
#include "test.h"

FIXTURE(area) {
	struct area area;
	unsigned char *before;
	unsigned char *after;
};

FIXTURE_SETUP(area)
{
	ASSERT_EQ(0, area_pick(&self->area));
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	ASSERT_NE(NULL, self->before);
	ASSERT_NE(NULL, self->after);
}

FIXTURE_TEARDOWN(area)
{
	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
	EXPECT_EQ(0, area_check_intact(&self->area));
	free(self->before);
	free(self->after);
}

/* A size class is allocated, looked at from all sides, and released. */
FIXTURE(size) {
	struct area area;
	unsigned char *before;
	unsigned char *after;
};

FIXTURE_VARIANT(size) {
	unsigned long nr_pages;
};

FIXTURE_VARIANT_ADD(size, pages_1) { .nr_pages = 1 };
FIXTURE_VARIANT_ADD(size, pages_2) { .nr_pages = 2 };
FIXTURE_VARIANT_ADD(size, pages_3) { .nr_pages = 3 };
FIXTURE_VARIANT_ADD(size, pages_7) { .nr_pages = 7 };
FIXTURE_VARIANT_ADD(size, pages_16) { .nr_pages = 16 };
FIXTURE_VARIANT_ADD(size, pages_100) { .nr_pages = 100 };
FIXTURE_VARIANT_ADD(size, pages_256) { .nr_pages = 256 };
FIXTURE_VARIANT_ADD(size, pages_511) { .nr_pages = 511 };
FIXTURE_VARIANT_ADD(size, pages_512) { .nr_pages = 512 };
FIXTURE_VARIANT_ADD(size, pages_513) { .nr_pages = 513 };
FIXTURE_VARIANT_ADD(size, pages_1000) { .nr_pages = 1000 };
FIXTURE_VARIANT_ADD(size, pages_1024) { .nr_pages = 1024 };
FIXTURE_VARIANT_ADD(size, pages_2048) { .nr_pages = 2048 };
FIXTURE_VARIANT_ADD(size, pages_4096) { .nr_pages = 4096 };
FIXTURE_VARIANT_ADD(size, pages_5000) { .nr_pages = 5000 };
FIXTURE_VARIANT_ADD(size, pages_8192) { .nr_pages = 8192 };
FIXTURE_VARIANT_ADD(size, pages_16384) { .nr_pages = 16384 };

FIXTURE_SETUP(size)
{
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_LE(variant->nr_pages, self->area.nr_pages);
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	ASSERT_EQ(0, area_bitmap(&self->area, self->before));
}

FIXTURE_TEARDOWN(size)
{
	free(self->before);
	free(self->after);
}

TEST_F(size, is_one_run_of_frames_taken_from_the_buddy)
{
	unsigned long start, len, pfn;

	ASSERT_EQ(0, area_alloc(&self->area, variant->nr_pages));
	EXPECT_EQ((long)variant->nr_pages, area_used(&self->area));
	EXPECT_EQ((long)variant->nr_pages, area_bitmap(&self->area, self->after));
	EXPECT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	EXPECT_EQ(variant->nr_pages, len);

	pfn = self->area.base_pfn + start;
	EXPECT_EQ(0, frames_count(pfn, pfn + len, KPF(BUDDY), KPF(BUDDY)))
		TH_LOG("claimed frames are still on a free list");
	EXPECT_EQ(0, frames_count(pfn, pfn + len, KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL),
				  KPF(COMPOUND_TAIL)))
		TH_LOG("pages are not split");
	EXPECT_EQ(0, cma_free_error());

	EXPECT_EQ(0, area_free(&self->area, variant->nr_pages));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
}

TEST_F(area, hands_out_disjoint_ranges)
{
	static const unsigned long sizes[] = { 1, 300, 2, 1024, 17, 512, 3, 4096 };
	unsigned long i, start, len, sum = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_NE(-1, area_bitmap(&self->area, self->before));
		ASSERT_EQ(0, area_alloc(&self->area, sizes[i]));
		sum += sizes[i];
		/* Were a page handed out twice, the map would gain less than was asked for. */
		EXPECT_EQ((long)sum, area_bitmap(&self->area, self->after));
		EXPECT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start,
					   &len));
		EXPECT_EQ(sizes[i], len);
	}
	EXPECT_EQ((long)sum, area_used(&self->area));
}

TEST_F(area, takes_back_the_last_taken_first)
{
	unsigned long start, len, first;

	ASSERT_EQ(0, area_alloc(&self->area, 100));
	ASSERT_EQ(100, area_bitmap(&self->area, self->before));
	ASSERT_EQ(0, area_alloc(&self->area, 64));
	ASSERT_EQ(0, area_free(&self->area, 64));
	EXPECT_EQ(100, area_bitmap(&self->area, self->after));
	EXPECT_EQ(0, memcmp(self->before, self->after, self->area.nr_pages))
		TH_LOG("what was released is not what was taken last");

	memset(self->before, 0, self->area.nr_pages);
	EXPECT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &first, &len));
	EXPECT_EQ(0, area_free(&self->area, 100));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
	EXPECT_FALSE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
}

TEST_F(area, takes_back_an_allocation_in_parts)
{
	unsigned long start, len, left = 1000;
	static const unsigned long parts[] = { 1, 2, 500, 13, 484 };
	unsigned long i;

	ASSERT_EQ(0, area_alloc(&self->area, left));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ASSERT_EQ(0, area_free(&self->area, parts[i]));
		left -= parts[i];
		EXPECT_EQ((long)left, area_used(&self->area));
		EXPECT_EQ((long)left, area_bitmap(&self->area, self->after));
		if (left)
			EXPECT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages,
						   &start, &len));
	}
}

TEST_F(area, takes_back_across_allocations)
{
	ASSERT_EQ(0, area_alloc(&self->area, 10));
	ASSERT_EQ(0, area_alloc(&self->area, 20));
	ASSERT_EQ(0, area_alloc(&self->area, 30));
	ASSERT_EQ(0, area_free(&self->area, 45));
	EXPECT_EQ(15, area_used(&self->area));
	EXPECT_EQ(15, area_bitmap(&self->area, self->after));
	ASSERT_EQ(0, area_free(&self->area, 15));
	EXPECT_EQ(0, area_used(&self->area));
}

TEST_F(area, gives_no_more_than_it_took_when_asked_to_free_too_much)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);
	long used[AREAS_MAX];

	for (i = 0; i < nr; i++)
		used[i] = area_used(&areas[i]);
	ASSERT_EQ(0, area_alloc(&self->area, 10));
	area_free(&self->area, 11);
	EXPECT_EQ(0, area_used(&self->area));
	area_free(&self->area, 1);
	area_free(&self->area, self->area.nr_pages + 1);
	EXPECT_EQ(0, area_used(&self->area));
	for (i = 0; i < nr; i++)
		EXPECT_EQ(used[i], area_used(&areas[i]));
}

TEST_F(area, refuses_zero_pages)
{
	EXPECT_NE(0, area_alloc(&self->area, 0));
	EXPECT_EQ(0, area_used(&self->area));
}

TEST_F(area, refuses_more_than_its_size)
{
	EXPECT_NE(0, area_alloc(&self->area, self->area.nr_pages + 1));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_bitmap(&self->area, self->after));
}

/* Each has low 32 bits that would be a fine request. */
TEST_F(area, refuses_sizes_that_do_not_fit_32_bits)
{
	EXPECT_NE(0, area_alloc(&self->area, (1ULL << 32) + 1));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_NE(0, area_alloc(&self->area, (1ULL << 63) + 16));
	EXPECT_EQ(0, area_used(&self->area));
}

TEST_F(area, refuses_what_is_not_a_number)
{
	EXPECT_EQ(-EINVAL, file_write(area_file(&self->area, "alloc"), "many"));
	EXPECT_EQ(-EINVAL, file_write(area_file(&self->area, "free"), "all"));
	EXPECT_EQ(0, area_used(&self->area));
}

TEST_F(area, is_exhausted_and_recovers)
{
	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area));
	EXPECT_EQ(0, area_maxchunk(&self->area));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, 1));
	EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area));

	ASSERT_EQ(0, area_free(&self->area, 1));
	EXPECT_EQ(1, area_maxchunk(&self->area));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, 2));
	EXPECT_EQ(0, area_alloc(&self->area, 1));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, 1));

	ASSERT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ((long)self->area.nr_pages, area_maxchunk(&self->area));
	EXPECT_EQ(0, area_alloc(&self->area, self->area.nr_pages));
}

TEST_F(area, does_not_touch_its_neighbours)
{
	long used[AREAS_MAX], maxchunk[AREAS_MAX];
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	if (nr < 2)
		SKIP(return, "only one area in this boot");
	for (i = 0; i < nr; i++) {
		used[i] = area_used(&areas[i]);
		maxchunk[i] = area_maxchunk(&areas[i]);
	}
	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ(0, cma_free_error());
	for (i = 0; i < nr; i++) {
		if (areas[i].base_pfn == self->area.base_pfn)
			continue;
		EXPECT_EQ(used[i], area_used(&areas[i]));
		EXPECT_EQ(maxchunk[i], area_maxchunk(&areas[i]));
	}
}

TEST_F(area, is_aligned_to_pageblocks)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	for (i = 0; i < nr; i++) {
		EXPECT_EQ(0, areas[i].base_pfn % pageblock_pages());
		EXPECT_EQ(0, areas[i].nr_pages % pageblock_pages());
		if (i)
			EXPECT_GE(areas[i].base_pfn, areas[i - 1].base_pfn + areas[i - 1].nr_pages);
	}
}

TEST_F(area, is_memory_that_anyone_may_use)
{
	unsigned long pfn = self->area.base_pfn;

	EXPECT_GT(frames_count(pfn, pfn + self->area.nr_pages, KPF(BUDDY), KPF(BUDDY)), 0)
		TH_LOG("no frame of the area is on a free list");
	EXPECT_EQ(0, frames_count(pfn, pfn + self->area.nr_pages, KPF(NOPAGE), KPF(NOPAGE)));
	EXPECT_EQ(0, frames_count(pfn, pfn + self->area.nr_pages, KPF(RESERVED), KPF(RESERVED)))
		TH_LOG("frames of the area are still reserved");
}

TEST_HARNESS_MAIN
