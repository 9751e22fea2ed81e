/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of which free memory can an area be made that need not be one piece?
 *
 * Pure, like the plan: boot.c offers what memblock has, and reserves what is
 * chosen.
 */
#ifndef _MM_CMA_PIECES_H
#define _MM_CMA_PIECES_H

#include <linux/types.h>
#include "plan.h"

/* Most pieces that an area can consist of. */
#define CMA_MAX_RANGES	8U

/**
 * struct cma_piece - a piece of memory
 * @start: physical address in bytes
 * @size: in bytes
 */
struct cma_piece {
	phys_addr_t start;
	phys_addr_t size;
};

/**
 * struct cma_piece_list - the largest pieces seen so far
 * @nr: how many
 * @pieces: the largest first; of equal ones, the one that was offered first
 */
struct cma_piece_list {
	unsigned int nr;
	struct cma_piece pieces[CMA_MAX_RANGES];
};

/**
 * struct cma_pieces - memory that an area may be made of
 * @machine: where
 * @alignment: of start and end of each piece in bytes, a power of two
 * @above: pieces that other devices do not compete for
 * @anywhere: pieces from all of the memory
 */
struct cma_pieces {
	const struct cma_machine *machine;
	phys_addr_t alignment;
	struct cma_piece_list above;
	struct cma_piece_list anywhere;
};

void cma_pieces_init(struct cma_pieces *pieces,
		     const struct cma_machine *machine, phys_addr_t alignment);
void cma_pieces_offer(struct cma_pieces *pieces, phys_addr_t start,
		      phys_addr_t end);
int cma_pieces_choose(const struct cma_pieces *pieces, phys_addr_t size,
		      struct cma_piece_list *chosen);

#endif /* _MM_CMA_PIECES_H */
