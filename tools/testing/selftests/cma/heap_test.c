// SPDX-License-Identifier: GPL-2.0
/*
 * Does a user program get what it asks /dev/dma_heap for: contiguous, aligned, zeroed memory
 * that goes back when it is closed? The heap is an unmodified client of the allocator.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/dma-heap.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define ALIGN_PAGES_MAX	256UL	/* CONFIG_CMA_ALIGNMENT=8 */

static int heap_alloc(int heap, size_t bytes)
{
	struct dma_heap_allocation_data data = { .len = bytes, .fd_flags = O_RDWR | O_CLOEXEC };

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno : (int)data.fd;
}

static void *map_buffer(int fd, size_t bytes)
{
	void *addr = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return addr == MAP_FAILED ? NULL : addr;
}

static bool is_zero(const uint64_t *words, size_t bytes)
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		any |= words[i];
	return !any;
}

FIXTURE(heap) {
	struct area area;
	int heap;
	size_t bytes;
	long used;
	unsigned char *before, *after;
};

FIXTURE_VARIANT(heap) {
	size_t bytes, pages;
};

FIXTURE_VARIANT_ADD(heap, bytes_1) { .bytes = 1 };
FIXTURE_VARIANT_ADD(heap, pages_1) { .pages = 1 };
FIXTURE_VARIANT_ADD(heap, pages_3) { .pages = 3 };
FIXTURE_VARIANT_ADD(heap, KiB_100) { .bytes = 100 << 10 };
FIXTURE_VARIANT_ADD(heap, MiB_1) { .bytes = 1 << 20 };
FIXTURE_VARIANT_ADD(heap, MiB_8) { .bytes = 8 << 20 };
FIXTURE_VARIANT_ADD(heap, MiB_16) { .bytes = 16 << 20 };
FIXTURE_VARIANT_ADD(heap, MiB_24) { .bytes = 24 << 20 };
FIXTURE_VARIANT_ADD(heap, MiB_32) { .bytes = 32 << 20 };
FIXTURE_VARIANT_ADD(heap, MiB_64) { .bytes = 64 << 20 };

FIXTURE_SETUP(heap)
{
	self->bytes = variant->bytes ?: variant->pages * PAGE_BYTES;
	ASSERT_EQ(0, area_find(&self->area, AREA_DEFAULT));
	self->heap = open("/dev/dma_heap/" AREA_DEFAULT, O_RDWR | O_CLOEXEC);
	ASSERT_GE(self->heap, 0)
		TH_LOG("/dev/dma_heap/" AREA_DEFAULT ": %s", strerror(errno));
	self->used = area_used(&self->area);
	self->before = calloc(self->area.nr_pages, 1);
	self->after = calloc(self->area.nr_pages, 1);
	ASSERT_EQ(self->used, area_bitmap(&self->area, self->before));
}

FIXTURE_TEARDOWN(heap)
{
	EXPECT_EQ(self->used, area_used(&self->area));
	EXPECT_EQ(0, cma_free_error());
	close(self->heap);
	free(self->before);
	free(self->after);
}

TEST_F(heap, buffer_is_one_aligned_run_of_the_area)
{
	unsigned long nr = (self->bytes + PAGE_BYTES - 1) / PAGE_BYTES, start, len, align = 1;
	int fd = heap_alloc(self->heap, self->bytes);

	while (align < nr && align < ALIGN_PAGES_MAX)
		align *= 2;
	ASSERT_GE(fd, 0);
	EXPECT_EQ(self->used + (long)nr, area_bitmap(&self->area, self->after));
	EXPECT_TRUE(bitmap_new_run(self->before, self->after, self->area.nr_pages, &start, &len));
	EXPECT_EQ(nr, len);
	EXPECT_EQ(0, (self->area.base_pfn + start) % align);
	EXPECT_EQ(0, frames_count(self->area.base_pfn + start, self->area.base_pfn + start + len,
				  KPF(BUDDY),
				  KPF(BUDDY)));
	close(fd);
}

TEST_F(heap, buffer_is_zeroed_keeps_content_and_goes_back)
{
	size_t nr = (self->bytes + PAGE_BYTES - 1) / PAGE_BYTES, bytes = nr * PAGE_BYTES;
	int round;

	/* The second buffer is likely to be the first one's memory again. */
	for (round = 0; round < 2; round++) {
		int fd = heap_alloc(self->heap, self->bytes);
		void *addr;

		ASSERT_GE(fd, 0);
		addr = map_buffer(fd, bytes);
		ASSERT_NE(NULL, addr);
		EXPECT_TRUE(is_zero(addr, bytes));
		pattern_fill(addr, round, nr);
		EXPECT_EQ(0, pattern_wrong_pages(addr, round, nr));
		/* It lives as long as the mapping does. */
		close(fd);
		EXPECT_EQ(self->used + (long)nr, area_used(&self->area));
		munmap(addr, bytes);
		EXPECT_EQ(self->used, area_used(&self->area));
	}
}

FIXTURE(full_heap) {
	struct area area;
	int heap;
	long used;
};

FIXTURE_SETUP(full_heap)
{
	ASSERT_EQ(0, area_find(&self->area, AREA_DEFAULT));
	self->heap = open("/dev/dma_heap/" AREA_DEFAULT, O_RDWR | O_CLOEXEC);
	ASSERT_GE(self->heap, 0);
	self->used = area_used(&self->area);
}

FIXTURE_TEARDOWN(full_heap)
{
	EXPECT_EQ(self->used, area_used(&self->area));
	close(self->heap);
}

TEST_F(full_heap, refuses_what_does_not_fit)
{
	EXPECT_EQ(-ENOMEM, heap_alloc(self->heap, (self->area.nr_pages + 1) * PAGE_BYTES));
	EXPECT_EQ(self->used, area_used(&self->area));
}

TEST_F(full_heap, refuses_more_when_full_and_recovers)
{
	int fds[64], nr = 0, fd;

	while (nr < 64 && (fd = heap_alloc(self->heap, 8 << 20)) >= 0)
		fds[nr++] = fd;
	EXPECT_GE(nr, (int)(self->area.nr_pages / (8 * MIB_PAGES)) - 1);
	EXPECT_EQ(self->used + nr * 8L * (long)MIB_PAGES, area_used(&self->area));
	EXPECT_EQ(-ENOMEM, heap_alloc(self->heap, 8 << 20));
	close(fds[nr / 2]);
	fds[nr / 2] = heap_alloc(self->heap, 8 << 20);
	EXPECT_GE(fds[nr / 2], 0);
	while (nr--)
		close(fds[nr]);
}

TEST_HARNESS_MAIN
