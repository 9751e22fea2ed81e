// SPDX-License-Identifier: GPL-2.0
/*
 * What shall scripts/holds and scripts/profile measure? Requests of every size to an area that
 * is free, and to one full of anonymous memory, base pages and huge ones.
 *
 * Each step is announced by an instruction that does nothing, which the plugin outside sees
 * (label() below), and by a line that says what its number stands for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "area.h"
#include "hog.h"
#include "proc.h"

#define SLACK_PAGES	(16 * MIB_PAGES)

#define NR_SIZES	6
static const unsigned long sizes[NR_SIZES] = { 1, 16, 256, 1024, 4096, 16384 };

static struct area area;
static int failures;

/*
 * From now on it is @number, less than 64, that is measured. The number is in the instruction,
 * so there is a table of them.
 */
static void label(unsigned long number, const char *what, unsigned long nr_pages)
{
	printf("# label %lu: %s, %lu page%s\n", number, what, nr_pages, nr_pages > 1 ? "s" : "");
	fflush(stdout);
#ifdef __aarch64__
	asm volatile("	adr	x16, 1f\n"
		     "	add	x16, x16, %0, lsl #3\n"
		     "	br	x16\n"
		     "	.set	number, 0\n"
		     "1:	.rept	64\n"
		     "	.inst	0x5280001f | (number << 5)\n"	/* movz wzr, #number */
		     "	b	2f\n"
		     "	.set	number, number + 1\n"
		     "	.endr\n"
		     "2:" : : "r"(number) : "x16");
#endif
}

static int expect(int err, const char *what, unsigned long nr_pages)
{
	if (err) {
		printf("# %s of %lu pages: %s\n", what, nr_pages, strerror(-err));
		failures++;
	}
	return err;
}

/* Also empties the per-CPU lists, which hide what is free. (Drivers hold a few pages.) */
static void all(unsigned long number)
{
	unsigned long nr_pages = area_maxchunk(&area);

	label(number, "all that is unclaimed", nr_pages);
	if (!expect(area_alloc(&area, nr_pages), "allocation", nr_pages))
		expect(area_free(&area, nr_pages), "release", nr_pages);
}

static void idle(unsigned long number)
{
	size_t i;

	for (i = 0; i < NR_SIZES; i++) {
		label(number + i, "idle", sizes[i]);
		/* Twice: the first leaves behind what a machine in use would have. */
		if (!expect(area_alloc(&area, sizes[i]), "allocation", sizes[i]))
			expect(area_free(&area, sizes[i]), "release", sizes[i]);
		if (!expect(area_alloc(&area, sizes[i]), "allocation", sizes[i]))
			expect(area_free(&area, sizes[i]), "release", sizes[i]);
	}
}

static bool room_left(void)
{
	long in_areas = meminfo_pages("CmaFree");
	long reserve = file_number("/proc/sys/vm/min_free_kbytes") * 1024 / PAGE_BYTES;

	return in_areas > (long)MIB_PAGES &&
	       meminfo_pages("MemFree") - in_areas > reserve + (long)SLACK_PAGES / 4;
}

/* Leaves the area (nearly) full of anonymous memory, with room for it elsewhere. */
static unsigned char *settle(unsigned long number, size_t nr_pages, int advice)
{
	unsigned char *tenants;
	struct hog hog;
	size_t page;

	if (expect(hog_outside_areas(&hog, SLACK_PAGES), "hog", SLACK_PAGES))
		return NULL;
	all(number);
	tenants = mmap(NULL, nr_pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (tenants == MAP_FAILED || madvise(tenants, nr_pages * PAGE_BYTES, advice)) {
		expect(-1, "mapping", nr_pages);
		hog_release(&hog);
		return NULL;
	}
	/* A few land outside. That little is left there must not wake the OOM killer. */
	for (page = 0; page < nr_pages && (page % 64 || room_left()); page++)
		tenants[page * PAGE_BYTES] = 1;
	hog_release(&hog);
	stat_refresh();
	printf("# CmaFree %ld pages, MemFree %ld\n", meminfo_pages("CmaFree"),
	       meminfo_pages("MemFree"));
	return tenants;
}

/* All are held to the end, so that none finds what another has emptied. */
static void full(unsigned long number, const char *what, int advice)
{
	size_t i, nr_pages = area.nr_pages + SLACK_PAGES;
	unsigned char *tenants = settle(number + NR_SIZES, nr_pages, advice);
	bool held[NR_SIZES];
	long long moved;

	if (!tenants)
		return;
	for (i = 0; i < NR_SIZES; i++) {
		moved = vmstat("pgmigrate_success");
		label(number + i, what, sizes[i]);
		held[i] = !expect(area_alloc(&area, sizes[i]), "allocation", sizes[i]);
		printf("# moved %lld pages\n", vmstat("pgmigrate_success") - moved);
	}
	/* The last taken is the first given back. */
	for (i = NR_SIZES; i--;) {
		label(number + i, what, sizes[i]);
		if (held[i])
			expect(area_free(&area, sizes[i]), "release", sizes[i]);
	}
	munmap(tenants, nr_pages * PAGE_BYTES);
}

int main(void)
{
	if (expect(area_find(&area, AREA_DEFAULT), "area", 0))
		return 1;
	all(1);
	idle(10);
	full(20, "full of base pages", MADV_NOHUGEPAGE);
	full(30, "full of huge pages", MADV_HUGEPAGE);
	return failures != 0;
}
