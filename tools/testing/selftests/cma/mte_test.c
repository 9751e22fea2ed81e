// SPDX-License-Identifier: GPL-2.0
/*
 * Do the tags of memory go with a page that has to leave an area, and do none stay behind for
 * the next owner of the frame?
 *
 * Programs tag their memory (PROT_MTE), and so does a kernel with KASAN_HW_TAGS, each in the same
 * four bits of a granule. A buffer is mapped without tags.
 *
 * Boot with an area of 64 MiB and a CPU that has tags (QEMU: -M virt,mte=on -cpu max), and with
 * kasan.fault=panic, so that an access of the kernel with a tag that does not fit ends the boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <linux/dma-heap.h>

#include "area.h"
#include "heap.h"
#include "hog.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "tag.h"
#include "tenant.h"
#include "test.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define SLACK_PAGES	(12 * MIB_PAGES)	/* for page tables, slab and metadata */
#define OWNER_PAGES	(36 * MIB_PAGES)
#define SWAPPED_PAGES	(16 * MIB_PAGES)	/* as much again is what the swap needs */
#define QUARTERS	4UL
#define BUFFERS		3
#define BUFFER_PAGES	(12 * MIB_PAGES)	/* the largest: two others leave a gap */
#define ROUNDS		200
#define LOG_READ_ALL	3

/* The controls: what the other tests rely on to notice a mistake. */
TEST(a_tag_that_changes_is_seen)
{
	unsigned char *addr;

	ASSERT_EQ(NULL, tags_missing());
	addr = map_base_pages(4);
	ASSERT_NE(NULL, addr);
	pattern_fill(addr, 1, 4);
	ASSERT_EQ(0, tags_enable(addr, 4));
	EXPECT_EQ(0, tags_set(addr, 4));
	tags_fill(addr, 1, 4);
	EXPECT_EQ(0, tags_wrong(addr, 1, 4));
	EXPECT_EQ(0, tags_misjudged(addr, 1, 4));
	EXPECT_EQ(0, pattern_wrong_pages(addr, 1, 4));

	tag_write(addr + 2 * PAGE_BYTES, tag_read(addr + 2 * PAGE_BYTES) ^ 1);
	tag_write(addr + 4 * PAGE_BYTES - GRANULE_BYTES,
		  tag_read(addr + 4 * PAGE_BYTES - GRANULE_BYTES) ^ 8);
	EXPECT_EQ(2, tags_wrong(addr, 1, 4));
	EXPECT_EQ(4, tags_wrong(addr, 2, 4));
	EXPECT_EQ(4, tags_misjudged(addr, 2, 4));
	EXPECT_EQ(0, pattern_wrong_pages(addr, 1, 4));
}

TEST(kernel_checks_its_own_tags)
{
	char cmdline[2048] = "", *log = calloc(1, 1 << 20);
	long size;

	ASSERT_NE(NULL, log);
	ASSERT_LT(0, file_read("/proc/cmdline", cmdline, sizeof(cmdline)));
	if (strstr(cmdline, "kasan=off"))
		SKIP(return, "booted with kasan=off");
	size = klogctl(LOG_READ_ALL, log, (1 << 20) - 1);
	ASSERT_LT(0, size);
	EXPECT_NE(NULL, strstr(log, "KernelAddressSanitizer initialized (hw-tags"));
	free(log);
}

/* Tenants whose memory has tags */
FIXTURE(tagged) {
	struct area area;
	struct hog hog;
	struct tenants tenants;
	struct tenant_kind kind;
	bool swap;
};

FIXTURE_VARIANT(tagged) {
	const struct tenant_kind *kind;
	bool swapped;
};

FIXTURE_VARIANT_ADD(tagged, anonymous) { .kind = &tenant_anonymous };
FIXTURE_VARIANT_ADD(tagged, anonymous_shared) { .kind = &tenant_anonymous_shared };
FIXTURE_VARIANT_ADD(tagged, mlocked) { .kind = &tenant_mlocked };
FIXTURE_VARIANT_ADD(tagged, thp) { .kind = &tenant_thp };
FIXTURE_VARIANT_ADD(tagged, shmem) { .kind = &tenant_shmem };
FIXTURE_VARIANT_ADD(tagged, back_from_swap) { .kind = &tenant_anonymous, .swapped = true };

static int swap_begin(void)
{
	file_write("/sys/block/zram0/reset", "1");
	if (file_write("/sys/block/zram0/disksize", "64M") ||
	    system("mkswap /dev/zram0 >/dev/null"))
		return -EIO;
	return swapon("/dev/zram0", 0) ? -errno : 0;
}

static void swap_end(void)
{
	swapoff("/dev/zram0");
	file_write("/sys/block/zram0/reset", "1");
}

/* Return: how many pages went to the swap, or -errno. */
static long swap_out(struct tenants *t)
{
	long long before = vmstat("pswpout");

	if (madvise(t->addr, t->nr_pages * PAGE_BYTES, MADV_PAGEOUT))
		return -errno;
	stat_refresh();
	return vmstat("pswpout") - before;
}

FIXTURE_SETUP(tagged)
{
	struct tenants *t = &self->tenants;
	long in_area;

	ASSERT_EQ(NULL, tags_missing());
	ASSERT_EQ(0, area_pick(&self->area));
	ASSERT_EQ(0, area_check_intact(&self->area));
	if (variant->swapped) {
		ASSERT_EQ(0, swap_begin());
		self->swap = true;
	}
	self->kind = *variant->kind;
	if (variant->swapped)
		self->kind.nr_pages = SWAPPED_PAGES;
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(t, &self->kind));
	ASSERT_EQ(0, tags_enable(t->addr, t->nr_pages));
	tags_fill(t->addr, t->seed, t->nr_pages);
	if (variant->swapped)
		ASSERT_LE((long)t->nr_pages / 2, swap_out(t));
	in_area = tenants_find(t, &self->area);
	ASSERT_GE(in_area, (long)t->nr_pages / 2)
		TH_LOG("of %zu pages only %ld live in the area", t->nr_pages, in_area);
	ASSERT_GE(tenants_with_flags(t), (long)t->nr_pages / 2)
		TH_LOG("they are not %s pages", self->kind.name);
	hog_release(&self->hog);
	printf("# %s: %zu pages, %ld of them in the area\n", self->kind.name, t->nr_pages, in_area);
}

FIXTURE_TEARDOWN(tagged)
{
	hog_release(&self->hog);
	tenants_leave(&self->tenants);
	if (self->swap)
		swap_end();
	area_give_all(&self->area);
	EXPECT_EQ(0, area_check_intact(&self->area));
}

TEST_F(tagged, leaves_with_its_tags_when_the_area_is_taken)
{
	struct tenants *t = &self->tenants;

	EXPECT_EQ(0, tags_wrong(t->addr, t->seed, t->nr_pages));
	ASSERT_EQ(0, area_take_all(&self->area));
	EXPECT_EQ((long)self->area.nr_pages, area_used(&self->area));
	EXPECT_EQ(0, tenants_in(t, &self->area));
	printf("# %s: %ld pages in another frame\n", self->kind.name, tenants_moved(t));
	EXPECT_LE((long)t->nr_pages / 2, tenants_moved(t));
	EXPECT_EQ(0, tags_wrong(t->addr, t->seed, t->nr_pages))
		TH_LOG("tags lost");
	EXPECT_EQ(0, tags_misjudged(t->addr, t->seed, t->nr_pages));
	EXPECT_EQ(0, tenants_wrong(t))
		TH_LOG("content lost");

	EXPECT_EQ(0, area_give_all(&self->area));
	if (variant->swapped)
		EXPECT_LE((long)t->nr_pages / 2, swap_out(t));
	EXPECT_EQ(0, tags_wrong(t->addr, t->seed, t->nr_pages))
		TH_LOG("tags lost after the area was given back");
	EXPECT_EQ(0, tenants_wrong(t))
		TH_LOG("content lost after the area was given back");
}

/*
 * A program has set every tag of its memory, then it is gone. Who has the frames after it finds
 * tags of 0: neither the program's, nor the kernel's of a buffer that was there in between.
 */
FIXTURE(next_owner) {
	struct heap whole;
	struct hog hog;
	struct tenants former;
	unsigned char *addr;
};

FIXTURE_VARIANT(next_owner) {
	bool buffers;	/* between the owners */
	bool late;	/* has tags only after it has the memory */
	bool moved;	/* and after that memory has left the area */
};

FIXTURE_VARIANT_ADD(next_owner, at_once) { };
FIXTURE_VARIANT_ADD(next_owner, after_buffers) { .buffers = true };
FIXTURE_VARIANT_ADD(next_owner, late_after_buffers) { .buffers = true, .late = true };
FIXTURE_VARIANT_ADD(next_owner, late_and_moved) { .late = true, .moved = true };

static int heap_of(struct heap *heap)
{
	char path[256];
	int err = area_pick(&heap->area);

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", heap->area.name);
	heap->used = area_used(&heap->area);
	heap->fd = open(path, O_RDWR | O_CLOEXEC);
	return err ?: heap->fd < 0 ? -errno : 0;
}

/* Return: the number of words of a buffer that are not 0. */
static size_t nr_not_zero(const void *addr, size_t nr_pages)
{
	const uint64_t *words = addr;
	size_t i, nr = 0;

	for (i = 0; i < nr_pages * PAGE_WORDS; i++)
		nr += !!words[i];
	return nr;
}

FIXTURE_SETUP(next_owner)
{
	struct tenants *t = &self->former;
	long in_area;

	ASSERT_EQ(NULL, tags_missing());
	ASSERT_EQ(0, heap_of(&self->whole));
	ASSERT_EQ(0, area_check_intact(&self->whole.area));
	ASSERT_EQ(0, hog_outside_areas(&self->hog, SLACK_PAGES));
	ASSERT_EQ(0, tenants_settle(t, &tenant_anonymous));
	ASSERT_EQ(0, tags_enable(t->addr, t->nr_pages));
	tags_fill(t->addr, t->seed, t->nr_pages);
	in_area = tenants_find(t, &self->whole.area);
	ASSERT_GE(in_area, (long)t->nr_pages / 2);
	tenants_leave(t);
}

FIXTURE_TEARDOWN(next_owner)
{
	hog_release(&self->hog);
	if (self->addr)
		munmap(self->addr, OWNER_PAGES * PAGE_BYTES);
	area_give_all(&self->whole.area);
	EXPECT_EQ(0, area_check_intact(&self->whole.area));
	heap_close(&self->whole);
}

/* Buffers of all the area, zeroed by the kernel. Return: 0, or words that are not, or -errno. */
static long fill_with_buffers(const struct heap *heap)
{
	struct buffer buffers[QUARTERS] = { };
	size_t i, nr_pages = heap->area.nr_pages / QUARTERS;
	long wrong = 0;
	int err = 0;

	for (i = 0; i < QUARTERS && !err; i++) {
		err = buffer_take(&buffers[i], heap, nr_pages);
		if (err)
			break;
		wrong += nr_not_zero(buffers[i].addr, nr_pages);
		pattern_fill(buffers[i].addr, i, nr_pages);
	}
	for (i = 0; i < QUARTERS; i++)
		buffer_give(&buffers[i]);
	return err ?: wrong;
}

TEST_F(next_owner, finds_no_tag)
{
	const struct area *area = &self->whole.area;
	unsigned long *pfns = calloc(OWNER_PAGES, sizeof(*pfns));
	size_t page, in_area = 0;

	if (variant->buffers)
		ASSERT_EQ(0, fill_with_buffers(&self->whole));
	self->addr = map_base_pages(OWNER_PAGES);
	ASSERT_NE(NULL, self->addr);
	if (!variant->late)
		ASSERT_EQ(0, tags_enable(self->addr, OWNER_PAGES));
	for (page = 0; page < OWNER_PAGES; page++)
		self->addr[page * PAGE_BYTES] = 0;
	ASSERT_EQ(0, pages_to_pfns(self->addr, OWNER_PAGES, pfns));
	for (page = 0; page < OWNER_PAGES; page++)
		in_area += area_holds(area, pfns[page]);
	free(pfns);
	printf("# %zu of %lu pages are frames of the area\n", in_area, OWNER_PAGES);
	ASSERT_LE(OWNER_PAGES / 2, in_area);
	if (variant->moved) {
		hog_release(&self->hog);
		ASSERT_EQ(0, area_take_all(area));
	}
	if (variant->late)
		ASSERT_EQ(0, tags_enable(self->addr, OWNER_PAGES));
	EXPECT_EQ(0, tags_set(self->addr, OWNER_PAGES));
	EXPECT_EQ(0, nr_not_zero(self->addr, OWNER_PAGES));
}

/*
 * Buffers of several sizes, side by side: the kernel zeroes each in one piece, whatever tags the
 * blocks have that it is made of.
 */
TEST(buffers_come_and_go)
{
	struct buffer buffers[BUFFERS] = { };
	struct heap heap;
	uint64_t state = 4711;
	size_t i, round, wrong = 0, dirty = 0;

	ASSERT_EQ(0, heap_of(&heap));
	for (round = 0; round < ROUNDS; round++) {
		struct buffer *buffer = &buffers[round % BUFFERS];
		size_t nr_pages = round < BUFFERS ? BUFFER_PAGES :
						    1 + random_below(&state, BUFFER_PAGES);

		if (buffer_held(buffer))
			wrong += buffer_wrong(buffer);
		buffer_give(buffer);
		ASSERT_EQ(0, buffer_take(buffer, &heap, nr_pages));
		dirty += nr_not_zero(buffer->addr, nr_pages);
		buffer->seed = round;
		pattern_fill(buffer->addr, round, nr_pages);
	}
	for (i = 0; i < BUFFERS; i++)
		buffer_give(&buffers[i]);
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, dirty);
	EXPECT_EQ(0, heap_check_intact(&heap));
	heap_close(&heap);
}

TEST(a_buffer_cannot_be_mapped_with_tags)
{
	struct dma_heap_allocation_data data = { .len = 1 << 20, .fd_flags = O_RDWR | O_CLOEXEC };
	struct buffer buffer;
	struct heap heap;

	ASSERT_EQ(NULL, tags_missing());
	ASSERT_EQ(0, heap_of(&heap));
	ASSERT_EQ(0, ioctl(heap.fd, DMA_HEAP_IOCTL_ALLOC, &data));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, data.len, PROT_READ | PROT_WRITE | PROT_MTE, MAP_SHARED,
				   data.fd, 0));
	EXPECT_EQ(EINVAL, errno);
	close(data.fd);
	ASSERT_EQ(0, buffer_take(&buffer, &heap, MIB_PAGES));
	EXPECT_EQ(-EINVAL, tags_enable(buffer.addr, MIB_PAGES));
	buffer_give(&buffer);
	heap_close(&heap);
}

int main(int argc, char **argv)
{
	int err = tenants_prepare_memory();

	if (err)
		ksft_exit_fail_msg("no huge pages: %s\n", strerror(-err));
	return test_harness_run(argc, argv);
}
