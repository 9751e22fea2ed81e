// SPDX-License-Identifier: GPL-2.0
/*
 * A crowd for a shell script: fills the area named on the command line, says `full`, and waits.
 *
 * SIGTERM ends it: it says how many of its pages moved meanwhile. The status is 0 if at least
 * one did and all hold what they held.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "crowd.h"

int main(int argc, char **argv)
{
	struct crowd crowd;
	long moved, wrong;
	sigset_t term;
	int signal;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	setlinebuf(stdout);
	if (argc != 2 || crowd_settle(&crowd, argv[1]))
		return 1;
	printf("full\n");
	sigwait(&term, &signal);
	moved = crowd_moved(&crowd);
	wrong = crowd_wrong(&crowd);
	printf("# crowd: %ld moved, %ld lost their content\n", moved, wrong);
	crowd_leave(&crowd);
	return moved <= 0 || wrong;
}
