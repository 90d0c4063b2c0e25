/* SPDX-License-Identifier: MIT */
/* Ending connections: the thread that keeps capabilities does it. */
#include "handle.h"

#include <errno.h>
#include <string.h>

int32_t tcptop__allow_kill(struct tcptop *t)
{
	int err = destroyer_open(&t->destroyer);

	return err ? fail(&t->failure, -err, "end connections") : 0;
}

struct job {
	struct destroyer *destroyer;
	const struct tcptop_kill *kill;
};

static int32_t end(void *context, int64_t unused)
{
	struct job *job = context;

	(void)unused;
	return destroyer_end(job->destroyer, job->kill);
}

int32_t tcptop__kill(struct tcptop *t, const uint8_t *kill_bytes)
{
	struct tcptop_kill kill;
	struct job job = { t->destroyer, &kill };

	memcpy(&kill, kill_bytes, sizeof(kill));

	return t->destroyer ? handle_read(t, end, &job, 0) : -EACCES;
}
