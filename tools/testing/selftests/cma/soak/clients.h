/* SPDX-License-Identifier: GPL-2.0 */
/* Who takes and gives back buffers? Threads that know what they hold, and what is in it. */
#ifndef CMA_SOAK_CLIENTS_H
#define CMA_SOAK_CLIENTS_H

#include <stdint.h>

#include "places.h"

#define CLIENTS		16

struct client_counts {
	unsigned long had[NR_WAYS], refused[NR_WAYS];
	unsigned long no_room, busy;	/* of the refused: was there a piece that large? */
	unsigned long wrong;		/* pages that were not zero, or lost their content */
	unsigned long checked;		/* pages whose content was looked at */
	unsigned long longest_ms;	/* that a request took */
};

/* Return: 0 or -errno. */
int clients_start(uint64_t seed);

/* Return when none of them is in a request; what they hold they keep. */
void clients_rest(void);
void clients_go(void);

/* Each gives back what it holds, after a last look at it. */
struct client_counts clients_end(void);

#endif
