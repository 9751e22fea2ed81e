/* SPDX-License-Identifier: GPL-2.0 */
/* What did the kernel do for all requests? A process reads and counts its trace events. */
#ifndef CMA_SOAK_TRACE_H
#define CMA_SOAK_TRACE_H

/* Return: 0 or -errno. */
int trace_start(void);

/* Reads what is left, and prints the figures. */
void trace_end(void);

#endif
