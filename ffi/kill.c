/* SPDX-License-Identifier: MIT */
/* Ending connections: a thread that keeps CAP_NET_ADMIN does it. */
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

static int32_t search(void *context, int64_t unused)
{
	struct job *job = context;

	(void)unused;
	destroyer_search(job->destroyer);
	return 0;
}

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
	if (!t->destroyer)
		return -EACCES;
	/* A namespace that is new is entered by whoever still may: setns() takes CAP_SYS_ADMIN (netns_install()), which the netlink source's reader
	 * keeps, and nobody else. */
	if (!destroyer_knows(t->destroyer, kill.netns))
		handle_read(t, search, &job, 0);
	return t->killer ? reader_do(t->killer, end, &job, 0) : handle_read(t, end, &job, 0);
}
