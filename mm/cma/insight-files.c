// SPDX-License-Identifier: GPL-2.0
/*
 * What areas remember, for people and programs to read:
 *
 *	/sys/kernel/debug/cma/<area>/
 *		requests	how they ended
 *		latency		how long they took, by size
 *		blockers	which pages were in the way, and what they were
 *		holders		who holds which pages; "on" and "off" switch it
 *
 * Each is lines of words, with numbers in decimal unless 0x says otherwise. A
 * line that begins with "#" names the columns or sums up; in a name, blanks and
 * what is not printable are written as \ and three octal digits.
 *
 * What is printed was copied first: no lock is held meanwhile. So each line is
 * of one moment, and two lines may be of two.
 */
#include <linux/cma.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kdev_t.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/string_choices.h>
#include <linux/timekeeping.h>
#include "../contig/contig.h"
#include "area.h"
#include "insight.h"

/* A time, or how long ago it was, in seconds. */
static void print_age(struct seq_file *m, u64 since_ns)
{
	u64 now_ns = ktime_get_boottime_ns();
	u64 ms = now_ns > since_ns ? div_u64(now_ns - since_ns, NSEC_PER_MSEC) : 0;
	u32 rest;
	u64 seconds = div_u64_rem(ms, MSEC_PER_SEC, &rest);

	seq_printf(m, "%llu.%03u", seconds, rest);
}

/* A name as one word. */
static void print_name(struct seq_file *m, const char *name)
{
	if (*name)
		seq_escape_str(m, name, ESCAPE_OCTAL | ESCAPE_NAP |
			       ESCAPE_APPEND, " \\");
	else
		seq_putc(m, '-');
}

/*
 * The sum is read before the number of requests: a request that begins or ends
 * meanwhile is under way.
 */
static int requests_show(struct seq_file *m, void *unused)
{
	struct cma_insight *insight = ((struct cma *)m->private)->insight;
	u64 failed[CONTIG_NR_REASONS], success, invalid, requests, sum;
	unsigned int reason;

	success = atomic64_read(&insight->nr_success);
	invalid = atomic64_read(&insight->nr_invalid);
	sum = invalid;
	for (reason = 0; reason < CONTIG_NR_REASONS; reason++) {
		failed[reason] = atomic64_read(&insight->nr_failed[reason]);
		sum += failed[reason];
	}
	/* Pairs with the barrier in cma_insight_done(). */
	smp_rmb();
	requests = atomic64_read(&insight->nr_requests);

	seq_printf(m, "requests %llu\n", requests);
	seq_printf(m, "successes %llu\n", success);
	seq_printf(m, "failures %llu\n", sum);
	seq_puts(m, "# failures by reason\n");
	seq_printf(m, "failed %llu invalid request\n", invalid);
	for (reason = 0; reason < CONTIG_NR_REASONS; reason++)
		seq_printf(m, "failed %llu %s\n", failed[reason],
			   reason == CONTIG_REASON_NONE ? "no range left" :
			   contig_reason_name(reason));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(requests);

static int latency_show(struct seq_file *m, void *unused)
{
	struct cma_insight *insight = ((struct cma *)m->private)->insight;
	unsigned int class, bucket;
	u64 nr;

	seq_puts(m, "# us       1 page    2-16  17-256 257-4096 4097-65536 more\n");
	for (bucket = 0; bucket < CMA_TIME_BUCKETS; bucket++) {
		seq_printf(m, "%lu", bucket ? BIT(bucket - 1) : 0);
		for (class = 0; class < CMA_SIZE_CLASSES; class++) {
			nr = atomic64_read(&insight->latency[class][bucket]);
			seq_printf(m, " %llu", nr);
		}
		seq_putc(m, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(latency);

static int newest_first(const void *a, const void *b)
{
	const struct cma_blocker *one = a, *other = b;

	return one->last_ns > other->last_ns ? -1 : one->last_ns < other->last_ns;
}

static void print_blocker(struct seq_file *m, const struct cma_blocker *blocker)
{
	seq_printf(m, "0x%lx %llu %llu ", blocker->pfn, blocker->nr_failures,
		   blocker->nr_attempts);
	print_age(m, blocker->last_ns);
	seq_printf(m, " %s %d %d %c ", blocker->kind, blocker->refs,
		   blocker->maps, blocker->is_pinned ? 'y' : 'n');
	if (blocker->dev || blocker->ino)
		seq_printf(m, "%u:%u %lu", MAJOR(blocker->dev),
			   MINOR(blocker->dev), blocker->ino);
	else
		seq_puts(m, "- -");
	seq_printf(m, " %s\n", contig_reason_name(blocker->reason));
}

static int blockers_show(struct seq_file *m, void *unused)
{
	struct cma_insight *insight = ((struct cma *)m->private)->insight;
	struct cma_blocker *blockers;
	unsigned long flags;
	unsigned int i;

	blockers = kmalloc(sizeof(insight->blockers), GFP_KERNEL);
	if (!blockers)
		return -ENOMEM;
	spin_lock_irqsave(&insight->lock, flags);
	memcpy(blockers, insight->blockers, sizeof(insight->blockers));
	spin_unlock_irqrestore(&insight->lock, flags);

	sort(blockers, CMA_BLOCKERS_SHOWN, sizeof(*blockers), newest_first, NULL);
	seq_puts(m, "# pfn failures attempts age_s kind refs maps pinned dev ino reason\n");
	for (i = 0; i < CMA_BLOCKERS_SHOWN && blockers[i].last_ns; i++)
		print_blocker(m, &blockers[i]);
	kfree(blockers);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(blockers);

/* Layers between a driver and the allocator: begin of their functions' names. */
static const char * const dma_layers[] = {
	"dma_alloc_", "dma_cma_take", "dma_direct_alloc", "__dma_direct_alloc",
	"__dma_alloc_", "dmam_alloc_", "iommu_dma_alloc", "__iommu_dma_alloc",
	"arm_dma_alloc", "__arm_dma_alloc", "__dma_alloc", "__alloc_from_contiguous",
	"cma_allocator_alloc", "arch_dma_alloc", "remap_allocator_alloc",
};

/*
 * Reading goes by address: the position is the page frame to look from, plus one
 * for the headline. So records may come and go meanwhile.
 */
struct reader {
	struct cma *cma;
	struct cma_holder holder;
	char symbol[KSYM_SYMBOL_LEN];
};

static bool is_dma_layer(struct reader *reader, unsigned long address)
{
	unsigned int i;

	/* A return address may be that of the next function. */
	sprint_symbol_no_offset(reader->symbol, address - 1);
	for (i = 0; i < ARRAY_SIZE(dma_layers); i++)
		if (str_has_prefix(reader->symbol, dma_layers[i]))
			return true;
	return false;
}

/* Who asked in the end: the first that is none of the layers in between. */
static unsigned long caller_of(struct reader *reader)
{
	const struct cma_holder *holder = &reader->holder;
	unsigned int i;

	for (i = 0; i < holder->nr_frames; i++)
		if (!is_dma_layer(reader, holder->frames[i]))
			return holder->frames[i];
	return holder->frames[0];
}

static void *holders_start(struct seq_file *m, loff_t *pos)
{
	struct reader *reader = m->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	if (!cma_holders_next(reader->cma, *pos - 1, &reader->holder))
		return NULL;
	return &reader->holder;
}

static void *holders_next(struct seq_file *m, void *token, loff_t *pos)
{
	struct reader *reader = m->private;

	*pos = 1;
	if (token != SEQ_START_TOKEN)
		*pos += reader->holder.pfn + reader->holder.nr_pages;
	return holders_start(m, pos);
}

static void holders_stop(struct seq_file *m, void *token)
{
}

static void print_head(struct seq_file *m, struct cma *cma)
{
	struct cma_insight *insight = cma->insight;
	unsigned long flags, nr_recorded;
	bool is_recording;
	u64 nr_lost;

	spin_lock_irqsave(&insight->lock, flags);
	is_recording = insight->is_recording;
	nr_recorded = insight->nr_recorded;
	nr_lost = insight->nr_lost;
	spin_unlock_irqrestore(&insight->lock, flags);

	seq_printf(m, "# recording %s, %lu of %lu pages recorded, %llu records lost\n",
		   str_on_off(is_recording), nr_recorded,
		   READ_ONCE(cma->nr_held), nr_lost);
	seq_puts(m, "# pfn pages age_s pid task device caller\n");
}

static int holders_show(struct seq_file *m, void *token)
{
	struct reader *reader = m->private;
	const struct cma_holder *holder = &reader->holder;

	if (token == SEQ_START_TOKEN) {
		print_head(m, reader->cma);
		return 0;
	}
	seq_printf(m, "0x%lx %lu ", holder->pfn, holder->nr_pages);
	print_age(m, holder->since_ns);
	seq_printf(m, " %d ", holder->pid);
	print_name(m, holder->task);
	seq_putc(m, ' ');
	print_name(m, holder->device);
	seq_printf(m, " %pB\n", (void *)caller_of(reader));
	return 0;
}

static const struct seq_operations holders_seq_ops = {
	.start = holders_start,
	.next = holders_next,
	.stop = holders_stop,
	.show = holders_show,
};

static int holders_open(struct inode *inode, struct file *file)
{
	struct reader *reader = __seq_open_private(file, &holders_seq_ops,
						   sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->cma = inode->i_private;
	return 0;
}

static ssize_t holders_write(struct file *file, const char __user *text,
			     size_t size, loff_t *pos)
{
	struct cma *cma = file_inode(file)->i_private;
	bool on;
	int err = kstrtobool_from_user(text, size, &on);

	if (!err)
		err = cma_holders_record(cma, on);
	return err ?: size;
}

static const struct file_operations holders_fops = {
	.owner = THIS_MODULE,
	.open = holders_open,
	.read = seq_read,
	.write = holders_write,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

static void __init add_files(struct cma *cma, struct dentry *dir)
{
	debugfs_create_file("requests", 0444, dir, cma, &requests_fops);
	debugfs_create_file("latency", 0444, dir, cma, &latency_fops);
	debugfs_create_file("blockers", 0444, dir, cma, &blockers_fops);
	debugfs_create_file("holders", 0644, dir, cma, &holders_fops);
}

/* The folders are debugfs.c's, and of the same initcall level. */
static int __init cma_insight_files_init(void)
{
	struct dentry *dir, *root = debugfs_lookup("cma", NULL);
	struct cma *cma;

	if (!root)
		return 0;
	for_each_active_cma(cma) {
		dir = debugfs_lookup(cma_get_name(cma), root);
		if (dir && cma->insight)
			add_files(cma, dir);
		dput(dir);
	}
	dput(root);
	return 0;
}
late_initcall(cma_insight_files_init);
