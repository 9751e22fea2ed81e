// SPDX-License-Identifier: GPL-2.0
/*
 * Where in an area is room, and what becomes of it?
 *
 * A request is answered in two steps. First the grid: which offsets may a
 * candidate start at, given the alignment that was asked for (of the physical
 * address, so it depends on where the area lies) and the granule of the area
 * (1 << order_per_bit pages, counted from the area's start)? Both are powers
 * of two, so what satisfies both is a plain lattice:
 *
 *	pages	0       8       16      24      32      40      48
 *		|.......|.......|.......|.......|.......|.......|
 *		    ^ first         ^ first + step  ^      last ^
 *		    [---- len ----)
 *
 * Then the search for the lowest start whose len pages are all clear in a
 * bitmap. There are two of them, because the owner's lock is held with
 * interrupts off and no pattern of pages may make it a long hold:
 *
 *  - narrow: both len and step fit into a word. All starts of one word are
 *    judged at once, by and-ing the word with shifted copies of itself.
 *  - wide: a candidate is looked at from its end. The last busy page in it
 *    rules out every start up to there. Nothing is busy from there to the
 *    candidate's end, so the next one fails within the pages that it adds, or
 *    it is the answer. Two steps advance by len pages at least, one by step.
 *
 * Either way no word is read more than a few times: a search is linear in the
 * words of the bitmap at worst, and takes much less if the area is crowded.
 *
 * Misuse (a range outside of the area) warns and changes nothing. That the
 * pages are in the state that a transition starts from is verified with
 * CONFIG_DEBUG_VM, except in cma_map_unclaim(), where it is the question.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mmdebug.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "map.h"

/**
 * struct grid - where candidates of one request may start, in pages
 * @first: the lowest start
 * @step: distance of two starts, a power of two
 * @last: no candidate starts beyond, or it would leave the area
 * @len: what a candidate covers, whole granules
 */
struct grid {
	unsigned long first;
	unsigned long step;
	unsigned long last;
	unsigned long len;
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

/* Asked by debug kernels only. */
static __maybe_unused bool all_clear(const unsigned long *bits,
				     unsigned long offset,
				     unsigned long nr_pages)
{
	unsigned long end = offset + nr_pages;

	return find_next_bit(bits, end, offset) >= end;
}

static bool all_set(const unsigned long *bits, unsigned long offset,
		    unsigned long nr_pages)
{
	unsigned long end = offset + nr_pages;

	return find_next_zero_bit(bits, end, offset) >= end;
}

/**
 * cma_map_init() - set up the map of an area, all of it free
 * @map: the map, contents ignored
 * @base_pfn: page frame number of the area's first page
 * @nr_pages: size in pages, at most CMA_MAP_MAX_PAGES, whole granules
 * @order_per_bit: log2 of the pages in a granule
 *
 * The bitmaps of a large hugetlb area exceed what kmalloc() gives (4 MiB, two
 * bits a page: 64 GiB of 4 KiB pages), so they may come from vmalloc().
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL for a size that is not possible, -ENOMEM. Unless it is 0,
 * the map is empty, as after cma_map_destroy().
 */
int cma_map_init(struct cma_map *map, unsigned long base_pfn,
		 unsigned long nr_pages, unsigned int order_per_bit)
{
	size_t words;

	memset(map, 0, sizeof(*map));

	if (!nr_pages || nr_pages > CMA_MAP_MAX_PAGES)
		return -EINVAL;
	if (base_pfn > ULONG_MAX - nr_pages)
		return -EINVAL;
	if (order_per_bit >= BITS_PER_LONG ||
	    nr_pages & ((1UL << order_per_bit) - 1))
		return -EINVAL;

	words = BITS_TO_LONGS(nr_pages);
	map->busy = kvcalloc(2 * words, sizeof(*map->busy), GFP_KERNEL);
	if (!map->busy)
		return -ENOMEM;

	map->held = map->busy + words;
	map->base_pfn = base_pfn;
	map->nr_pages = nr_pages;
	map->order_per_bit = order_per_bit;
	return 0;
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
	kvfree(map->busy);
	memset(map, 0, sizeof(*map));
}

/*
 * Lay the grid of a request. False if not even an empty area of this place and
 * size could serve it.
 */
static bool lay_grid(const struct cma_map *map, unsigned long nr_pages,
		     unsigned int align_order, struct grid *grid)
{
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

	grid->step = max(align, granule(map));
	grid->first = -map->base_pfn & (align - 1);

	/* The area is whole granules: rounding up cannot exceed it. */
	grid->len = round_up(nr_pages, granule(map));
	grid->last = map->nr_pages - grid->len;
	return grid->first <= grid->last;
}

/* The lowest start that is not below @from. */
static unsigned long next_start(const struct grid *grid, unsigned long from)
{
	unsigned long gap;

	if (from <= grid->first)
		return grid->first;
	if (from > grid->last)
		return CMA_MAP_NONE;

	gap = -(from - grid->first) & (grid->step - 1);
	return gap <= grid->last - from ? from + gap : CMA_MAP_NONE;
}

/* The bits of a word at which candidates may start; the same in each word. */
static unsigned long starts_in_word(const struct grid *grid)
{
	unsigned long starts = 1;
	unsigned long width;

	for (width = grid->step; width < BITS_PER_LONG; width *= 2)
		starts |= starts << width;
	return starts << grid->first;
}

/*
 * Where do @len clear bits begin, in the word with these clear bits? The
 * following word tells how a run at the end of this one goes on.
 */
static unsigned long runs_in_word(unsigned long clear, unsigned long following,
				  unsigned long len)
{
	unsigned long have, more;

	for (have = 1; have < len; have += more) {
		/* Each bit stands for @have clear ones: join two of those. */
		more = min(have, len - have);
		clear &= clear >> more | following << (BITS_PER_LONG - more);
		following &= following >> more;
	}
	return clear;
}

static unsigned long find_narrow(const unsigned long *bits,
				 const struct grid *grid, unsigned long from)
{
	unsigned long starts = starts_in_word(grid);
	unsigned long last_word = (grid->last + grid->len - 1) / BITS_PER_LONG;
	unsigned long word = from / BITS_PER_LONG;
	unsigned long here = starts & BITMAP_FIRST_WORD_MASK(from);
	unsigned long following, start;

	for (; word <= last_word; word++, here = starts) {
		here &= ~bits[word];
		if (!here)
			continue;

		following = word < last_word ? ~bits[word + 1] : 0;
		here &= runs_in_word(~bits[word], following, grid->len);
		if (!here)
			continue;

		/* Bits past the area's end read as clear: one check at last. */
		start = word * BITS_PER_LONG + __ffs(here);
		return start <= grid->last ? start : CMA_MAP_NONE;
	}
	return CMA_MAP_NONE;
}

/* The last bit set in [from, end), which is not empty. */
static unsigned long last_set(const unsigned long *bits, unsigned long from,
			      unsigned long end)
{
	unsigned long origin = round_down(from, BITS_PER_LONG);
	unsigned long size = end - origin;
	unsigned long bit;

	bit = find_last_bit(bits + origin / BITS_PER_LONG, size);
	if (bit >= size || origin + bit < from)
		return CMA_MAP_NONE;
	return origin + bit;
}

static unsigned long find_wide(const unsigned long *bits,
			       const struct grid *grid, unsigned long from)
{
	unsigned long start = next_start(grid, from);
	unsigned long busy;

	while (start != CMA_MAP_NONE) {
		busy = last_set(bits, start, start + grid->len);
		if (busy == CMA_MAP_NONE)
			break;
		start = next_start(grid, busy + 1);
	}
	return start;
}

/* The lowest candidate at or above @from that is all clear in @bits. */
static unsigned long find_clear(const unsigned long *bits,
				const struct grid *grid, unsigned long from)
{
	if (from > grid->last)
		return CMA_MAP_NONE;
	if (grid->len <= BITS_PER_LONG && grid->step <= BITS_PER_LONG)
		return find_narrow(bits, grid, from);
	return find_wide(bits, grid, from);
}

/**
 * cma_map_find() - find room for a request
 * @map: the map
 * @from: lowest offset to look at, in pages
 * @nr_pages: pages wanted
 * @align_order: log2 of the pages that the first page's PFN is a multiple of
 *
 * A candidate starts on a granule of the area and at a PFN of that alignment,
 * and neither its pages nor those that complete its last granule are busy.
 * Arguments that no area could satisfy are not an error: nothing is found.
 *
 * Context: Any, under the owner's lock.
 * Return: the lowest candidate's offset in pages, or CMA_MAP_NONE.
 */
unsigned long cma_map_find(const struct cma_map *map, unsigned long from,
			   unsigned long nr_pages, unsigned int align_order)
{
	struct grid grid;

	if (!lay_grid(map, nr_pages, align_order, &grid))
		return CMA_MAP_NONE;
	if (grid.len > map->nr_pages - map->nr_busy)
		return CMA_MAP_NONE;
	return find_clear(map->busy, &grid, from);
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
 * Return: true if cma_map_find() finds nothing in the whole area, but would if
 * no page were in transit.
 */
bool cma_map_worth_waiting(const struct cma_map *map, unsigned long nr_pages,
			   unsigned int align_order)
{
	struct grid grid;

	if (map->nr_busy == map->nr_held)
		return false;
	if (!lay_grid(map, nr_pages, align_order, &grid))
		return false;
	return find_clear(map->held, &grid, 0) != CMA_MAP_NONE &&
	       find_clear(map->busy, &grid, 0) == CMA_MAP_NONE;
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
	VM_WARN_ON_ONCE(!all_clear(map->busy, offset, nr_pages));

	bitmap_set(map->busy, offset, nr_pages);
	map->nr_busy += nr_pages;
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
	VM_WARN_ON_ONCE(!all_set(map->busy, offset, nr_pages));
	VM_WARN_ON_ONCE(!all_clear(map->held, offset, nr_pages));

	bitmap_set(map->held, offset, nr_pages);
	map->nr_held += nr_pages;
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
	if (!all_set(map->held, offset, nr_pages))
		return false;

	bitmap_clear(map->held, offset, nr_pages);
	map->nr_held -= nr_pages;
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
	if (WARN_ON_ONCE(!inside(map, offset, nr_pages)))
		return;
	VM_WARN_ON_ONCE(!all_set(map->busy, offset, nr_pages));
	VM_WARN_ON_ONCE(!all_clear(map->held, offset, nr_pages));

	bitmap_clear(map->busy, offset, nr_pages);
	map->nr_busy -= nr_pages;
}

/* The first granule at or above @from with a busy page, else the area's end. */
static unsigned long next_used(const struct cma_map *map, unsigned long from)
{
	unsigned long page = find_next_bit(map->busy, map->nr_pages, from);

	return round_down(page, granule(map));
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
	unsigned long used = 0;
	unsigned long at;

	if (!map->order_per_bit)
		return map->nr_busy;

	for (at = next_used(map, 0); at < map->nr_pages;
	     at = next_used(map, at + granule(map)))
		used += granule(map);
	return used;
}

/**
 * cma_map_max_free() - size of the longest run of granules without a busy page
 * @map: the map
 *
 * Context: Any, under the owner's lock.
 * Return: number of pages.
 */
unsigned long cma_map_max_free(const struct cma_map *map)
{
	struct grid grid = { .step = granule(map) };
	unsigned long longest = 0;
	unsigned long start, end = 0;

	/* Ask for one granule more each time: what is shorter is skipped. */
	while (longest < map->nr_pages) {
		grid.len = longest + granule(map);
		grid.last = map->nr_pages - grid.len;
		start = find_clear(map->busy, &grid, end);
		if (start == CMA_MAP_NONE)
			break;
		end = next_used(map, start);
		longest = end - start;
	}
	return longest;
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
	unsigned long nr_bits = cma_map_nr_bits(map);
	unsigned long at, bit;

	memset(bits, 0, DIV_ROUND_UP(nr_bits, 32) * sizeof(*bits));

	for (at = next_used(map, 0); at < map->nr_pages;
	     at = next_used(map, at + granule(map))) {
		bit = at >> map->order_per_bit;
		bits[bit / 32] |= 1U << (bit % 32);
	}
}
