/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tenant: movable memory of a process or a file, wherever it lies just now.
 *
 * It knows its pages, as page tables and the page cache do, and finds in each
 * what it has written there. Pages can be large folios, and be split.
 */
#ifndef _CMA_TENANT_H
#define _CMA_TENANT_H

#include "model.h"

#define TENANT_MAX_PAGES	32

enum tenant_kind {
	TENANT_ANON,
	TENANT_FILE,		/* clean: may be dropped */
	TENANT_DIRTY,		/* the same, with something that is nowhere else */
	TENANT_BUFFERS,		/* the same, of the buffer cache: never in an area */
};

/**
 * struct address_space - a tenant
 * @lock: protects all below, and that @pages are its
 * @kind: see above
 * @nr_pages: 0 while it lives nowhere
 * @pages: where; NULL for one that was dropped
 * @seed: all it has written follows from it
 */
struct address_space {
	spinlock_t lock;	/* protects what follows */
	enum tenant_kind kind;
	unsigned long nr_pages;
	struct page *pages[TENANT_MAX_PAGES];
	u64 seed;
};

void tenant_init(struct address_space *tenant);

/* On this CPU; false if there is no memory for it. */
bool tenant_move_in(struct address_space *tenant, enum tenant_kind kind,
		    unsigned int order, u64 seed);
void tenant_move_out(struct address_space *tenant);

/* Write something else to every page. */
void tenant_write(struct address_space *tenant, u64 seed);

/* Is all there that it has written? Only what is clean may be gone. */
void tenant_check(struct address_space *tenant);

/* The folio of a page of it, with a reference; NULL if there is none. */
struct folio *tenant_get_folio(struct address_space *tenant, unsigned long index);

/* Begin or end writing the folio of a page to a disk. */
void tenant_set_writeback(struct address_space *tenant, unsigned long index, bool on);

/* Between tenant.c and migrate.c. */
struct address_space *tenant_of(const struct folio *folio);
void tenant_adopt(struct address_space *tenant, struct folio *folio,
		  unsigned long index);
void tenant_abandon(struct folio *folio);

#endif
