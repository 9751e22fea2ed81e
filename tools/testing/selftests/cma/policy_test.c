// SPDX-License-Identifier: GPL-2.0
/*
 * How much of the machine's memory can a program use before the kernel starts to reclaim?
 * Reserving an area must not mean losing it: what movable memory cannot use of it, it has to
 * take from somebody else.
 *
 * Boot with mem=1G, cma=256M, transparent_hugepage=never: upstream's figure is for that
 * machine.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/swap.h>

#include "area.h"
#include "hog.h"
#include "page.h"
#include "proc.h"
#include "test.h"

#define MACHINE_PAGES	(1024 * MIB_PAGES)
#define AREA_PAGES	(256 * MIB_PAGES)

/*
 * Measured with this program on upstream's 6.12.117, same configuration and initrd. What is
 * free at the start depends on the size of the initrd; how much of it is not used does not.
 */
#define UPSTREAM_UNUSED_MIB	23UL	/* 19 to 23 */
#define UPSTREAM_CMA_FREE_MIB	5UL	/* 1 to 5 */

static long long scanned(void)
{
	return vmstat("pgscan_kswapd") + vmstat("pgscan_direct");
}

/* Without swap nothing of an anonymous memory can be reclaimed, and nobody would try. */
static int add_swap(void)
{
	if (file_write("/sys/block/zram0/disksize", "64M") ||
	    system("mkswap /dev/zram0 >/dev/null"))
		return -1;
	return swapon("/dev/zram0", 0);
}

/* Touches base pages until somebody reclaims. Return: how many pages that took. */
static size_t touch_until_reclaim(unsigned char *addr, size_t max)
{
	long long before = scanned();
	size_t page;

	for (page = 0; page < max && (page % 64 || scanned() == before); page++)
		addr[page * PAGE_BYTES] = 1;
	return page;
}

TEST(anonymous_memory_can_use_the_area_before_anything_is_reclaimed)
{
	size_t max = meminfo_pages("MemTotal"), nr, page, in_area = 0;
	unsigned char *addr = map_base_pages(max);
	long cma_free, mem_free, at_start;
	struct area area;
	unsigned long *pfns;

	ASSERT_EQ(0, area_find(&area, AREA_DEFAULT));
	if (area.nr_pages != AREA_PAGES || max > MACHINE_PAGES || max < MACHINE_PAGES * 9 / 10)
		SKIP(return, "not booted with mem=1G and cma=256M");
	ASSERT_NE(NULL, addr);
	ASSERT_EQ(0, add_swap());
	at_start = meminfo_pages("MemFree");
	nr = touch_until_reclaim(addr, max);
	cma_free = meminfo_pages("CmaFree");
	mem_free = meminfo_pages("MemFree");
	ASSERT_LT(nr, max);

	pfns = calloc(nr, sizeof(*pfns));
	ASSERT_EQ(0, pages_to_pfns(addr, nr, pfns));
	for (page = 0; page < nr; page++)
		in_area += area_holds(&area, pfns[page]);
	printf("# usable before the first reclaim: %zu MiB of %ld, %zu of it in the area; ",
	       nr / MIB_PAGES, at_start / (long)MIB_PAGES, in_area / MIB_PAGES);
	printf("then MemFree %ld, CmaFree %ld MiB\n", mem_free / (long)MIB_PAGES,
	       cma_free / (long)MIB_PAGES);
	EXPECT_GE(nr + (UPSTREAM_UNUSED_MIB + 1) * MIB_PAGES, (size_t)at_start)
		TH_LOG("upstream: all but %lu MiB", UPSTREAM_UNUSED_MIB);
	EXPECT_LE(cma_free, (long)(2 * UPSTREAM_CMA_FREE_MIB * MIB_PAGES))
		TH_LOG("upstream: %lu MiB", UPSTREAM_CMA_FREE_MIB);
	munmap(addr, max * PAGE_BYTES);
	free(pfns);
}

TEST_HARNESS_MAIN
