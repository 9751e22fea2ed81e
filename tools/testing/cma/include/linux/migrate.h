/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: model/migrate.c. */
#ifndef _CMA_SHIM_MIGRATE_H
#define _CMA_SHIM_MIGRATE_H

#include <linux/mm.h>

enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };
#define MR_CONTIG_RANGE	0

typedef struct folio *new_folio_t(struct folio *folio, unsigned long private);

int migrate_pages(struct list_head *from, new_folio_t *new, void *put,
		  unsigned long private, enum migrate_mode mode, int reason,
		  unsigned int *nr_migrated);
void putback_movable_pages(struct list_head *folios);

#endif
