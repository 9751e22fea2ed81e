/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: what is printed goes to a buffer of the target. */
#ifndef _CMA_FUZZ_SEQ_FILE_H
#define _CMA_FUZZ_SEQ_FILE_H

#include <linux/fs.h>

struct seq_file {
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

__attribute__((format(printf, 2, 3)))
void seq_printf(struct seq_file *m, const char *format, ...);
int seq_open(struct file *file, const struct seq_operations *ops);
int seq_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char *to, size_t size, loff_t *at);
loff_t seq_lseek(struct file *file, loff_t off, int whence);

#endif
