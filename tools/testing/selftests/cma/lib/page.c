// SPDX-License-Identifier: GPL-2.0
/* Which frame holds this page, and what does the kernel say of a frame? */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "page.h"
#include "proc.h"

#define PAGEMAP_PRESENT		0x8000000000000000ULL
#define PAGEMAP_PFN_MASK	((1ULL << 55) - 1)
#define WORDS_AT_ONCE		512

/* Both files are arrays of a 64-bit word for each page. */
static int read_words(const char *path, uint64_t first, size_t nr, uint64_t *words)
{
	size_t done = 0, bytes = nr * sizeof(*words);
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -errno;
	while (done < bytes) {
		ssize_t got = pread(fd, (char *)words + done, bytes - done, first * sizeof(*words) +
				    done);

		if (got <= 0) {
			close(fd);
			return got < 0 ? -errno : -ENODATA;
		}
		done += got;
	}
	close(fd);
	return 0;
}

/* The words of some pages at a time: no memory is taken while frames are looked at. */
int pages_to_pfns(const void *addr, size_t nr_pages, unsigned long *pfns)
{
	uint64_t words[WORDS_AT_ONCE];
	size_t done, nr, i;
	int err;

	for (done = 0; done < nr_pages; done += nr) {
		nr = nr_pages - done < WORDS_AT_ONCE ? nr_pages - done : WORDS_AT_ONCE;
		err = read_words("/proc/self/pagemap", (uintptr_t)addr / PAGE_BYTES + done, nr,
				 words);
		if (err)
			return err;
		for (i = 0; i < nr; i++)
			pfns[done + i] = words[i] & PAGEMAP_PRESENT ?
					 words[i] & PAGEMAP_PFN_MASK : 0;
	}
	return 0;
}

unsigned long page_to_pfn(const void *addr)
{
	unsigned long pfn;

	return pages_to_pfns(addr, 1, &pfn) ? 0 : pfn;
}

unsigned long pageblock_pages(void)
{
	static unsigned long pages;

	if (!pages)
		pages = file_number_of("/proc/pagetypeinfo", "Pages per block");
	return pages;
}

int frames_flags(unsigned long start_pfn, unsigned long end_pfn, uint64_t *flags)
{
	return read_words("/proc/kpageflags", start_pfn, end_pfn - start_pfn, flags);
}

long frames_count(unsigned long start_pfn, unsigned long end_pfn, uint64_t mask, uint64_t value)
{
	size_t i, nr = end_pfn - start_pfn;
	uint64_t *flags = malloc(nr * sizeof(*flags));
	long count = 0;

	if (!flags || frames_flags(start_pfn, end_pfn, flags))
		count = -1;
	else
		for (i = 0; i < nr; i++)
			count += (flags[i] & mask) == value;
	free(flags);
	return count;
}

long frames_with(const unsigned long *pfns, size_t nr, uint64_t all)
{
	int fd = open("/proc/kpageflags", O_RDONLY);
	uint64_t flags;
	long count = 0;
	size_t i;

	if (fd < 0)
		return -1;
	for (i = 0; i < nr; i++)
		if (pread(fd, &flags, sizeof(flags), pfns[i] * sizeof(flags)) == sizeof(flags))
			count += (flags & all) == all;
	close(fd);
	return count;
}
