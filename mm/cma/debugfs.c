// SPDX-License-Identifier: GPL-2.0
/*
 * A look into each area, and a hand in it, for whoever brings up a board:
 *
 *	/sys/kernel/debug/cma/<area>/
 *		base_pfn count order_per_bit	where it lies, as declared
 *		used maxchunk bitmap		what is in use at this moment
 *		ranges/<n>/{base_pfn,bitmap}	of each piece; 0 is the above
 *		alloc free			take buffers, give them back
 *
 * A reader gets the picture of one moment: it is copied under the area's lock
 * and printed after.
 *
 * Buffers taken by way of "alloc" wait on the folder's own list for "free",
 * which gives back the youngest first: from the front of it, if it is larger
 * than what is to be freed. The list has a lock of its own, which is never held
 * while the area is asked for anything. A buffer is on the list exactly while
 * nobody is at work on it, so writers in parallel never meet in one.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "area.h"

/* One piece of an area, for its "bitmap". */
struct cma_debug_range {
	struct cma *cma;
	struct cma_range *range;
};

/**
 * struct cma_debug - the folder of one area
 * @cma: the area
 * @lock: protects @buffers and everything on it
 * @buffers: taken through "alloc" and not yet given back, the youngest first
 * @ranges: what each "bitmap" shows
 */
struct cma_debug {
	struct cma *cma;
	spinlock_t lock;	/* taken alone */
	struct list_head buffers;
	struct cma_debug_range ranges[CMA_MAX_RANGES];
};

struct cma_buffer {
	struct list_head node;
	unsigned long pfn;
	unsigned long nr_pages;
};

/* What is in use */

static int used_get(void *data, u64 *nr_pages)
{
	*nr_pages = cma_area_used(data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(used_fops, used_get, NULL, "%llu\n");

static int maxchunk_get(void *data, u64 *nr_pages)
{
	*nr_pages = cma_area_max_free(data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(maxchunk_fops, maxchunk_get, NULL, "%llu\n");

/* The picture of a range that it shows. */
struct cma_picture {
	unsigned long nr_words;
	u32 words[] __counted_by(nr_words);
};

static struct cma_picture *cma_picture_take(const struct cma_debug_range *of)
{
	const struct cma_map *map = of->range->map;
	unsigned long nr_words = DIV_ROUND_UP(cma_map_nr_bits(map), 32);
	struct cma_picture *picture;
	unsigned long flags;

	picture = kvzalloc(struct_size(picture, words, nr_words), GFP_KERNEL);
	if (!picture)
		return NULL;
	picture->nr_words = nr_words;

	spin_lock_irqsave(&of->cma->lock, flags);
	cma_map_fill_bits(map, picture->words);
	spin_unlock_irqrestore(&of->cma->lock, flags);
	return picture;
}

static void *picture_start(struct seq_file *m, loff_t *pos)
{
	struct cma_picture *picture = m->private;

	return *pos < picture->nr_words ? &picture->words[*pos] : NULL;
}

static void *picture_next(struct seq_file *m, void *word, loff_t *pos)
{
	++*pos;
	return picture_start(m, pos);
}

static void picture_stop(struct seq_file *m, void *word)
{
}

static int picture_show(struct seq_file *m, void *word)
{
	struct cma_picture *picture = m->private;
	u32 *last = &picture->words[picture->nr_words - 1];

	seq_printf(m, "%u%c", *(u32 *)word, word == last ? '\n' : ' ');
	return 0;
}

static const struct seq_operations picture_seq_ops = {
	.start = picture_start,
	.next = picture_next,
	.stop = picture_stop,
	.show = picture_show,
};

static int bitmap_open(struct inode *inode, struct file *file)
{
	struct cma_picture *picture = cma_picture_take(inode->i_private);
	struct seq_file *m;
	int err;

	if (!picture)
		return -ENOMEM;

	err = seq_open(file, &picture_seq_ops);
	if (err) {
		kvfree(picture);
		return err;
	}
	m = file->private_data;
	m->private = picture;
	return 0;
}

static int bitmap_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->private);
	return seq_release(inode, file);
}

static const struct file_operations bitmap_fops = {
	.owner = THIS_MODULE,
	.open = bitmap_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = bitmap_release,
};

/* Take buffers, give them back */

/*
 * The size goes to the area as it was written, however wrong it is, so that
 * what a driver would get for it can be seen here.
 */
static int alloc_set(void *data, u64 nr_pages)
{
	struct cma_debug *debug = data;
	struct cma_buffer *buffer;
	struct page *pages;

	if (nr_pages > ULONG_MAX)
		return -ENOMEM;

	/* First the note, then the buffer: without one there is no way back. */
	buffer = kmalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;

	pages = cma_alloc(debug->cma, nr_pages, 0, false);
	if (!pages) {
		kfree(buffer);
		return -ENOMEM;
	}
	buffer->pfn = page_to_pfn(pages);
	buffer->nr_pages = nr_pages;

	spin_lock(&debug->lock);
	list_add(&buffer->node, &debug->buffers);
	spin_unlock(&debug->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(alloc_fops, NULL, alloc_set, "%llu\n");

/*
 * Takes up to @nr_pages of the youngest buffer off the list. Where a bit stands
 * for several pages, buffers are given back whole or not at all.
 */
static bool take_youngest(struct cma_debug *debug, u64 nr_pages,
			  struct cma_buffer *part)
{
	struct cma_buffer *youngest, *emptied = NULL;
	bool found = false;

	spin_lock(&debug->lock);
	youngest = list_first_entry_or_null(&debug->buffers, struct cma_buffer,
					    node);
	if (youngest && youngest->nr_pages <= nr_pages) {
		*part = *youngest;
		list_del(&youngest->node);
		emptied = youngest;
		found = true;
	} else if (youngest && nr_pages && !debug->cma->order_per_bit) {
		part->pfn = youngest->pfn;
		part->nr_pages = nr_pages;
		youngest->pfn += nr_pages;
		youngest->nr_pages -= nr_pages;
		found = true;
	}
	spin_unlock(&debug->lock);

	kfree(emptied);
	return found;
}

/* Asking for more than there is gives back all there is, and is no error. */
static int free_set(void *data, u64 nr_pages)
{
	struct cma_debug *debug = data;
	struct cma_buffer part;
	bool ours;

	while (take_youngest(debug, nr_pages, &part)) {
		ours = cma_release(debug->cma, pfn_to_page(part.pfn),
				   part.nr_pages);
		VM_WARN_ON_ONCE(!ours);
		nr_pages -= part.nr_pages;
		cond_resched();
	}
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(free_fops, NULL, free_set, "%llu\n");

static void __init add_piece(struct cma_debug_range *of, struct dentry *dir)
{
	debugfs_create_ulong("base_pfn", 0444, dir, &of->range->base_pfn);
	debugfs_create_file("bitmap", 0444, dir, of, &bitmap_fops);
}

/* The first one is at both places: most areas have no other. */
static void __init add_piece_files(struct cma_debug *debug, struct dentry *dir)
{
	struct dentry *ranges = debugfs_create_dir("ranges", dir);
	struct cma *cma = debug->cma;
	char name[12];
	unsigned int i;

	for (i = 0; i < cma->nr_ranges; i++) {
		debug->ranges[i].cma = cma;
		debug->ranges[i].range = &cma->ranges[i];
		scnprintf(name, sizeof(name), "%u", i);
		add_piece(&debug->ranges[i], debugfs_create_dir(name, ranges));
	}
	add_piece(&debug->ranges[0], dir);
}

static void __init cma_debugfs_add(struct cma *cma, struct dentry *root)
{
	struct cma_debug *debug = kzalloc(sizeof(*debug), GFP_KERNEL);
	struct dentry *dir;

	if (!debug) {
		pr_err("%s: no memory for its folder in debugfs\n",
		       cma_get_name(cma));
		return;
	}
	debug->cma = cma;
	spin_lock_init(&debug->lock);
	INIT_LIST_HEAD(&debug->buffers);

	dir = debugfs_create_dir(cma_get_name(cma), root);
	if (IS_ERR(dir)) {
		/* Has said so itself, unless there is no debugfs at all. */
		kfree(debug);
		return;
	}

	add_piece_files(debug, dir);
	debugfs_create_ulong("count", 0444, dir, &cma->nr_pages);
	debugfs_create_u32("order_per_bit", 0444, dir, &cma->order_per_bit);

	debugfs_create_file_unsafe("used", 0444, dir, cma, &used_fops);
	debugfs_create_file_unsafe("maxchunk", 0444, dir, cma,
				   &maxchunk_fops);

	debugfs_create_file_unsafe("alloc", 0200, dir, debug, &alloc_fops);
	debugfs_create_file_unsafe("free", 0200, dir, debug, &free_fops);
}

static int __init cma_debugfs_init(void)
{
	struct dentry *root = debugfs_create_dir("cma", NULL);
	struct cma *cma;

	for_each_active_cma(cma)
		cma_debugfs_add(cma, root);
	return 0;
}
late_initcall(cma_debugfs_init);
