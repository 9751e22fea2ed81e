// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of each area, for products in the field:
 *
 *	/sys/kernel/mm/cma/<area>/
 *		alloc_pages_success alloc_pages_fail
 *		release_pages_success			since boot
 *		total_pages available_pages peak_pages	of its size, how much
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

/* One file of every folder: how its number is found. */
struct cma_number {
	struct attribute attr;
	u64 (*get)(struct cma *cma);
};

#define CMA_NUMBER(_file, _expression)					\
static u64 _file##_get(struct cma *cma)					\
{									\
	return _expression;						\
}									\
static struct cma_number _file = {					\
	.attr = { .name = __stringify(_file), .mode = 0444 },		\
	.get = _file##_get,						\
}

CMA_NUMBER(alloc_pages_success, atomic64_read(&cma->stats.alloc_success));
CMA_NUMBER(alloc_pages_fail, atomic64_read(&cma->stats.alloc_fail));
CMA_NUMBER(release_pages_success, atomic64_read(&cma->stats.release_success));
CMA_NUMBER(total_pages, cma->nr_pages);
CMA_NUMBER(available_pages, cma_area_available(cma));
CMA_NUMBER(peak_pages, READ_ONCE(cma->peak_held));

static struct attribute *cma_folder_attrs[] = {
	&alloc_pages_success.attr,
	&alloc_pages_fail.attr,
	&release_pages_success.attr,
	&total_pages.attr,
	&available_pages.attr,
	&peak_pages.attr,
	NULL
};
ATTRIBUTE_GROUPS(cma_folder);

static ssize_t cma_number_show(struct kobject *kobj, struct attribute *attr,
			       char *buf)
{
	struct cma_number *number = container_of(attr, struct cma_number, attr);

	return sysfs_emit(buf, "%llu\n", number->get(to_folder(kobj)->cma));
}

static const struct sysfs_ops cma_folder_ops = {
	.show = cma_number_show,
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
