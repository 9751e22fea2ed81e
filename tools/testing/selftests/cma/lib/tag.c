// SPDX-License-Identifier: GPL-2.0
/* Which tags does memory have? */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "page.h"
#include "pattern.h"
#include "tag.h"

#define PAGE_GRANULES	(PAGE_BYTES / GRANULE_BYTES)
#define TAG_SHIFT	56
#define TAGS		16U

#ifdef __aarch64__

/* Assemblers know the instructions, if asked. */
#define WITH_TAGS	".arch armv8.5-a\n\t.arch_extension memtag\n\t"

const char *tags_missing(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_MTE ? NULL : "CPU or kernel have no memory tags";
}

unsigned int tag_read(const void *granule)
{
	uint64_t pointer = (uintptr_t)granule;

	asm volatile(WITH_TAGS "ldg %0, [%0]" : "+r"(pointer) : : "memory");
	return pointer >> TAG_SHIFT & (TAGS - 1);
}

void tag_write(void *granule, unsigned int tag)
{
	uint64_t pointer = (uintptr_t)granule | (uint64_t)tag << TAG_SHIFT;

	asm volatile(WITH_TAGS "stg %0, [%0]" : : "r"(pointer) : "memory");
}

static const void *with_tag(const void *granule, unsigned int tag)
{
	return (const void *)((uintptr_t)granule | (uint64_t)tag << TAG_SHIFT);
}

/* Tags are looked at, at each access of this thread, from now on or no longer. */
static int check_accesses(bool on)
{
	return prctl(PR_SET_TAGGED_ADDR_CTRL, on ? PR_TAGGED_ADDR_ENABLE | PR_MTE_TCF_SYNC : 0, 0,
		     0, 0);
}

#else

const char *tags_missing(void)
{
	return "this architecture has no memory tags";
}

unsigned int tag_read(const void *granule)
{
	return 0;
}

void tag_write(void *granule, unsigned int tag)
{
}

static const void *with_tag(const void *granule, unsigned int tag)
{
	return granule;
}

static int check_accesses(bool on)
{
	return -1;
}

#endif

int tags_enable(void *addr, size_t nr_pages)
{
	int prot = PROT_READ | PROT_WRITE | PROT_MTE;

	return mprotect(addr, nr_pages * PAGE_BYTES, prot) ? -errno : 0;
}

static const void *granule_of(const void *addr, size_t page, size_t granule)
{
	return (const unsigned char *)addr + page * PAGE_BYTES + granule * GRANULE_BYTES;
}

/* Neighbours differ: the step is odd in its upper bits. */
static unsigned int tag_of(uint64_t seed, size_t page, size_t granule)
{
	return (pattern_word(seed, page) + granule * 0x9e3779b97f4a7c15ULL) >> 60;
}

void tags_fill(void *addr, uint64_t seed, size_t nr_pages)
{
	size_t page, i;

	for (page = 0; page < nr_pages; page++)
		for (i = 0; i < PAGE_GRANULES; i++)
			tag_write((void *)granule_of(addr, page, i), tag_of(seed, page, i));
}

static bool page_differs(const void *addr, uint64_t seed, size_t page)
{
	size_t i;

	for (i = 0; i < PAGE_GRANULES; i++)
		if (tag_read(granule_of(addr, page, i)) != tag_of(seed, page, i))
			return true;
	return false;
}

size_t tags_wrong(const void *addr, uint64_t seed, size_t nr_pages)
{
	size_t page, wrong = 0;

	for (page = 0; page < nr_pages; page++)
		wrong += page_differs(addr, seed, page);
	return wrong;
}

size_t tags_set(const void *addr, size_t nr_pages)
{
	size_t page, i, set = 0;

	for (page = 0; page < nr_pages; page++)
		for (i = 0; i < PAGE_GRANULES; i++)
			set += !!tag_read(granule_of(addr, page, i));
	return set;
}

static sigjmp_buf refused;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	siglongjmp(refused, info->si_code);
}

/* Return: true if the CPU refuses it for its tag. */
static bool is_refused(const void *at)
{
	int code = sigsetjmp(refused, 1);

	if (!code)
		page_touch(at);
	return code == SEGV_MTESERR;
}

size_t tags_misjudged(const void *addr, uint64_t seed, size_t nr_pages)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, before;
	size_t page, misjudged = 0;

	sigaction(SIGSEGV, &action, &before);
	for (page = 0; page < nr_pages; page++) {
		size_t i = page % PAGE_GRANULES;
		unsigned int right = tag_of(seed, page, i), wrong = (right + 1 + i % 15) % TAGS;
		const void *granule = granule_of(addr, page, i);
		bool good;

		if (check_accesses(true)) {
			misjudged = nr_pages;
			break;
		}
		good = !is_refused(with_tag(granule, right)) &&
		       is_refused(with_tag(granule, wrong));
		check_accesses(false);
		misjudged += !good;
	}
	sigaction(SIGSEGV, &before, NULL);
	return misjudged;
}
