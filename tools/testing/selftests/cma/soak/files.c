// SPDX-License-Identifier: GPL-2.0
/* Loads that read and write files of an ext4: through the page cache, and around it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/heap.h"
#include "../lib/hog.h"
#include "../lib/pattern.h"
#include "../lib/proc.h"
#include "load.h"

/* A file whose blocks hold the pattern of the seed they were last written with; 0: none yet. */
#define BLOCK_PAGES	32UL
#define NR_BLOCKS	96

static struct {
	int fd;
	uint64_t seeds[NR_BLOCKS];
	unsigned char *buffer;
} file;

static int open_file(const char *path, int flags)
{
	file.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);
	if (file.fd < 0)
		return -errno;
	return 0;
}

static const char *no_disk(const char *dir)
{
	return access(dir, W_OK) ? "no disk with an ext4 is mounted" : NULL;
}

static size_t block_bytes(void)
{
	return BLOCK_PAGES * PAGE_BYTES;
}

/* A new buffer each time, so that it is sometimes in an area. */
static int buffer_map(void)
{
	file.buffer = map_base_pages(BLOCK_PAGES);
	return file.buffer ? 0 : -ENOMEM;
}

static void buffer_unmap(void)
{
	munmap(file.buffer, block_bytes());
}

static int block_write(struct work *w, int block)
{
	uint64_t seed = w->random | 1;
	ssize_t done;

	pattern_fill(file.buffer, seed, BLOCK_PAGES);
	file.seeds[block] = 0;
	done = pwrite(file.fd, file.buffer, block_bytes(), block * block_bytes());
	if (done != (ssize_t)block_bytes())
		return done < 0 ? -errno : -EIO;
	file.seeds[block] = seed;
	w->nr_events += BLOCK_PAGES;
	return 0;
}

static int block_read(struct work *w, int block)
{
	ssize_t done = pread(file.fd, file.buffer, block_bytes(), block * block_bytes());
	long wrong;

	if (done != (ssize_t)block_bytes())
		return done < 0 ? -errno : -EIO;
	wrong = pattern_wrong_pages(file.buffer, file.seeds[block], BLOCK_PAGES);
	if (wrong)
		load_wrong(w, wrong, "pages of a file");
	return 0;
}

static int read_or_write(struct work *w)
{
	int block = random_below(&w->random, NR_BLOCKS), err = buffer_map();

	if (err)
		return err;
	if (file.seeds[block] && random_below(&w->random, 2))
		err = block_read(w, block);
	else
		err = block_write(w, block);
	buffer_unmap();
	return err;
}

/* Through the page cache: written now and then, and dropped, so that reads come from the disk. */
static const char *writeback_why_not(void)
{
	return no_disk("/mnt/vda");
}

static int writeback_begin(struct work *w)
{
	(void)w;
	return open_file("/mnt/vda/soak", 0);
}

static int writeback_step(struct work *w)
{
	int err = read_or_write(w);

	switch (random_below(&w->random, 8)) {
	case 0:
		fsync(file.fd);
		break;
	case 1:
		sync_file_range(file.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		break;
	case 2:
		posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED);
		break;
	}
	return err;
}

/* Dirty pages can be moved; pages under writeback only when that is over. */
static void writeback_rest(struct work *w)
{
	(void)w;
	fsync(file.fd);
}

const struct load load_writeback = {
	.name = "writeback", .events = "pages_written", .must_count = true, .writes = true,
	.why_not = writeback_why_not, .begin = writeback_begin, .step = writeback_step,
	.rest = writeback_rest,
};

/* Around it: the disk reads and writes the buffer itself, which is pinned meanwhile. */
static const char *direct_why_not(void)
{
	return no_disk("/mnt/nvme");
}

static int direct_begin(struct work *w)
{
	(void)w;
	return open_file("/mnt/nvme/soak", O_DIRECT);
}

const struct load load_direct = {
	.name = "direct_io", .events = "pages_written", .must_count = true, .writes = true,
	.why_not = direct_why_not, .begin = direct_begin, .step = read_or_write,
};
