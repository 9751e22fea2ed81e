// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzing what root writes to debugfs: any number to "alloc" and "free" of an
 * area, memory failing at any moment. mm/cma/debugfs.c gets numbers; the text
 * was read by the kernel's own simple attributes. The area is the real map,
 * with pages that are always free to take.
 *
 * Kept beside it is a plain list of the buffers: after each write the same pages
 * must be in use, and in the end every page and every note is given back.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/types.h>

#include "../harness.h"
#include "../shim.h"
#include "input.h"

#include "../../../../mm/cma/debugfs.c"

#define BASE_PFN	4096
#define MAX_PAGES	2048
#define MAX_WRITES	64

struct buffer {
	unsigned long nr_pages;
};

static struct cma area;
static struct cma_map map;
static struct buffer buffers[MAX_WRITES];	/* the youngest last */
static unsigned int nr_buffers;

/* The folder's files. */
static const struct shim_attribute *alloc_file, *free_file, *used_file;
static const struct file_operations *bitmap_file;
static void *alloc_data, *used_data, *bitmap_data;

static const struct seq_operations *picture_ops;
static struct seq_file picture_file;
static char text[16 * MAX_PAGES];
static size_t text_length;

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	(void)parent;
	return (struct dentry *)name;
}

void debugfs_create_file(const char *name, unsigned int mode,
			 struct dentry *parent, void *data, const void *fops)
{
	(void)mode;
	(void)parent;
	if (!strcmp(name, "alloc")) {
		alloc_file = fops;
		alloc_data = data;
	} else if (!strcmp(name, "free")) {
		free_file = fops;
	} else if (!strcmp(name, "used")) {
		used_file = fops;
		used_data = data;
	} else if (!strcmp(name, "bitmap")) {
		bitmap_file = fops;
		bitmap_data = data;
	}
}

void seq_printf(struct seq_file *m, const char *format, ...)
{
	size_t room = sizeof(text) - text_length;
	va_list args;

	(void)m;
	va_start(args, format);
	text_length += vsnprintf(text + text_length, room, format, args);
	va_end(args);
	CHECK(text_length < sizeof(text));
}

int seq_open(struct file *file, const struct seq_operations *ops)
{
	picture_ops = ops;
	file->private_data = &picture_file;
	return 0;
}

int seq_release(struct inode *inode, struct file *file)
{
	(void)inode;
	file->private_data = NULL;
	return 0;
}

ssize_t seq_read(struct file *file, char *to, size_t size, loff_t *at)
{
	(void)file;
	(void)to;
	(void)size;
	(void)at;
	return 0;
}

loff_t seq_lseek(struct file *file, loff_t off, int whence)
{
	(void)file;
	(void)whence;
	return off;
}

/* The area */

struct cma *cma_area_next(const struct cma *prev)
{
	return prev ? NULL : &area;
}

const char *cma_get_name(const struct cma *cma)
{
	return cma->name;
}

unsigned long cma_area_used(struct cma *cma)
{
	return cma_map_used(cma->ranges[0].map);
}

unsigned long cma_area_max_free(struct cma *cma)
{
	return cma_map_max_free(cma->ranges[0].map);
}

struct page *cma_alloc(struct cma *cma, unsigned long nr_pages,
		       unsigned int align_order, bool no_warn)
{
	unsigned long offset;

	(void)no_warn;
	if (!nr_pages || nr_pages > cma->nr_pages)
		return NULL;
	offset = cma_map_find(&map, nr_pages, align_order, CMA_MAP_LOW);
	if (offset == CMA_MAP_NONE)
		return NULL;
	cma_map_claim(&map, offset, nr_pages);
	cma_map_settle(&map, offset, nr_pages);
	return pfn_to_page(BASE_PFN + offset);
}

bool cma_release(struct cma *cma, const struct page *pages,
		 unsigned long nr_pages)
{
	unsigned long offset = page_to_pfn(pages) - BASE_PFN;

	(void)cma;
	/* What is given back is what was taken, part of it at most. */
	CHECK(cma_map_unclaim(&map, offset, nr_pages));
	cma_map_vacate(&map, offset, nr_pages);
	return true;
}

/* What has to happen */

static unsigned long in_bits(unsigned long nr_pages)
{
	return DIV_ROUND_UP(nr_pages, 1UL << area.order_per_bit) <<
	       area.order_per_bit;
}

static unsigned long held(void)
{
	unsigned long nr_pages = 0;
	unsigned int i;

	for (i = 0; i < nr_buffers; i++)
		nr_pages += in_bits(buffers[i].nr_pages);
	return nr_pages;
}

static void write_alloc(u64 nr_pages, bool no_memory)
{
	bool fits = nr_pages && nr_pages <= area.nr_pages &&
		    cma_map_find(&map, nr_pages, 0, CMA_MAP_LOW) != CMA_MAP_NONE;
	int error;

	if (no_memory)
		shim_fail_allocation(0);
	error = alloc_file->set(alloc_data, nr_pages);
	shim_fail_allocation(-1);
	CHECK_EQ(error, fits && !no_memory ? 0 : -ENOMEM);
	if (!error)
		buffers[nr_buffers++].nr_pages = nr_pages;
}

static void write_free(u64 nr_pages)
{
	struct buffer *youngest;

	CHECK_EQ(free_file->set(alloc_data, nr_pages), 0);
	while (nr_buffers) {
		youngest = &buffers[nr_buffers - 1];
		if (youngest->nr_pages > nr_pages) {
			if (!area.order_per_bit)
				youngest->nr_pages -= nr_pages;
			return;
		}
		nr_pages -= youngest->nr_pages;
		nr_buffers--;
	}
}

static void read_bitmap(bool no_memory)
{
	unsigned long words = DIV_ROUND_UP(cma_map_nr_bits(&map), 32);
	struct inode inode = { .i_private = bitmap_data };
	unsigned long number, bits = 0;
	struct file file = {};
	loff_t at = 0;
	void *word;
	char *next;
	int error;

	if (no_memory)
		shim_fail_allocation(0);
	error = bitmap_file->open(&inode, &file);
	shim_fail_allocation(-1);
	CHECK_EQ(error, no_memory ? -ENOMEM : 0);
	if (error)
		return;

	text_length = 0;
	for (word = picture_ops->start(&picture_file, &at); word;
	     word = picture_ops->next(&picture_file, word, &at))
		picture_ops->show(&picture_file, word);
	picture_ops->stop(&picture_file, word);
	CHECK_EQ(bitmap_file->release(&inode, &file), 0);

	for (next = text; *next != '\n'; words--) {
		number = strtoul(next, &next, 10);
		CHECK(number <= 0xffffffff);
		bits += __builtin_popcountl(number);
		CHECK(*next == ' ' || *next == '\n');
		next += *next == ' ';
	}
	CHECK_EQ(words, 0);
	CHECK_EQ(bits << area.order_per_bit, held());
}

static void set_up(struct input *input)
{
	unsigned long nr_pages;

	area.order_per_bit = input_byte(input) % 4;
	nr_pages = (1 + input_byte(input)) * (MAX_PAGES / 256);
	CHECK_EQ(cma_map_init(&map, BASE_PFN, nr_pages, area.order_per_bit), 0);
	area.nr_pages = nr_pages;
	area.nr_ranges = 1;
	area.ranges[0].base_pfn = BASE_PFN;
	area.ranges[0].nr_pages = nr_pages;
	area.ranges[0].map = &map;
	area.state = CMA_ACTIVE;
	nr_buffers = 0;
	CHECK_EQ(cma_debugfs_init(), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int writes;
	uint8_t what;
	u64 used;

	set_up(&input);
	for (writes = 0; writes < MAX_WRITES && input.size; writes++) {
		what = input_byte(&input);
		if (what % 4 == 3)
			read_bitmap(what & 16);
		else if (what % 4 == 2)
			write_free(input_number(&input, 1));
		else
			write_alloc(input_number(&input, 1), what & 16);
		CHECK_EQ(used_file->get(used_data, &used), 0);
		CHECK_EQ(used, held());
	}
	write_free(~0ULL);
	CHECK_EQ(cma_map_used(&map), 0);
	kfree(alloc_data);
	cma_map_destroy(&map);
	CHECK_EQ(shim_allocations(), 0);
	return 0;
}
