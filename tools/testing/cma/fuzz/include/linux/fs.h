/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a file that is open. */
#ifndef _CMA_FUZZ_FS_H
#define _CMA_FUZZ_FS_H

#include <linux/types.h>

#define THIS_MODULE	NULL

struct inode {
	void *i_private;
};

struct file {
	void *private_data;
};

struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char *to, size_t size, loff_t *at);
	loff_t (*llseek)(struct file *file, loff_t off, int whence);
	int (*release)(struct inode *inode, struct file *file);
};

#endif
