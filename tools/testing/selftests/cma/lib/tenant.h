/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who lives in an area? Tenants of each kind the kernel can move, with known content, that can
 * be found by frame.
 */
#ifndef CMA_SELFTEST_TENANT_H
#define CMA_SELFTEST_TENANT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "area.h"

struct tenants {
	const struct tenant_kind *kind;
	unsigned char *addr;		/* mapped while they can be looked at */
	size_t nr_pages;
	int fd;				/* the file, where there is one */
	uint64_t seed;			/* of the pattern */
	pid_t sharer;			/* a process that maps the same pages */
	unsigned long *pfns;		/* where they were when tenants_find() looked */
};

struct tenant_kind {
	const char *name;
	size_t nr_mib;
	size_t nr_pages;	/* 0: nr_mib */

	/* Optional: where the file is. */
	const char *device, *dir;

	/* Maps @t->nr_pages pages with the pattern in them at @t->addr. Return: 0 or -errno. */
	int (*settle)(struct tenants *t);

	/* Optional: makes them what they are called, after they were found. Return: 0 or -errno. */
	int (*turn)(struct tenants *t);

	/* Optional: maps them again, before they are looked at. Return: 0 or -errno. */
	int (*show)(struct tenants *t);

	void (*leave)(struct tenants *t);

	/* What kpageflags must say of most of them. */
	uint64_t flags;
};

extern const struct tenant_kind tenant_anonymous, tenant_anonymous_shared, tenant_mlocked,
tenant_thp,
	tenant_ext4_clean, tenant_ext4_unmapped, tenant_ext4_dirty, tenant_nvme_dirty, tenant_shmem,
	tenant_hugetlb;

/*
 * Can the kernel move this kind on this architecture? What cannot move is not put into areas.
 * Return: NULL, or why not.
 */
static inline const char *tenant_stays(const struct tenant_kind *kind)
{
#ifdef __arm__
	if (kind == &tenant_hugetlb)
		return "32-bit arm does not migrate hugetlb pages";
#endif
	return NULL;
}

/*
 * Mounts what the kinds need and gives every file its blocks. To be called before anything
 * else: the metadata that a file system reads and journals is "movable" memory, but it holds
 * on to it, so it must not come into an area, not even by way of a per-CPU list to which pages
 * of a released area went. Return: 0 or -errno.
 */
int tenants_prepare(void);

/* The same, where no kind is used that has a file on a disk. */
int tenants_prepare_memory(void);

/* Return: 0 or -errno. */
int tenants_settle(struct tenants *t, const struct tenant_kind *kind);

/* Notes the frames. Return: how many of the pages lie in @area, or -errno. */
long tenants_find(struct tenants *t, const struct area *area);

/* Return: how many of the noted frames have all of the kind's flags. */
long tenants_with_flags(const struct tenants *t);

/* Return: how many pages lie in @area now; -errno. */
long tenants_in(struct tenants *t, const struct area *area);

/* Return: how many pages are no longer in the frame that was noted. */
long tenants_moved(struct tenants *t);

/* Return: how many pages do not hold what was put into them. */
long tenants_wrong(struct tenants *t);

void tenants_leave(struct tenants *t);

#endif
