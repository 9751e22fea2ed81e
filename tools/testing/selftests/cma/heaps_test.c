// SPDX-License-Identifier: GPL-2.0
/*
 * Does every area that a program may want to choose have a dma-buf heap of its name, and do
 * buffers of a heap come out of its area and no other?
 *
 * Boot with areas from the device tree, such as several.dtso. Without the patch that adds
 * these heaps there is only the default area's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/dma-heap.h>

#include "area.h"
#include "proc.h"
#include "test.h"

#define BUFFER_PAGES	5UL

static int heap_of(const struct area *area)
{
	char path[256];
	int heap;

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", area->name);
	heap = open(path, O_RDWR | O_CLOEXEC);
	if (heap < 0)
		printf("# %s: %s\n", path, strerror(errno));
	return heap;
}

static int take(int heap)
{
	struct dma_heap_allocation_data data = {
		.len = BUFFER_PAGES * PAGE_BYTES,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? -errno : (int)data.fd;
}

TEST(every_area_has_a_heap_and_serves_it)
{
	struct area areas[AREAS_MAX];
	int i, other, heap, buffer, nr = area_list(areas);
	long before[AREAS_MAX], expected;

	ASSERT_GT(nr, 1);
	for (i = 0; i < nr; i++)
		before[i] = area_used(&areas[i]);
	for (i = 0; i < nr; i++) {
		heap = heap_of(&areas[i]);
		ASSERT_GE(heap, 0);
		buffer = take(heap);
		ASSERT_GE(buffer, 0);
		for (other = 0; other < nr; other++) {
			expected = before[other] + (other == i ? (long)BUFFER_PAGES : 0);
			EXPECT_EQ(expected, area_used(&areas[other]))
				TH_LOG("buffer of %s, used of %s", areas[i].name,
				       areas[other].name);
		}
		close(buffer);
		close(heap);
		EXPECT_EQ(before[i], area_used(&areas[i]));
	}
}

TEST_HARNESS_MAIN
