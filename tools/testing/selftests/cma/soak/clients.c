// SPDX-License-Identifier: GPL-2.0
/* Who takes and gives back buffers? */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/pattern.h"
#include "../lib/proc.h"
#include "clients.h"

#define PIECES		24
#define POLL_US		(10 * 1000)
#define PAUSE_US	5000
#define PATIENCE	(30 * 1000 * 1000 / POLL_US)
#define CAMERA_FRAMES	4

struct piece {
	struct place *place;
	enum way way;
	size_t nr_pages;		/* 0: none */
	struct buffer buffer;		/* of a heap */
};

static struct client {
	pthread_t thread;
	int number;
	uint64_t random;
	bool resting;
	struct piece pieces[PIECES];
	struct client_counts counts;
	size_t asks;			/* pages, at this moment */
	const char *asks_where;
} clients[CLIENTS];

static enum { GO, REST, STOP } order;

static int order_now(void)
{
	return __atomic_load_n(&order, __ATOMIC_SEQ_CST);
}

static unsigned long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000;
}

static bool is_zero(const struct buffer *buffer)
{
	const uint64_t *words = buffer->addr;
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < buffer->nr_pages * PAGE_WORDS; i++)
		any |= words[i];
	return !any;
}

static void complain(struct client *c, const struct piece *p, unsigned long wrong, const char *what)
{
	if (!c->counts.wrong)
		printf("# client %d, area %s, buffer of %zu pages: %lu pages %s\n", c->number,
		       p->place->heap.area.name, p->nr_pages, wrong, what);
	c->counts.wrong += wrong;
}

static void look(struct client *c, const struct piece *p)
{
	size_t wrong;

	if (p->way != WAY_HEAP)
		return;
	wrong = buffer_wrong(&p->buffer);
	c->counts.checked += p->nr_pages;
	if (wrong)
		complain(c, p, wrong, "are not what this client wrote");
}

static int tell_camera(struct client *c, struct piece *p, const char *file, const char *words)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), CAMERA "%s", file);
	err = file_write(path, words);
	if (err == -EIO)	/* the log says which frame */
		complain(c, p, 1, "failed the camera's inspection");
	return err;
}

/* The camera gives back all frames of a bank at once, so each bank has one client. */
static int camera_take(struct client *c, struct piece *p)
{
	char words[64];

	snprintf(words, sizeof(words), "%d %d %lu", p->place->bank, CAMERA_FRAMES,
		 p->nr_pages / CAMERA_FRAMES * PAGE_BYTES);
	return tell_camera(c, p, "capture", words);
}

static int heap_take(struct client *c, struct piece *p)
{
	int err = buffer_take(&p->buffer, &p->place->heap, p->nr_pages);

	if (err)
		return err;
	if (!is_zero(&p->buffer))
		complain(c, p, p->nr_pages, "are not all zero");
	p->buffer.seed = c->random;
	pattern_fill(p->buffer.addr, p->buffer.seed, p->nr_pages);
	return 0;
}

static int ask(struct client *c, struct piece *p)
{
	switch (p->way) {
	case WAY_CAMERA:
		return camera_take(c, p);
	case WAY_HEAP:
		return heap_take(c, p);
	default:
		return area_alloc(&p->place->heap.area, p->nr_pages);
	}
}

static void note(struct client *c, struct piece *p, int err, unsigned long ms)
{
	struct place *place = p->place;

	if (ms > c->counts.longest_ms)
		c->counts.longest_ms = ms;
	if (!err) {
		c->counts.had[p->way]++;
		__atomic_fetch_add(&place->held[p->way], p->nr_pages, __ATOMIC_RELAXED);
		__atomic_fetch_add(&place->had, p->nr_pages, __ATOMIC_RELAXED);
		return;
	}
	c->counts.refused[p->way]++;
	__atomic_fetch_add(&place->refused, p->nr_pages, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&place->wanted, p->nr_pages, __ATOMIC_RELAXED);
	if (area_maxchunk(&place->heap.area) < (long)p->nr_pages)
		c->counts.no_room++;
	else
		c->counts.busy++;
	p->nr_pages = 0;
}

static void give(struct client *c, struct piece *p)
{
	char bank[8];

	if (!p->nr_pages)
		return;
	look(c, p);
	switch (p->way) {
	case WAY_CAMERA:
		snprintf(bank, sizeof(bank), "%d", p->place->bank);
		tell_camera(c, p, "release", bank);
		break;
	case WAY_HEAP:
		buffer_give(&p->buffer);
		break;
	default:
		area_free(&p->place->heap.area, p->nr_pages);
	}
	__atomic_fetch_sub(&p->place->held[p->way], p->nr_pages, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&p->place->wanted, p->nr_pages, __ATOMIC_RELAXED);
	p->nr_pages = 0;
}

static size_t choose_size(struct client *c, const struct place *place)
{
	size_t most = place->heap.area.nr_pages / 4, nr;

	switch (random_below(&c->random, 8)) {
	case 0: case 1: case 2:
		nr = 1 + random_below(&c->random, 8);
		break;
	case 3: case 4: case 5:
		nr = 16 + random_below(&c->random, 256);
		break;
	case 6:
		nr = 512 << random_below(&c->random, 2);
		break;
	default:
		nr = 512 + random_below(&c->random, most);
	}
	return nr < most ? nr : most;
}

static void choose(struct client *c, struct piece *p)
{
	p->place = &places[random_below(&c->random, nr_places)];
	p->nr_pages = choose_size(c, p->place);
	p->way = WAY_DEBUGFS;
	if (p->place->heap.fd >= 0 && random_below(&c->random, 4))
		p->way = WAY_HEAP;
	/* The first clients have a bank each, and what they ask for there comes through it. */
	if (p->place->bank == c->number) {
		p->way = WAY_CAMERA;
		p->nr_pages = (p->nr_pages / CAMERA_FRAMES ?: 1) * CAMERA_FRAMES;
	}
}

/* Return: what it holds beside @new, or NULL. */
static struct piece *held_by_camera(struct client *c, const struct piece *new)
{
	int i;

	for (i = 0; i < PIECES; i++)
		if (&c->pieces[i] != new && c->pieces[i].nr_pages &&
		    c->pieces[i].way == WAY_CAMERA)
			return &c->pieces[i];
	return NULL;
}

/* Takes a piece if that leaves room for tenants, else gives one back. */
static void take(struct client *c, struct piece *p)
{
	struct piece *before;
	unsigned long start;
	long wanted;
	int err;

	choose(c, p);
	before = p->way == WAY_CAMERA ? held_by_camera(c, p) : NULL;
	if (before) {
		p->nr_pages = 0;
		give(c, before);
		return;
	}
	wanted = __atomic_add_fetch(&p->place->wanted, p->nr_pages, __ATOMIC_RELAXED);
	if (wanted > p->place->budget) {
		__atomic_fetch_sub(&p->place->wanted, p->nr_pages, __ATOMIC_RELAXED);
		p->nr_pages = 0;
		give(c, &c->pieces[random_below(&c->random, PIECES)]);
		return;
	}
	c->asks_where = p->place->heap.area.name;
	__atomic_store_n(&c->asks, p->nr_pages, __ATOMIC_RELEASE);
	start = now_ms();
	err = ask(c, p);
	__atomic_store_n(&c->asks, 0, __ATOMIC_RELEASE);
	note(c, p, err, now_ms() - start);
}

static void step(struct client *c)
{
	struct piece *p = &c->pieces[random_below(&c->random, PIECES)];

	if (!p->nr_pages)
		take(c, p);
	else if (random_below(&c->random, 4))
		give(c, p);
	else
		look(c, p);
}

static void *live(void *arg)
{
	struct client *c = arg;
	int i;

	while (order_now() != STOP) {
		/* No longer resting, then a look at the order: clients_rest() reverses it. */
		__atomic_store_n(&c->resting, false, __ATOMIC_SEQ_CST);
		if (order_now() == REST) {
			__atomic_store_n(&c->resting, true, __ATOMIC_SEQ_CST);
			while (order_now() == REST)
				usleep(POLL_US);
			continue;
		}
		step(c);
		usleep(random_below(&c->random, PAUSE_US));
	}
	for (i = 0; i < PIECES; i++)
		give(c, &c->pieces[i]);
	return NULL;
}

int clients_start(uint64_t seed)
{
	int i, err = 0;

	for (i = 0; i < CLIENTS && !err; i++) {
		clients[i].number = i;
		clients[i].random = seed * 31 + i;
		err = -pthread_create(&clients[i].thread, NULL, live, &clients[i]);
	}
	return err;
}

void clients_rest(void)
{
	int i, waited = 0;

	__atomic_store_n(&order, REST, __ATOMIC_SEQ_CST);
	for (i = 0; i < CLIENTS; i++) {
		while (!__atomic_load_n(&clients[i].resting, __ATOMIC_SEQ_CST)) {
			usleep(POLL_US);
			if (++waited % PATIENCE)
				continue;
			printf("# waiting for client %d, which asks %s for %zu pages\n", i,
			       clients[i].asks_where ?: "nobody", clients[i].asks);
		}
	}
}

void clients_go(void)
{
	__atomic_store_n(&order, GO, __ATOMIC_SEQ_CST);
}

struct client_counts clients_end(void)
{
	struct client_counts sum = { .wrong = 0 };
	int i, way;

	__atomic_store_n(&order, STOP, __ATOMIC_SEQ_CST);
	for (i = 0; i < CLIENTS; i++) {
		const struct client_counts *c = &clients[i].counts;

		pthread_join(clients[i].thread, NULL);
		for (way = 0; way < NR_WAYS; way++) {
			sum.had[way] += c->had[way];
			sum.refused[way] += c->refused[way];
		}
		sum.no_room += c->no_room;
		sum.busy += c->busy;
		sum.wrong += c->wrong;
		sum.checked += c->checked;
		if (c->longest_ms > sum.longest_ms)
			sum.longest_ms = c->longest_ms;
	}
	return sum;
}
