// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of each area, for products in the field:
 *
 *	/sys/kernel/mm/cma/<area>/alloc_pages_success
 *	/sys/kernel/mm/cma/<area>/alloc_pages_fail
 *	/sys/kernel/mm/cma/<area>/release_pages_success
 *
 * Everything here only looks: an area knows nothing of its folder. Areas are
 * never taken away, so neither are folders, and a folder may hold a bare
 * pointer to its area. An area that never came into service has no folder, and
 * a folder that cannot be made is missed by nobody but its readers.
 */
#define pr_fmt(fmt) "cma: " fmt

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>
#include "area.h"

struct cma_folder {
	struct kobject kobj;
	struct cma *cma;
};

static struct cma_folder *to_folder(struct kobject *kobj)
{
	return container_of(kobj, struct cma_folder, kobj);
}

/* One file of every folder: where in struct cma_stats its number stands. */
struct cma_counter {
	struct attribute attr;
	size_t offset;
};

#define CMA_COUNTER(_file, _member)					\
static struct cma_counter _file = {					\
	.attr = { .name = __stringify(_file), .mode = 0444 },		\
	.offset = offsetof(struct cma_stats, _member),			\
}

CMA_COUNTER(alloc_pages_success, alloc_success);
CMA_COUNTER(alloc_pages_fail, alloc_fail);
CMA_COUNTER(release_pages_success, release_success);

static struct attribute *cma_folder_attrs[] = {
	&alloc_pages_success.attr,
	&alloc_pages_fail.attr,
	&release_pages_success.attr,
	NULL
};
ATTRIBUTE_GROUPS(cma_folder);

static ssize_t cma_counter_show(struct kobject *kobj, struct attribute *attr,
				char *buf)
{
	struct cma_counter *counter = container_of(attr, struct cma_counter,
						   attr);
	void *stats = &to_folder(kobj)->cma->stats;
	atomic64_t *value = stats + counter->offset;

	return sysfs_emit(buf, "%llu\n", (u64)atomic64_read(value));
}

static const struct sysfs_ops cma_folder_ops = {
	.show = cma_counter_show,
};

static void cma_folder_free(struct kobject *kobj)
{
	kfree(to_folder(kobj));
}

static const struct kobj_type cma_folder_type = {
	.release = cma_folder_free,
	.sysfs_ops = &cma_folder_ops,
	.default_groups = cma_folder_groups,
};

static int __init cma_folder_add(struct cma *cma, struct kobject *parent)
{
	struct cma_folder *folder = kzalloc(sizeof(*folder), GFP_KERNEL);
	int err;

	if (!folder)
		return -ENOMEM;

	folder->cma = cma;
	err = kobject_init_and_add(&folder->kobj, &cma_folder_type, parent,
				   "%s", cma_get_name(cma));
	if (err)
		kobject_put(&folder->kobj);
	return err;
}

static int __init cma_sysfs_init(void)
{
	struct kobject *parent = kobject_create_and_add("cma", mm_kobj);
	struct cma *cma;
	int err;

	if (!parent)
		return -ENOMEM;

	for_each_active_cma(cma) {
		err = cma_folder_add(cma, parent);
		if (err)
			pr_err("%s: no folder in sysfs: %d\n",
			       cma_get_name(cma), err);
	}
	return 0;
}
subsys_initcall(cma_sysfs_init);
