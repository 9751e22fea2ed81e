/* SPDX-License-Identifier: GPL-2.0 */
/* How does a driver find its area full of tenants? A crowd fills it, with known content. */
#ifndef CMA_SELFTEST_CROWD_H
#define CMA_SELFTEST_CROWD_H

#include "area.h"
#include "tenant.h"

struct crowd {
	struct area area;
	struct tenant_kind kind;
	struct tenants tenants;
};

/*
 * Fills what nobody has claimed of the area but a few pages; there is room outside afterwards,
 * for all to move to. Return: 0, or -errno with a line on stdout.
 */
int crowd_settle(struct crowd *crowd, const char *area);

/* Return: how many are no longer where they settled. */
long crowd_moved(struct crowd *crowd);

/* Return: how many do not hold what they held. */
long crowd_wrong(struct crowd *crowd);

void crowd_leave(struct crowd *crowd);

#endif
