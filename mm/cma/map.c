// SPDX-License-Identifier: GPL-2.0
/*
 * Where in an area is room, and what becomes of it?
 *
 * The owner's lock is held with interrupts off, so no size of an area and no
 * pattern of pages may make a search a long one. Therefore each bitmap that is
 * searched is summed up by a tree. Its leaves are 16 words, a node above them
 * is 16 nodes, and each knows four things about the clear bits in its stretch:
 *
 *	 head      longest   tail		block: of clear bits, the size
 *	|<-->|    |<------>|  |<>|		a power of two, its start a
 *	|....##..#..........##...|		multiple of that
 *
 * Neighbours add up to the same about all of them. A run of a given length is
 * found by going down from the top, past everything that is too short: in a
 * handful of nodes on each level, wherever it is, and in none at all if there
 * is none. The same goes for blocks.
 *
 * Changing bits makes sums wrong. A leaf that is wrong, with all that is above
 * it, is put right when another leaf is changed or a search needs it: at most
 * one is stale at any time. So allocating and releasing in one place costs
 * nothing but setting bits, and no search has to make up for what others left.
 *
 * There are two such bitmaps, of busy and of held pages. Both have a bit for a
 * granule (1 << order_per_bit pages, counted from the area's start). If that is
 * more than one page, a second one tells which pages of the granule it is.
 *
 * Alignment is of the physical address, so it depends on where the area lies.
 * It and the granule are powers of two, so what satisfies both is a lattice:
 *
 *	granules 0       8       16      24      32      40      48
 *		 |.......|.......|.......|.......|.......|.......|
 *		     ^ first         ^ first + step  ^
 *		     [---- len ----)
 *
 * A candidate begins with a block as large as step and len allow. So sums tell
 * all about requests for powers of two that are aligned to their size. Others
 * may be led astray by runs that are long enough, but not where they should be:
 * each is looked at in vain, for one walk over the words of a leaf at most.
 *
 * Misuse (a range outside of the area) warns and changes nothing. That the
 * pages are in the state that a transition starts from is verified with
 * CONFIG_DEBUG_VM, except where it is the question.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "map.h"

/* A node sums up this many: nodes of the level below, words if it is a leaf. */
#define FANOUT_ORDER	4
#define FANOUT		BIT(FANOUT_ORDER)

/* Levels are counted from the words of the bitmap. */
#define WORDS		0
#define LEAVES		1

/**
 * struct grid - where candidates of one request may start, in granules
 * @first: the lowest start
 * @step: distance of two starts, a power of two
 * @len: what a candidate covers
 * @block: a candidate begins with an aligned block of this size
 */
struct grid {
	unsigned long first;
	unsigned long step;
	unsigned long len;
	unsigned long block;
};

static unsigned long granule(const struct cma_map *map)
{
	return 1UL << map->order_per_bit;
}

/* Does the area hold all of [offset, offset + nr_pages), and is it anything? */
static bool inside(const struct cma_map *map, unsigned long offset,
		   unsigned long nr_pages)
{
	return nr_pages && nr_pages <= map->nr_pages &&
	       offset <= map->nr_pages - nr_pages;
}

/* Are all bits of [start, end) like that? It takes half of what find_bit does. */
static bool all_are(const unsigned long *bits, unsigned long start,
		    unsigned long end, bool value)
{
	const unsigned long *word = bits + start / BITS_PER_LONG;
	const unsigned long *last = bits + (end - 1) / BITS_PER_LONG;
	unsigned long mask = BITMAP_FIRST_WORD_MASK(start);
	unsigned long want = value ? ~0UL : 0;

	if (word == last)
		mask &= BITMAP_LAST_WORD_MASK(end);
	if ((*word ^ want) & mask)
		return false;
	for (word++; last - word >= 4; word += 4)
		if ((word[0] ^ want) | (word[1] ^ want) |
		    (word[2] ^ want) | (word[3] ^ want))
			return false;
	for (; word < last; word++)
		if (*word != want)
			return false;
	return word > last || !((*last ^ want) & BITMAP_LAST_WORD_MASK(end));
}

static bool all_clear(const unsigned long *bits, unsigned long start,
		      unsigned long end)
{
	return all_are(bits, start, end, false);
}

static bool all_set(const unsigned long *bits, unsigned long start,
		    unsigned long end)
{
	return all_are(bits, start, end, true);
}

static inline void assign_word(unsigned long *word, unsigned long mask,
			       bool value)
{
	WRITE_ONCE(*word, value ? *word | mask : *word & ~mask);
}

/*
 * The bits from @first to @last. Long ranges, for which memset() is faster. Who
 * reads them without the lock, in cma_map_next_gap(), takes them as they come.
 */
static inline void assign_bits(unsigned long *bits, unsigned long first,
			       unsigned long last, bool value)
{
	unsigned long *word = bits + first / BITS_PER_LONG;
	unsigned long *last_word = bits + last / BITS_PER_LONG;
	unsigned long first_mask = BITMAP_FIRST_WORD_MASK(first);
	unsigned long last_mask = BITMAP_LAST_WORD_MASK(last + 1);

	if (word == last_word) {
		assign_word(word, first_mask & last_mask, value);
		return;
	}
	assign_word(word++, first_mask, value);
	memset(word, value ? 0xff : 0, (last_word - word) * sizeof(*word));
	assign_word(last_word, last_mask, value);
}

/* The size of a node, in bits. */
static unsigned long node_bits(unsigned int level)
{
	return (unsigned long)BITS_PER_LONG << FANOUT_ORDER * level;
}

/* Every @step-th bit of a word, a power of two, from the first one on. */
static unsigned long starts_in_word(unsigned long step)
{
	/* All ones are that many times the lowest of them. */
	return step < BITS_PER_LONG ? ~0UL / ((1UL << step) - 1) : 1;
}

/* Where in @clear do @len set bits begin? */
static unsigned long runs_in_word(unsigned long clear, unsigned long len)
{
	unsigned long have, more;

	for (have = 1; have < len; have += more) {
		/* Each bit stands for @have of them: join two of those. */
		more = min(have, len - have);
		clear &= clear >> more;
	}
	return clear;
}

/* The longest run of set bits in @clear, which is not all ones, or @longest. */
static u32 longest_in_word(unsigned long clear, u32 longest)
{
	unsigned long runs = runs_in_word(clear, longest + 1);

	while (runs) {
		longest++;
		runs &= clear >> longest;
	}
	return longest;
}

/* The largest aligned block of set bits in @clear, which is not all ones. */
static u32 block_in_word(unsigned long clear)
{
	unsigned long size;

	if (!clear)
		return 0;
	for (size = 1; size < BITS_PER_LONG / 2; size *= 2) {
		/* Each bit stands for a block: join two of those. */
		clear &= clear >> size & starts_in_word(2 * size);
		if (!clear)
			return size;
	}
	return size;
}

/* The sum of a node. That of a word leaves out what is inside of it. */
static inline struct cma_map_runs sum_of(const struct cma_map_set *set,
					 unsigned int level,
					 unsigned long index)
{
	unsigned long word;
	u32 head, tail;

	if (level > WORDS)
		return set->sums[level][index];

	word = set->granules[index];
	head = word ? __ffs(word) : BITS_PER_LONG;
	tail = word ? BITS_PER_LONG - 1 - __fls(word) : BITS_PER_LONG;
	return (struct cma_map_runs){ head, tail, max(head, tail), 0 };
}

/* The largest aligned block that ends at @end, after @clear clear bits. */
static u32 block_before(unsigned long end, unsigned long clear)
{
	return min(end & -end, 1UL << __fls(clear));
}

static struct cma_map_runs add_up(const struct cma_map_set *set,
				  unsigned int level, unsigned long index)
{
	unsigned long size = node_bits(level - 1);
	struct cma_map_runs sum = {};
	struct cma_map_runs part;
	unsigned long i, word;

	for (i = 0; i < FANOUT; i++) {
		part = sum_of(set, level - 1, index * FANOUT + i);
		if (sum.head == i * size)
			sum.head += part.head;
		sum.longest = max(sum.longest, sum.tail + part.head);
		sum.longest = max(sum.longest, part.longest);
		if (part.head == size) {
			sum.tail += size;
			sum.block = max(sum.block,
					block_before((i + 1) * size, sum.tail));
			continue;
		}
		sum.tail = part.tail;
		sum.block = max(sum.block, part.block);
		if (level > LEAVES)
			continue;

		word = ~set->granules[index * FANOUT + i];
		if (sum.longest < BITS_PER_LONG)
			sum.longest = longest_in_word(word, sum.longest);
		if (sum.block < BITS_PER_LONG / 2)
			sum.block = max(sum.block, block_in_word(word));
	}
	return sum;
}

/* Write the sum of a node. True if it is another one than before. */
static bool put_sum(struct cma_map_runs *sum, struct cma_map_runs new)
{
	bool changed = sum->head != new.head || sum->tail != new.tail ||
		       sum->longest != new.longest || sum->block != new.block;

	*sum = new;
	return changed;
}

/* Add up the nodes [first, last] of a level once more, and what is above. */
static void refresh(struct cma_map_set *set, unsigned int level,
		    unsigned long first, unsigned long last)
{
	bool changed = true;
	unsigned long i;

	for (; changed && level <= set->top; level++) {
		changed = false;
		for (i = first; i <= last; i++)
			changed |= put_sum(&set->sums[level][i],
					   add_up(set, level, i));
		first /= FANOUT;
		last /= FANOUT;
	}
}

/* Make all sums right. */
static void refresh_stale(struct cma_map_set *set)
{
	if (set->stale != CMA_MAP_NONE)
		refresh(set, LEAVES, set->stale, set->stale);
	set->stale = CMA_MAP_NONE;
}

/* The granules from @first to @last have changed, all to @value. */
static void resum(struct cma_map_set *set, unsigned long first,
		  unsigned long last, bool value)
{
	bool cuts_first = first % node_bits(LEAVES);
	bool cuts_last = (last + 1) % node_bits(LEAVES);
	u32 clear = value ? 0 : node_bits(LEAVES);
	struct cma_map_runs *leaf = set->sums[LEAVES];
	unsigned long i;

	first /= node_bits(LEAVES);
	last /= node_bits(LEAVES);
	if (first == last) {
		refresh_stale(set);
		set->stale = first;
		return;
	}

	for (i = first; i <= last; i++)
		leaf[i] = (struct cma_map_runs){ clear, clear, clear, clear };
	if (cuts_first)
		leaf[first] = add_up(set, LEAVES, first);
	if (cuts_last)
		leaf[last] = add_up(set, LEAVES, last);
	refresh(set, LEAVES + 1, first / FANOUT, last / FANOUT);
}

/* The granules from @first to @last become part of the set, or leave it. */
static inline void assign_granules(struct cma_map_set *set, unsigned long first,
				   unsigned long last, bool value)
{
	assign_bits(set->granules, first, last, value);
	if (first / node_bits(LEAVES) != set->stale ||
	    last / node_bits(LEAVES) != set->stale)
		resum(set, first, last, value);
}

static void mark_pages(const struct cma_map *map, struct cma_map_set *set,
		       unsigned long offset, unsigned long nr_pages)
{
	unsigned long last = offset + nr_pages - 1;
	unsigned int order = map->order_per_bit;

	WRITE_ONCE(set->nr_pages, set->nr_pages + nr_pages);
	if (order)
		assign_bits(set->pages, offset, last, true);
	assign_granules(set, offset >> order, last >> order, true);
}

/* Has a granule no page in the set? */
static bool is_empty(const struct cma_map *map, const struct cma_map_set *set,
		     unsigned long index)
{
	unsigned long page = index << map->order_per_bit;

	return all_clear(set->pages, page, page + granule(map));
}

static void unmark_pages(const struct cma_map *map, struct cma_map_set *set,
			 unsigned long offset, unsigned long nr_pages)
{
	unsigned int order = map->order_per_bit;
	unsigned long last = offset + nr_pages - 1;
	unsigned long first = offset >> order;

	WRITE_ONCE(set->nr_pages, set->nr_pages - nr_pages);
	if (order) {
		assign_bits(set->pages, offset, last, false);
		last >>= order;
		/* Others may have pages in the granules at the edges. */
		if (!is_empty(map, set, last) && last-- == first)
			return;
		if (!is_empty(map, set, first) && first++ == last)
			return;
	}
	assign_granules(set, first, last, false);
}

/*
 * Sum up a bitmap of @nr_words, whole leaves. What is missing to a whole node
 * above them is all zero: nothing is clear there.
 */
static int init_sums(struct cma_map_set *set, unsigned long nr_words)
{
	unsigned long nr = nr_words / FANOUT;
	unsigned int level = LEAVES;

	for (;; level++) {
		set->sums[level] = kvcalloc(nr > 1 ? round_up(nr, FANOUT) : 1,
					    sizeof(*set->sums[level]),
					    GFP_KERNEL);
		if (!set->sums[level])
			return -ENOMEM;
		if (nr == 1)
			break;
		nr = DIV_ROUND_UP(nr, FANOUT);
	}
	set->top = level;
	return 0;
}

/*
 * A set without pages. The bitmap of granules is whole leaves, and what is past
 * the area's end is set for ever, so that no run goes on there.
 */
static int init_set(const struct cma_map *map, struct cma_map_set *set)
{
	unsigned long nr_granules = cma_map_nr_bits(map);
	unsigned long nr_words = round_up(BITS_TO_LONGS(nr_granules), FANOUT);
	int err;

	set->granules = kvcalloc(nr_words, sizeof(*set->granules), GFP_KERNEL);
	if (!set->granules)
		return -ENOMEM;
	set->pages = set->granules;
	if (map->order_per_bit)
		set->pages = kvcalloc(BITS_TO_LONGS(map->nr_pages),
				      sizeof(*set->pages), GFP_KERNEL);
	if (!set->pages)
		return -ENOMEM;

	err = init_sums(set, nr_words);
	if (err)
		return err;
	memset(set->granules, 0xff, nr_words * sizeof(*set->granules));
	set->stale = CMA_MAP_NONE;
	assign_granules(set, 0, nr_granules - 1, false);
	return 0;
}

static void destroy_set(struct cma_map_set *set)
{
	unsigned int level;

	for (level = LEAVES; level < CMA_MAP_LEVELS; level++)
		kvfree(set->sums[level]);
	if (set->pages != set->granules)
		kvfree(set->pages);
	kvfree(set->granules);
}

/**
 * cma_map_init() - set up the map of an area, all of it free
 * @map: the map, contents ignored
 * @base_pfn: page frame number of the area's first page
 * @nr_pages: size in pages, at most CMA_MAP_MAX_PAGES, whole granules
 * @order_per_bit: log2 of the pages in a granule
 *
 * The bitmaps of a large hugetlb area exceed what kmalloc() gives (4 MiB, two
 * bits a page: 64 GiB of 4 KiB pages), so they may come from vmalloc(). Their
 * sums are a tenth of that on top.
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL for a size that is not possible, -ENOMEM. Unless it is 0,
 * the map is empty, as after cma_map_destroy().
 */
int cma_map_init(struct cma_map *map, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit)
{
	int err;

	memset(map, 0, sizeof(*map));

	if (!nr_pages || nr_pages > CMA_MAP_MAX_PAGES)
		return -EINVAL;
	if (base_pfn > ULONG_MAX - nr_pages)
		return -EINVAL;
	if (order_per_bit >= BITS_PER_LONG ||
	    nr_pages & ((1UL << order_per_bit) - 1))
		return -EINVAL;

	map->base_pfn = base_pfn;
	map->nr_pages = nr_pages;
	map->order_per_bit = order_per_bit;

	err = init_set(map, &map->busy);
	if (!err)
		err = init_set(map, &map->held);
	if (err)
		cma_map_destroy(map);
	else
		map->cursor = (cma_map_nr_bits(map) - 1) / BITS_PER_LONG;
	return err;
}

/**
 * cma_map_destroy() - give back what cma_map_init() allocated
 * @map: the map, or one that is all zero
 *
 * What is left is a map without pages: nothing is found in it and nothing can
 * be released to it.
 *
 * Context: Any context in which kvfree() is allowed.
 */
void cma_map_destroy(struct cma_map *map)
{
	destroy_set(&map->held);
	destroy_set(&map->busy);
	memset(map, 0, sizeof(*map));
}

/*
 * Lay the grid of a request. False if not even an empty area of this place and
 * size could serve it.
 */
static bool lay_grid(const struct cma_map *map, unsigned long nr_pages,
		     unsigned int align_order, struct grid *grid)
{
	unsigned int order = map->order_per_bit;
	unsigned long align;

	/* Beyond the word only PFN 0 would be aligned, which no area holds. */
	if (!nr_pages || nr_pages > map->nr_pages ||
	    align_order >= BITS_PER_LONG)
		return false;
	align = 1UL << align_order;

	/*
	 * The two conditions meet everywhere or nowhere: a multiple of the
	 * larger is one of the smaller if both are counted from the same place.
	 */
	if (map->base_pfn & (min(align, granule(map)) - 1))
		return false;

	grid->step = max(align, granule(map)) >> order;
	grid->first = (-map->base_pfn & (align - 1)) >> order;
	grid->len = ((nr_pages - 1) >> order) + 1;

	/* Blocks are aligned in the area, so it matters how that is. */
	grid->block = min(grid->step, 1UL << __fls(grid->len));
	if (grid->first)
		grid->block = min(grid->block, grid->first & -grid->first);
	return true;
}

/* How far is it from here up to the next start? */
static unsigned long to_start(const struct grid *grid, unsigned long from)
{
	return (grid->first - from) & (grid->step - 1);
}

/* The candidate in [start, end) that is nearest to that end, all being clear. */
static unsigned long fit_run(const struct grid *grid, unsigned long start,
			     unsigned long end, enum cma_map_end near)
{
	unsigned long spare, skip;

	if (end - start < grid->len)
		return CMA_MAP_NONE;
	spare = end - start - grid->len;

	skip = to_start(grid, start);
	if (skip > spare)
		return CMA_MAP_NONE;
	if (near == CMA_MAP_HIGH)
		skip += round_down(spare - skip, grid->step);
	return start + skip;
}

/* The same inside of the word at @start. */
static inline unsigned long fit_word(const struct grid *grid,
				     unsigned long word, unsigned long start,
				     enum cma_map_end near)
{
	unsigned long skip = to_start(grid, start);
	unsigned long fits;

	if (grid->len > BITS_PER_LONG || skip >= BITS_PER_LONG)
		return CMA_MAP_NONE;
	fits = runs_in_word(~word, grid->len) &
	       starts_in_word(grid->step) << skip;
	if (!fits)
		return CMA_MAP_NONE;
	return start + (near == CMA_MAP_HIGH ? __fls(fits) : __ffs(fits));
}

/* Is there a candidate inside, as far as its sum tells? */
static inline bool may_hold(const struct cma_map_runs *sum,
			    const struct grid *grid)
{
	return sum->longest >= grid->len && sum->block >= grid->block;
}

/*
 * Search inside of a node for the candidate that is nearest to its low or high
 * end. Go over its parts from there, remembering how many clear bits came right
 * before, and go into those that have a run of the length inside. Words are
 * always right, so a leaf may be stale, but no node above.
 */
static unsigned long search(const struct cma_map_set *set,
			    const struct grid *grid, enum cma_map_end near,
			    unsigned int top, unsigned long index)
{
	unsigned long base = index * node_bits(top);
	unsigned long size, start, found, at = 0, before = 0;
	unsigned int level = top - 1;
	struct cma_map_runs sum;

	if (set->stale != index && !may_hold(set->sums[top] + index, grid))
		return CMA_MAP_NONE;

	while (at < node_bits(top)) {
		size = node_bits(level);
		start = base + (near == CMA_MAP_LOW ? at :
				node_bits(top) - size - at);
		sum = sum_of(set, level, start / size);

		if (level > WORDS && sum.head < size && may_hold(&sum, grid)) {
			level--;
			continue;
		}

		if (near == CMA_MAP_LOW)
			found = fit_run(grid, start - before, start + sum.head,
					near);
		else
			found = fit_run(grid, start + size - sum.tail,
					start + size + before, near);
		if (found == CMA_MAP_NONE && level == WORDS)
			found = fit_word(grid, set->granules[start / size],
					 start, near);
		if (found != CMA_MAP_NONE)
			return found;

		if (sum.head == size)
			before += size;
		else
			before = near == CMA_MAP_LOW ? sum.tail : sum.head;
		at += size;
		while (level < top - 1 && !(at & (node_bits(level + 1) - 1)))
			level++;
	}
	return CMA_MAP_NONE;
}

/* A word that had room often has more, or else its leaf. */
static unsigned long search_near(const struct cma_map_set *set,
				 const struct grid *grid, unsigned long word)
{
	unsigned long found;

	found = fit_word(grid, set->granules[word], word * BITS_PER_LONG,
			 CMA_MAP_HIGH);
	if (found != CMA_MAP_NONE)
		return found;
	return search(set, grid, CMA_MAP_HIGH, LEAVES, word / FANOUT);
}

static unsigned long search_all(struct cma_map_set *set,
				const struct grid *grid, enum cma_map_end near)
{
	refresh_stale(set);
	return search(set, grid, near, set->top, 0);
}

/**
 * cma_map_find() - find room for a request
 * @map: the map
 * @nr_pages: pages wanted
 * @align_order: log2 of the pages that the first page's PFN is a multiple of
 * @end: which end of the area it should be near to
 *
 * A candidate starts on a granule of the area and at a PFN of that alignment,
 * and neither its pages nor those that complete its last granule are busy.
 * Arguments that no area could satisfy are not an error: nothing is found.
 *
 * From the low end it is the lowest candidate. From the high end short requests
 * stay together, in one leaf until it has no room, or there is some above it.
 *
 * Context: Any, under the owner's lock.
 * Return: the candidate's offset in pages; CMA_MAP_NONE if there is none at all.
 */
unsigned long cma_map_find(struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order, enum cma_map_end end)
{
	unsigned long found = CMA_MAP_NONE;
	struct grid grid;

	if (!lay_grid(map, nr_pages, align_order, &grid))
		return CMA_MAP_NONE;

	if (end == CMA_MAP_HIGH && grid.len <= node_bits(LEAVES))
		found = search_near(&map->busy, &grid, map->cursor);
	if (found == CMA_MAP_NONE)
		found = search_all(&map->busy, &grid, end);
	if (found == CMA_MAP_NONE)
		return CMA_MAP_NONE;

	if (end == CMA_MAP_HIGH)
		map->cursor = found / BITS_PER_LONG;
	return found << map->order_per_bit;
}

/**
 * cma_map_worth_waiting() - might a request be served once peers have finished?
 * @map: the map
 * @nr_pages: pages wanted
 * @align_order: as for cma_map_find()
 *
 * Pages in transit become free soon, or held. A request that finds no room now
 * has a reason to wait for them if they, all becoming free, would make some.
 *
 * Context: Any, under the owner's lock.
 * Return: true if cma_map_find() finds nothing, but would if no page were in
 * transit.
 */
bool cma_map_worth_waiting(struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order)
{
	struct grid grid;

	if (map->busy.nr_pages == map->held.nr_pages)
		return false;
	if (!lay_grid(map, nr_pages, align_order, &grid))
		return false;
	return search_all(&map->held, &grid, CMA_MAP_LOW) != CMA_MAP_NONE &&
	       search_all(&map->busy, &grid, CMA_MAP_LOW) == CMA_MAP_NONE;
}

/**
 * cma_map_next_gap() - go over what is not busy
 * @map: the map
 * @from: where to begin, in pages; in the midst of a granule: at the next one
 * @limit: where to end; what lies behind is not looked at
 * @end: returns where the gap ends
 *
 * For looking at many pages without the lock: what is told may be wrong before
 * it is told, and cma_map_try_claim() has the last word. A gap is whole
 * granules, without a busy page.
 *
 * Context: Any, as long as the map is not destroyed.
 * Return: where the first gap at or after @from begins; CMA_MAP_NONE and an
 * @end that is not set if there is none.
 */
unsigned long cma_map_next_gap(const struct cma_map *map, unsigned long from,
			       unsigned long limit, unsigned long *end)
{
	const unsigned long *bits = map->busy.granules;
	unsigned int order = map->order_per_bit;
	unsigned long gap, nr_bits;

	limit = min(limit, map->nr_pages);
	if (from >= limit)
		return CMA_MAP_NONE;

	nr_bits = DIV_ROUND_UP(limit, 1UL << order);
	/*
	 * Bits change under our eyes. Whatever they say is only a hint: it is
	 * looked at again under the lock, before anything is claimed.
	 */
	gap = data_race(find_next_zero_bit(bits, nr_bits,
					   DIV_ROUND_UP(from, 1UL << order)));
	if (gap >= nr_bits)
		return CMA_MAP_NONE;

	/* A hint as well; it may have been filled meanwhile: none is left then. */
	*end = data_race(find_next_bit(bits, nr_bits, gap)) << order;
	return gap << order;
}

/**
 * cma_map_claim() - free pages go in transit
 * @map: the map
 * @offset: first page, normally what cma_map_find() returned
 * @nr_pages: number of pages, all of them free
 *
 * Exactly these pages: what completes the last granule stays free, and is kept
 * from others by being no candidate.
 *
 * Context: Any, under the owner's lock.
 */
void cma_map_claim(struct cma_map *map, unsigned long offset,
		   unsigned long nr_pages)
{
	if (WARN_ON_ONCE(!inside(map, offset, nr_pages)))
		return;
	VM_WARN_ON_ONCE(!all_clear(map->busy.pages, offset, offset + nr_pages));

	mark_pages(map, &map->busy, offset, nr_pages);
}

/**
 * cma_map_try_claim() - pages go in transit if they are free
 * @map: the map
 * @offset: first page, first of its granule
 * @nr_pages: number of pages
 *
 * Claims the range as cma_map_claim() does, if it is a candidate.
 *
 * Context: Any, under the owner's lock.
 * Return: true if it was; false, with nothing changed, if one of its pages or of
 * those that complete its last granule is busy.
 */
bool cma_map_try_claim(struct cma_map *map, unsigned long offset,
		       unsigned long nr_pages)
{
	unsigned int order = map->order_per_bit;

	if (WARN_ON_ONCE(!inside(map, offset, nr_pages) ||
			 offset & (granule(map) - 1)))
		return false;
	if (!all_clear(map->busy.granules, offset >> order,
		       ((offset + nr_pages - 1) >> order) + 1))
		return false;

	mark_pages(map, &map->busy, offset, nr_pages);
	return true;
}

/**
 * cma_map_settle() - pages in transit were taken and are handed out
 * @map: the map
 * @offset: first page
 * @nr_pages: number of pages, all of them in transit
 *
 * Context: Any, under the owner's lock.
 */
void cma_map_settle(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages)
{
	if (WARN_ON_ONCE(!inside(map, offset, nr_pages)))
		return;
	VM_WARN_ON_ONCE(!all_set(map->busy.pages, offset, offset + nr_pages));
	VM_WARN_ON_ONCE(!all_clear(map->held.pages, offset, offset + nr_pages));

	mark_pages(map, &map->held, offset, nr_pages);
}

/**
 * cma_map_unclaim() - pages handed out come back, and go in transit
 * @map: the map
 * @offset: first page
 * @nr_pages: number of pages
 *
 * The range need not be one that was claimed as a whole; it may be a part of
 * one, or several. That all of it is held is verified and changed in one step,
 * so of two releases of a page one fails.
 *
 * Context: Any, under the owner's lock.
 * Return: true if all pages were held; false, with nothing changed, if any was
 * not or lies outside of the area, or if there are none.
 */
bool cma_map_unclaim(struct cma_map *map, unsigned long offset,
		     unsigned long nr_pages)
{
	if (!inside(map, offset, nr_pages))
		return false;
	if (!all_set(map->held.pages, offset, offset + nr_pages))
		return false;

	unmark_pages(map, &map->held, offset, nr_pages);
	return true;
}

/**
 * cma_map_vacate() - pages in transit are free again
 * @map: the map
 * @offset: first page
 * @nr_pages: number of pages, all of them in transit
 *
 * Context: Any, under the owner's lock.
 */
void cma_map_vacate(struct cma_map *map, unsigned long offset,
		    unsigned long nr_pages)
{
	unsigned long word;

	if (WARN_ON_ONCE(!inside(map, offset, nr_pages)))
		return;
	VM_WARN_ON_ONCE(!all_set(map->busy.pages, offset, offset + nr_pages));
	VM_WARN_ON_ONCE(!all_clear(map->held.pages, offset, offset + nr_pages));

	unmark_pages(map, &map->busy, offset, nr_pages);
	word = ((offset + nr_pages - 1) >> map->order_per_bit) / BITS_PER_LONG;
	map->cursor = max(map->cursor, word);
}

/**
 * cma_map_is_held() - is a page handed out?
 * @map: the map
 * @offset: the page
 *
 * Context: Any, under the owner's lock.
 * Return: true if it is, and has not come back yet.
 */
bool cma_map_is_held(const struct cma_map *map, unsigned long offset)
{
	return offset < map->nr_pages &&
	       all_set(map->held.pages, offset, offset + 1);
}

/**
 * cma_map_used() - size of the granules in use
 * @map: the map
 *
 * Context: Any, under the owner's lock.
 * Return: number of pages in granules of which a page is busy.
 */
unsigned long cma_map_used(const struct cma_map *map)
{
	unsigned int order = map->order_per_bit;

	if (!order)
		return map->busy.nr_pages;
	return (unsigned long)bitmap_weight(map->busy.granules,
					    cma_map_nr_bits(map)) << order;
}

/**
 * cma_map_max_free() - size of the longest run of granules without a busy page
 * @map: the map
 *
 * Context: Any, under the owner's lock.
 * Return: number of pages.
 */
unsigned long cma_map_max_free(struct cma_map *map)
{
	struct cma_map_set *busy = &map->busy;

	if (!map->nr_pages)
		return 0;
	refresh_stale(busy);
	return (unsigned long)busy->sums[busy->top]->longest << map->order_per_bit;
}

/**
 * cma_map_nr_bits() - size of the area as its users see it
 * @map: the map
 *
 * Context: Any.
 * Return: number of granules.
 */
unsigned long cma_map_nr_bits(const struct cma_map *map)
{
	return map->nr_pages >> map->order_per_bit;
}

/**
 * cma_map_fill_bits() - a picture of the area
 * @map: the map
 * @bits: DIV_ROUND_UP(cma_map_nr_bits(), 32) words to fill; bit i % 32 of word
 *	  i / 32 says that granule i has a busy page
 *
 * Context: Any, under the owner's lock.
 */
void cma_map_fill_bits(const struct cma_map *map, u32 *bits)
{
	bitmap_to_arr32(bits, map->busy.granules, cma_map_nr_bits(map));
}
