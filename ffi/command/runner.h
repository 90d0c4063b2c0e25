/* SPDX-License-Identifier: MIT */
/* A process beside tcptop that runs one command again and again, as the user that it is for: tcptop itself can become nobody and start nothing
 * once it has given up root. It takes facts, and no command: that was fixed when it was forked. */
#ifndef TCPTOP_RUNNER_H
#define TCPTOP_RUNNER_H

#include "minder.h"

#define RUNNER_MESSAGE_BYTES (128 << 10)
#define RUNNER_FACTS_MAX 64

/* What is sent to it: this, the facts, and behind them what the command reads. It answers with what waitpid() has of the command. */
struct runner_head {
	uint32_t facts_bytes; /* strings TCPTOP_NAME=VALUE with NULs behind them */
};

/* Of the calling process, which was forked from a process with threads: nothing here allocates memory. socket: the runner's end. quiet: what
 * the command writes is thrown away, else it goes to standard error. */
_Noreturn void runner_run(const struct command *c, int socket, bool quiet);

#endif
