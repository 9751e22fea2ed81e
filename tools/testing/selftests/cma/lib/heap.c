// SPDX-License-Identifier: GPL-2.0
/* Who holds which buffer of the default area, and what is in it? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/dma-heap.h>

#include "heap.h"
#include "pattern.h"
#include "proc.h"

#define TAKE_ATTEMPTS	8

int heap_open(struct heap *heap)
{
	int err = area_find(&heap->area, AREA_DEFAULT);

	heap->fd = open("/dev/dma_heap/" AREA_DEFAULT, O_RDWR | O_CLOEXEC);
	heap->used = area_used(&heap->area);
	return err ?: heap->fd < 0 ? -errno : 0;
}

void heap_close(struct heap *heap)
{
	if (heap->fd >= 0)
		close(heap->fd);
	heap->fd = -1;
}

/* A tenant may be busy for a moment, so a few attempts are made for each piece. */
int heap_take_rest(const struct heap *heap)
{
	int attempt = 0, err = 0;
	long nr_pages;

	while (attempt < TAKE_ATTEMPTS && (nr_pages = area_maxchunk(&heap->area)) > 0) {
		err = area_alloc(&heap->area, nr_pages);
		if (!err)
			continue;
		attempt++;
		sync();
		usleep(100 * 1000);
	}
	return err;
}

int heap_check_intact(const struct heap *heap)
{
	const struct area *area = &heap->area;
	long used = area_used(area), error = 0;
	int err;

	if (used != heap->used) {
		printf("# area %s: %ld pages in use, %ld of them by drivers\n", area->name, used,
		       heap->used);
		return -EBUSY;
	}
	err = heap_take_rest(heap);
	if (!err)
		error = cma_free_error();
	if (err || error || area_buddy_frames(area)) {
		printf("# area %s: taken whole: %s, CmaFree is off by %ld, %ld are on free lists\n",
		       area->name, strerror(-err), error, area_buddy_frames(area));
		err = err ?: -EUCLEAN;
	}
	area_free(area, area_used(area) - heap->used);
	return err ?: area_used(area) != heap->used ? -EBUSY : 0;
}

int buffer_take(struct buffer *buffer, const struct heap *heap, size_t nr_pages)
{
	struct dma_heap_allocation_data data = {
		.len = nr_pages * PAGE_BYTES, .fd_flags = O_RDWR | O_CLOEXEC
	};

	memset(buffer, 0, sizeof(*buffer));
	if (ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data))
		return -errno;
	buffer->addr = mmap(NULL, data.len, PROT_READ | PROT_WRITE, MAP_SHARED, data.fd, 0);
	/* It lives as long as the mapping does. */
	close(data.fd);
	if (buffer->addr == MAP_FAILED)
		return -ENOMEM;
	buffer->nr_pages = nr_pages;
	return 0;
}

int buffer_take_filled(struct buffer *buffer, const struct heap *heap, size_t nr_pages,
		       uint64_t seed)
{
	int err = buffer_take(buffer, heap, nr_pages);

	if (err)
		return err;
	buffer->seed = seed;
	pattern_fill(buffer->addr, seed, nr_pages);
	return 0;
}

size_t buffer_wrong(const struct buffer *buffer)
{
	return pattern_wrong_pages(buffer->addr, buffer->seed, buffer->nr_pages);
}

void buffer_give(struct buffer *buffer)
{
	if (buffer->nr_pages)
		munmap(buffer->addr, buffer->nr_pages * PAGE_BYTES);
	memset(buffer, 0, sizeof(*buffer));
}

int take_all_but(const struct area *but)
{
	struct area areas[AREAS_MAX];
	int i, err = 0, nr = area_list(areas);

	for (i = 0; i < nr && !err; i++) {
		struct heap whole = { .area = areas[i] };

		if (areas[i].base_pfn != but->base_pfn)
			err = heap_take_rest(&whole);
	}
	return err;
}

void give_all(void)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);

	for (i = 0; i < nr; i++)
		area_free(&areas[i], areas[i].nr_pages);
}
