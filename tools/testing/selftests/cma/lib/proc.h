/* SPDX-License-Identifier: GPL-2.0 */
/* What do the kernel's text files say? Small readers and writers for /proc, /sys and debugfs. */
#ifndef CMA_SELFTEST_PROC_H
#define CMA_SELFTEST_PROC_H

#include <stddef.h>
#include <unistd.h>

#define PAGE_BYTES	page_bytes()
#define MIB_PAGES	(1024 * 1024 / PAGE_BYTES)

/* The kernel's base page: 4, 16 or 64 KiB. */
static inline unsigned long page_bytes(void)
{
	static unsigned long bytes;

	if (!bytes)
		bytes = sysconf(_SC_PAGESIZE);
	return bytes;
}

/* Reads at most @size - 1 bytes and ends them with NUL. Return: the length, or -errno. */
long file_read(const char *path, char *buf, size_t size);

/* Writes @text in one write(). Return: 0 or -errno. */
int file_write(const char *path, const char *text);
int file_write_number(const char *path, unsigned long long number);

/* Return: the number that the file begins with, or -1. */
long long file_number(const char *path);

/* Return: the number after the word @key at the start of a line, or -1. */
long long file_number_of(const char *path, const char *key);

/* @key without its colon, such as "CmaFree". Return: pages, or -1. */
long meminfo_pages(const char *key);

/* Return: the item of /proc/vmstat, or -1. */
long long vmstat(const char *item);

/* Folds what the CPUs have counted for themselves into /proc/vmstat and /proc/meminfo. */
void stat_refresh(void);

#endif
