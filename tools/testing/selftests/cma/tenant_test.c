// SPDX-License-Identifier: GPL-2.0
/*
 * Does every tenant that is displaced keep its content, and does none stay behind?
 *
 * For each kind of tenant: while a hog holds everything outside the area, the tenants settle
 * in it; the hog goes, the area is taken whole, and every page is looked at. That tenants of
 * the kind really lived in the area is checked by frame, before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "tenant.h"
#include "test.h"

/* For page tables, slab and metadata; and KASAN holds freed slab back, up to a 32nd of memory. */
#define SLACK_PAGES	(24 * MIB_PAGES)
#define FAILURES_MAX	8

FIXTURE(tenant) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
};

FIXTURE_VARIANT(tenant) {
	const struct tenant_kind *kind;
};

FIXTURE_VARIANT_ADD(tenant, anonymous) { .kind = &tenant_anonymous };
FIXTURE_VARIANT_ADD(tenant, anonymous_shared) { .kind = &tenant_anonymous_shared };
FIXTURE_VARIANT_ADD(tenant, mlocked) { .kind = &tenant_mlocked };
FIXTURE_VARIANT_ADD(tenant, thp) { .kind = &tenant_thp };
FIXTURE_VARIANT_ADD(tenant, shmem) { .kind = &tenant_shmem };
FIXTURE_VARIANT_ADD(tenant, hugetlb) { .kind = &tenant_hugetlb };
FIXTURE_VARIANT_ADD(tenant, ext4_clean) { .kind = &tenant_ext4_clean };
FIXTURE_VARIANT_ADD(tenant, ext4_unmapped) { .kind = &tenant_ext4_unmapped };
FIXTURE_VARIANT_ADD(tenant, ext4_dirty) { .kind = &tenant_ext4_dirty };
FIXTURE_VARIANT_ADD(tenant, nvme_dirty) { .kind = &tenant_nvme_dirty };

FIXTURE_SETUP(tenant)
{
	long in_area;

	if (tenant_stays(variant->kind))
		SKIP(return, "%s", tenant_stays(variant->kind));
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(&self->tenants, variant->kind));
	in_area = tenants_find(&self->tenants, &self->area);
	ASSERT_GE(in_area, (long)self->tenants.nr_pages / 2)
		TH_LOG("of %zu pages only %ld live in the area", self->tenants.nr_pages, in_area);
	ASSERT_GE(tenants_with_flags(&self->tenants), (long)self->tenants.nr_pages / 2)
		TH_LOG("they are not %s pages", variant->kind->name);
	hog_release(&self->hog);
	printf("# %s: %zu pages, %ld of them in the area\n", variant->kind->name,
	       self->tenants.nr_pages, in_area);
}

FIXTURE_TEARDOWN(tenant)
{
	hog_release(&self->hog);
	tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(tenant, leaves_with_its_content_when_the_area_is_taken)
{
	long long migrated = vmstat("pgmigrate_success");

	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area));
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));
	printf("# %s: %ld pages in another frame, %lld migrations counted\n", variant->kind->name,
	       tenants_moved(&self->tenants), vmstat("pgmigrate_success") - migrated);
	EXPECT_EQ(0, tenants_wrong(&self->tenants))
		TH_LOG("content lost");
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));

	EXPECT_EQ(0, area_give_all(&self->area));
	EXPECT_EQ(0, tenants_wrong(&self->tenants))
		TH_LOG("content lost after the area was given back");
}

/* Down to the last page: where the claims leave gaps, the requests become as small as the gaps. */
TEST_F(tenant, leaves_with_its_content_piece_by_piece)
{
	unsigned long taken = 0;
	int failures = 0;

	while (taken < self->area.nr_pages && failures < FAILURES_MAX) {
		/* Sizes that are neither aligned nor powers of two. */
		unsigned long nr = 1 + (taken * 7 + 3) % 1500,
		maxchunk = area_maxchunk(&self->area);

		if (nr > maxchunk)
			nr = maxchunk;
		if (!area_alloc(&self->area, nr)) {
			taken += nr;
			continue;
		}
		/* A tenant may be busy for a moment. */
		failures++;
		sync();
		usleep(100 * 1000);
	}
	EXPECT_EQ(self->area.nr_pages, taken)
		TH_LOG("after %d failures no piece of %ld pages can be had", failures,
		       area_maxchunk(&self->area));
	EXPECT_EQ((long)taken, area_used(&self->area));
	EXPECT_EQ(0, tenants_in(&self->tenants, &self->area));
	EXPECT_EQ(0, tenants_wrong(&self->tenants))
		TH_LOG("content lost");
}

/*
 * Huge pages that nobody has mapped are in the pool of hugetlb, without a reference, and without
 * content. Those in an area are replaced, and the pool stays as large as it was.
 */
FIXTURE(pool) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
	long in_area;
};

FIXTURE_SETUP(pool)
{
	struct tenants *t = &self->tenants;

	if (tenant_stays(&tenant_hugetlb))
		SKIP(return, "%s", tenant_stays(&tenant_hugetlb));
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(t, &tenant_hugetlb));
	self->in_area = tenants_find(t, &self->area);
	ASSERT_GE(self->in_area, (long)t->nr_pages / 2);
	ASSERT_EQ(0, munmap(t->addr, t->nr_pages * PAGE_BYTES));
	t->addr = NULL;
	ASSERT_EQ((long)t->nr_pages, tenants_with_flags(t))
		TH_LOG("they did not stay in the pool");
	hog_release(&self->hog);
}

FIXTURE_TEARDOWN(pool)
{
	hog_release(&self->hog);
	tenants_leave(&self->tenants);
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(pool, leaves_and_keeps_its_size)
{
	long long nr = meminfo_pages("Hugetlb");

	ASSERT_LE((long long)self->tenants.nr_pages, nr);
	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ(nr, meminfo_pages("Hugetlb"));
	printf("# pool: %lld pages, %ld of them were in the area\n", nr, self->in_area);
}

/* There is room outside for some of them, but not for all. */
TEST_F(pool, that_finds_no_other_memory_makes_a_request_fail_cleanly)
{
	long long nr = meminfo_pages("Hugetlb");

	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	EXPECT_EQ(-ENOMEM, area_alloc(&self->area, self->area.nr_pages));
	EXPECT_EQ(0, area_used(&self->area));
	EXPECT_EQ(nr, meminfo_pages("Hugetlb"));

	hog_release(&self->hog);
	EXPECT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ(nr, meminfo_pages("Hugetlb"));
}

/*
 * zram's pages are of no LRU list and of no address space: zsmalloc itself moves them
 * (`driver-movable`). Half a page of noise and half of zeros, so that several objects share a
 * page and straddle its borders.
 */
#define ZRAM_PAGES	(64 * MIB_PAGES)

FIXTURE(zram) {
	struct area area;
	struct hog hog;
	int fd;
	uint64_t *page;
};

static void half_noise(uint64_t *words, size_t page)
{
	pattern_fill_page(words, 4711, page);
	memset(words + PAGE_WORDS / 2, 0, PAGE_BYTES / 2);
}

FIXTURE_SETUP(zram)
{
	size_t page;

	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	self->page = aligned_alloc(PAGE_BYTES, 2 * PAGE_BYTES);
	file_write("/sys/block/zram0/reset", "1");
	ASSERT_EQ(0, file_write_number("/sys/block/zram0/disksize", ZRAM_PAGES * PAGE_BYTES));
	self->fd = open("/dev/zram0", O_RDWR | O_DIRECT);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	for (page = 0; page < ZRAM_PAGES; page++) {
		half_noise(self->page, page);
		ASSERT_EQ((ssize_t)PAGE_BYTES, pwrite(self->fd, self->page, PAGE_BYTES,
						      page * PAGE_BYTES));
	}
	hog_release(&self->hog);
}

FIXTURE_TEARDOWN(zram)
{
	hog_release(&self->hog);
	close(self->fd);
	free(self->page);
	EXPECT_EQ(0, file_write("/sys/block/zram0/reset", "1"));
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(zram, leaves_with_its_content_when_the_area_is_taken)
{
	unsigned long first = self->area.base_pfn, end = first + self->area.nr_pages;
	uint64_t *read = self->page + PAGE_WORDS;
	long strange, zspages;
	size_t page, wrong = 0;

	/*
	 * Neither free nor on an LRU list nor anonymous: only zsmalloc leaves such pages in an
	 * area.
	 */
	stat_refresh();
	zspages = vmstat("nr_zspages");
	strange = frames_count(first, end, KPF(BUDDY) | KPF(LRU) | KPF(ANON) | KPF(MMAP) |
			       KPF(HUGE), 0);
	printf("# zram: %ld zspages, %ld pages of them in the area\n", zspages, strange);
	ASSERT_GT(zspages, (long)ZRAM_PAGES / 3);
	ASSERT_GT(strange, (long)ZRAM_PAGES / 4);

	ASSERT_EQ(0, area_take_all(&self->area));
	for (page = 0; page < ZRAM_PAGES; page++) {
		half_noise(self->page, page);
		ASSERT_EQ((ssize_t)PAGE_BYTES, pread(self->fd, read, PAGE_BYTES,
						     page * PAGE_BYTES));
		wrong += !!memcmp(self->page, read, PAGE_BYTES);
	}
	EXPECT_EQ(0, wrong);
	stat_refresh();
	EXPECT_EQ(zspages, vmstat("nr_zspages"));
}

int main(int argc, char **argv)
{
	int err = tenants_prepare();

	if (err)
		ksft_exit_fail_msg("the disks cannot be made ready: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
