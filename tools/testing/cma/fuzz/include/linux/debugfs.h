/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: files that the target finds by name. */
#ifndef _CMA_FUZZ_DEBUGFS_H
#define _CMA_FUZZ_DEBUGFS_H

#include <linux/types.h>

struct dentry;

/* Of a file that holds a number, its two functions. */
struct shim_attribute {
	int (*get)(void *data, u64 *value);
	int (*set)(void *data, u64 value);
};

#define DEFINE_DEBUGFS_ATTRIBUTE(name, get, set, format)	\
	static const struct shim_attribute name = { get, set }

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
void debugfs_create_file(const char *name, unsigned int mode,
			 struct dentry *parent, void *data, const void *fops);

#define debugfs_create_file_unsafe	debugfs_create_file
#define debugfs_create_ulong(name, mode, parent, value) \
	((void)(parent), (void)(value))
#define debugfs_create_u32(name, mode, parent, value) \
	((void)(parent), (void)(value))

#endif
