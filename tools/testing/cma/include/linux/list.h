/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: doubly linked lists; list_empty() may be asked without a lock. */
#ifndef _CMA_SHIM_LIST_H
#define _CMA_SHIM_LIST_H

#include <linux/compiler.h>
#include <stdbool.h>
#include <stddef.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define list_entry(ptr, type, member)	container_of(ptr, type, member)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return READ_ONCE(list->next) == list;
}

static inline void shim_list_link(struct list_head *prev,
				  struct list_head *next)
{
	WRITE_ONCE(prev->next, next);
	next->prev = prev;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	shim_list_link(entry, head->next);
	shim_list_link(head, entry);
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *head)
{
	list_add(entry, head->prev);
}

/* An entry that is on no list leads nowhere: a second removal is seen. */
static inline void list_del(struct list_head *entry)
{
	shim_list_link(entry->prev, entry->next);
	entry->next = NULL;
	entry->prev = NULL;
}

static inline void list_splice_init(struct list_head *list,
				    struct list_head *head)
{
	if (list_empty(list))
		return;
	shim_list_link(list->prev, head->next);
	shim_list_link(head, list->next);
	INIT_LIST_HEAD(list);
}

#define list_first_entry_or_null(head, type, member)			\
	(list_empty(head) ? NULL : list_entry((head)->next, type, member))

#define SHIM_AT(ptr, pos, member) \
	list_entry(ptr, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)				\
	for (pos = SHIM_AT((head)->next, pos, member);			\
	     &(pos)->member != (head);					\
	     pos = SHIM_AT((pos)->member.next, pos, member))

#define list_for_each_entry_safe(pos, after, head, member)		\
	for (pos = SHIM_AT((head)->next, pos, member),			\
	     after = SHIM_AT((pos)->member.next, pos, member);		\
	     &(pos)->member != (head);					\
	     pos = after, after = SHIM_AT((pos)->member.next, pos, member))

#endif
