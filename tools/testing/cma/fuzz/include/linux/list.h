/* SPDX-License-Identifier: GPL-2.0 */
/* Fuzzing shim: a ring of nodes. */
#ifndef _CMA_FUZZ_LIST_H
#define _CMA_FUZZ_LIST_H

#include <stddef.h>

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add(struct list_head *node, struct list_head *head)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void list_del(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->next = NULL;
	node->prev = NULL;
}

#define list_first_entry_or_null(head, type, member)			\
	((head)->next == (head) ? NULL :				\
	 (type *)((char *)(head)->next - offsetof(type, member)))

#endif
