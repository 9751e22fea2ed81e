// SPDX-License-Identifier: GPL-2.0
/*
 * Do gigantic pages come out of the area that hugetlb_cma= reserves, and do they go back there,
 * whole and in parts?
 *
 * Boot with 5 GiB and hugetlb_cma=3G: the area is `hugetlb0`, on the only node, and as it is
 * more than half of memory, programs come into it first.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define SIZES		"/sys/kernel/mm/hugepages/"
#define GIGANTIC	SIZES "hugepages-1048576kB/"
#define HUGE		SIZES "hugepages-2048kB/"
#define CONT_PMD	SIZES "hugepages-32768kB/"
#define GIB_PAGES	(1024 * MIB_PAGES)
#define GIB_BYTES	(GIB_PAGES * PAGE_BYTES)
#define SAMPLE		512	/* of these many pages, one is looked at by frame */

#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB	(21 << 26)
#endif
#ifndef MAP_HUGE_32MB
#define MAP_HUGE_32MB	(25 << 26)
#endif
#ifndef MAP_HUGE_1GB
#define MAP_HUGE_1GB	(30 << 26)
#endif

FIXTURE(hugetlb_cma) {
	struct area area;
};

FIXTURE_SETUP(hugetlb_cma)
{
	ASSERT_EQ(0, area_find(&self->area, "hugetlb0"));
	ASSERT_EQ(3 * GIB_PAGES, self->area.nr_pages);
	ASSERT_EQ(0, area_used(&self->area));
}

FIXTURE_TEARDOWN(hugetlb_cma)
{
	file_write(GIGANTIC "nr_hugepages", "0");
	file_write(CONT_PMD "nr_hugepages", "0");
	file_write(HUGE "nr_hugepages", "0");
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(0, area_check_intact(&self->area));
}

static char *map_huge(size_t bytes, int size)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* Return: how many of the sampled pages lie in the area and hold what was put into them. */
static long in_place(const struct area *area, const char *at, size_t nr_pages, uint64_t seed)
{
	size_t page;
	long nr = 0;

	for (page = 0; page < nr_pages; page += SAMPLE)
		nr += area_holds(area, page_to_pfn(at + page * PAGE_BYTES)) &&
		      !pattern_differs((const uint64_t *)(at + page * PAGE_BYTES), seed, page);
	return nr;
}

static void fill_sample(char *at, size_t nr_pages, uint64_t seed)
{
	size_t page;

	for (page = 0; page < nr_pages; page += SAMPLE)
		pattern_fill_page((uint64_t *)(at + page * PAGE_BYTES), seed, page);
}

TEST_F(hugetlb_cma, gigantic_pages_come_and_go_at_run_time)
{
	int round;

	for (round = 1; round <= 3; round++) {
		long long had = area_counter(&self->area, "alloc_pages_success");
		char *at;

		ASSERT_EQ(0, file_write(GIGANTIC "nr_hugepages", "2"));
		ASSERT_EQ(2, file_number(GIGANTIC "nr_hugepages"));
		EXPECT_EQ((long)(2 * GIB_PAGES), area_used(&self->area));
		EXPECT_LE((long long)(2 * GIB_PAGES),
			  area_counter(&self->area, "alloc_pages_success") - had);
		at = map_huge(2 * GIB_BYTES, MAP_HUGE_1GB);
		ASSERT_NE(NULL, at);
		fill_sample(at, 2 * GIB_PAGES, round);
		EXPECT_EQ((long)(2 * GIB_PAGES / SAMPLE),
			  in_place(&self->area, at, 2 * GIB_PAGES, round));
		munmap(at, 2 * GIB_BYTES);
		ASSERT_EQ(0, file_write(GIGANTIC "nr_hugepages", "0"));
		EXPECT_EQ(0, area_used(&self->area));
	}
}

/* Outside there may be a free gibibyte by chance, but not as many as that. */
TEST_F(hugetlb_cma, survives_a_request_for_more_than_there_is)
{
	file_write(GIGANTIC "nr_hugepages", "9");
	EXPECT_LE(3, file_number(GIGANTIC "nr_hugepages"));
	EXPECT_GT(5, file_number(GIGANTIC "nr_hugepages"));
	EXPECT_EQ((long)(3 * GIB_PAGES), area_used(&self->area));
}

/* Tenants have to leave first. */
TEST_F(hugetlb_cma, gigantic_page_displaces_tenants)
{
	size_t nr_pages = 512 * MIB_PAGES, page;
	long migrated = vmstat("pgmigrate_success");
	char *at = mmap(NULL, nr_pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long in = 0;

	ASSERT_NE(MAP_FAILED, at);
	for (page = 0; page < nr_pages; page++)
		at[page * PAGE_BYTES] = 1;
	fill_sample(at, nr_pages, 7);
	for (page = 0; page < nr_pages; page += SAMPLE)
		in += area_holds(&self->area, page_to_pfn(at + page * PAGE_BYTES));
	printf("# of %zu sampled pages %ld lie in the area\n", nr_pages / SAMPLE, in);
	ASSERT_LT(0, in);
	EXPECT_EQ(0, file_write(GIGANTIC "nr_hugepages", "3"));
	EXPECT_EQ(3, file_number(GIGANTIC "nr_hugepages"));
	EXPECT_LT(migrated, vmstat("pgmigrate_success"));
	for (page = 0; page < nr_pages; page += SAMPLE) {
		ASSERT_EQ(0, pattern_differs((uint64_t *)(at + page * PAGE_BYTES), 7, page));
		ASSERT_FALSE(area_holds(&self->area, page_to_pfn(at + page * PAGE_BYTES)));
	}
	munmap(at, nr_pages * PAGE_BYTES);
}

/*
 * Pages of hugetlb's own pool live in the area as tenants. hugetlb offers each that it gives up
 * to the area, which has not handed it out: it goes back to the system, and is not lost.
 */
TEST_F(hugetlb_cma, pages_of_the_pool_come_and_go_as_tenants)
{
	long free = 0;
	int round;

	/* After the first round as much is in the lists of CPUs as after the others. */
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, file_write(HUGE "nr_hugepages", "800"));
		ASSERT_EQ(800, file_number(HUGE "nr_hugepages"));
		EXPECT_LT(0, frames_count(self->area.base_pfn,
					  self->area.base_pfn + self->area.nr_pages,
					  KPF(HUGE), KPF(HUGE)));
		ASSERT_EQ(0, file_write(HUGE "nr_hugepages", "0"));
		stat_refresh();
		if (!round)
			free = meminfo_pages("MemFree");
		EXPECT_LT(free - 64 * (long)MIB_PAGES, meminfo_pages("MemFree"));
		EXPECT_EQ(0, area_check_intact(&self->area));
	}
}

/* Free ones are dissolved, used ones move, and the pool keeps its size. */
TEST_F(hugetlb_cma, gigantic_pages_displace_the_pool)
{
	size_t nr_pages = 300 * 2 * MIB_PAGES;
	char *at;

	ASSERT_EQ(0, file_write(HUGE "nr_hugepages", "600"));
	ASSERT_EQ(600, file_number(HUGE "nr_hugepages"));
	at = map_huge(nr_pages * PAGE_BYTES, MAP_HUGE_2MB);
	ASSERT_NE(NULL, at);
	fill_sample(at, nr_pages, 5);
	ASSERT_LT(0, frames_count(self->area.base_pfn, self->area.base_pfn + self->area.nr_pages,
				  KPF(HUGE), KPF(HUGE)));
	EXPECT_EQ(0, file_write(GIGANTIC "nr_hugepages", "3"));
	EXPECT_EQ(3, file_number(GIGANTIC "nr_hugepages"));
	EXPECT_EQ((long)(3 * GIB_PAGES), area_used(&self->area));
	EXPECT_EQ(600, file_number(HUGE "nr_hugepages"));
	EXPECT_EQ(0, in_place(&self->area, at, nr_pages, 5));
	munmap(at, nr_pages * PAGE_BYTES);
}

/* A gigantic page is cut into smaller ones; they are used, and freed one by one. */
static void demote(struct __test_metadata *_metadata, const struct area *area, const char *size,
		   const char *small, int nr_small, int flag)
{
	char path[128];
	char *at;

	snprintf(path, sizeof(path), "%snr_hugepages", small);
	ASSERT_EQ(0, file_write(GIGANTIC "nr_hugepages", "2"));
	ASSERT_EQ(0, file_write(GIGANTIC "demote_size", size));
	ASSERT_EQ(0, file_write(GIGANTIC "demote", "1"));
	EXPECT_EQ(1, file_number(GIGANTIC "nr_hugepages"));
	EXPECT_EQ(nr_small, file_number(path));
	EXPECT_EQ((long)(2 * GIB_PAGES), area_used(area));

	at = map_huge(GIB_BYTES, flag);
	ASSERT_NE(NULL, at);
	fill_sample(at, GIB_PAGES, 5);
	EXPECT_EQ((long)(GIB_PAGES / SAMPLE), in_place(area, at, GIB_PAGES, 5));
	munmap(at, GIB_BYTES);

	EXPECT_EQ(0, file_write_number(path, nr_small / 2));
	EXPECT_EQ((long)(GIB_PAGES + GIB_PAGES / 2), area_used(area));
	EXPECT_EQ(0, file_write_number(path, 0));
	EXPECT_EQ((long)GIB_PAGES, area_used(area));
	EXPECT_EQ(0, file_write(GIGANTIC "nr_hugepages", "0"));
	EXPECT_EQ(0, area_used(area));
}

TEST_F(hugetlb_cma, gigantic_page_is_demoted_to_2_mebibytes_and_given_back)
{
	demote(_metadata, &self->area, "2M", HUGE, 512, MAP_HUGE_2MB);
}

TEST_F(hugetlb_cma, gigantic_page_is_demoted_to_32_mebibytes_and_given_back)
{
	demote(_metadata, &self->area, "32M", CONT_PMD, 32, MAP_HUGE_32MB);
}

TEST_HARNESS_MAIN
