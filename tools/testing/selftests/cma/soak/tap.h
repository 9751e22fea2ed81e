/* SPDX-License-Identifier: GPL-2.0 */
/* How does the soak tell its results? As TAP: figures stand between, as `# figure NAME VALUE`. */
#ifndef CMA_SOAK_TAP_H
#define CMA_SOAK_TAP_H

#include <stdbool.h>

void tap_result(bool good, const char *name);
void tap_skip(const char *name, const char *reason);

/* Prints the plan. Return: the exit status. */
int tap_end(void);

#endif
