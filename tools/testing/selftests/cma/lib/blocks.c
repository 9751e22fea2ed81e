// SPDX-License-Identifier: GPL-2.0
/* Has a request left something in a state that it was only meant to be in for a while? */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "proc.h"

#define BLANKS	" \t\r\n\f"

/* "Node 0, zone DMA 1 2 ..." under a line that names the columns. */
static struct blocks blocks_now(void)
{
	struct blocks found = { 0, 0 };
	char line[512];
	int column, cma = -1, isolated = -1;
	bool below = false;
	FILE *file = fopen("/proc/pagetypeinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		char *at = line, *word;

		if (!strncmp(line, "Number of blocks type", 21)) {
			below = true;
			at += 21;
			for (column = 0; (word = strtok(at, BLANKS)); column++, at = NULL) {
				if (!strcmp(word, "CMA"))
					cma = column;
				if (!strcmp(word, "Isolate"))
					isolated = column;
			}
			continue;
		}
		at = strstr(line, "zone");
		if (!below || !at)
			continue;
		strtok(at, BLANKS);		/* zone */
		strtok(NULL, BLANKS);		/* its name */
		for (column = 0; (word = strtok(NULL, BLANKS)); column++) {
			if (column == cma)
				found.cma += atol(word);
			if (column == isolated)
				found.isolated += atol(word);
		}
	}
	if (file)
		fclose(file);
	return found;
}

int blocks_note(struct blocks *blocks)
{
	*blocks = blocks_now();
	return blocks->cma > 0 ? 0 : -EINVAL;
}

int blocks_check(const struct blocks *then)
{
	struct blocks now = blocks_now();

	if (now.cma == then->cma && now.isolated == then->isolated)
		return 0;
	printf("# pageblocks: %ld CMA, %ld isolated; at the start %ld and %ld\n", now.cma,
	       now.isolated, then->cma, then->isolated);
	return -EUCLEAN;
}

int isolated_check(void)
{
	long long anon, file;

	stat_refresh();
	anon = vmstat("nr_isolated_anon");
	file = vmstat("nr_isolated_file");
	if (!anon && !file)
		return 0;
	printf("# %lld anonymous and %lld file pages are still off their LRU lists\n", anon, file);
	return -EUCLEAN;
}
