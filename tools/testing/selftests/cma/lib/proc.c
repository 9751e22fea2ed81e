// SPDX-License-Identifier: GPL-2.0
/* What do the kernel's text files say? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

long file_read(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		got = read(fd, buf + len, size - 1 - len);
		if (got <= 0)
			break;
		len += got;
	}
	if (got < 0)
		len = -errno;
	else
		buf[len] = '\0';
	close(fd);
	return len;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int file_write_number(const char *path, unsigned long long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", number);
	return file_write(path, text);
}

long long file_number(const char *path)
{
	char buf[64], *end;
	long long number;

	if (file_read(path, buf, sizeof(buf)) <= 0)
		return -1;
	number = strtoll(buf, &end, 10);
	return end == buf ? -1 : number;
}

long long file_number_of(const char *path, const char *key)
{
	size_t len = strlen(key);
	long long number = -1;
	char line[256];
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, len) || (line[len] != ' ' && line[len] != ':'))
			continue;
		number = strtoll(line + len + 1, NULL, 10);
		break;
	}
	fclose(f);
	return number;
}

long meminfo_pages(const char *key)
{
	long long kib = file_number_of("/proc/meminfo", key);

	return kib < 0 ? -1 : kib / (long long)(PAGE_BYTES / 1024);
}

long long vmstat(const char *item)
{
	return file_number_of("/proc/vmstat", item);
}

void stat_refresh(void)
{
	file_write("/proc/sys/vm/stat_refresh", "1");
}
