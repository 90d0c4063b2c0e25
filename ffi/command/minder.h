/* SPDX-License-Identifier: MIT */
/* A command that is watched, and its minder: a process between tcptop and the command that stays what tcptop was when it started, with the
 * capabilities to send signals and to remove a cgroup. It waits for the command, hands signals on and puts the cgroup away, which tcptop cannot do once it has given
 * up root. */
#ifndef TCPTOP_MINDER_H
#define TCPTOP_MINDER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "../process/cgroup.h"

/* Messages over the socket between the two, in both directions. */
enum minder_message {
	MINDER_NONE = 0,
	/* From the minder. */
	MINDER_READY = 1,    /* value: pid of the command, which waits; negative errno: it could not be forked, or moved into its cgroup */
	MINDER_FAILED = 2,   /* value: errno of exec() */
	MINDER_ENDED = 3,    /* value: as waitpid() has it */
	MINDER_GONE = 4,     /* value: as cgroup_remove() has it */
	/* To the minder. */
	MINDER_START = 5,
	MINDER_SIGNAL = 6,   /* value: its number */
	MINDER_END = 7,      /* put everything away */
};

struct minder_word {
	uint32_t message;
	int32_t value;
};

/* What the command becomes. All memory is the caller's. */
struct command {
	char *const *arguments;
	char *const *variables;
	bool change_user;    /* to the next four */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	int group_count;
	sigset_t mask;       /* of signals that are blocked */
	bool set_files;      /* RLIMIT_NOFILE, to the next */
	struct rlimit files;
	const struct cgroup_new *cgroup; /* NULL: none, the minder adopts what its parents leave */
};

/* Of the calling process, which was forked from a process with threads: nothing here allocates memory. socket: the minder's end. */
_Noreturn void minder_run(const struct command *c, int socket);

/* In a process that was forked for it: waits for a byte from `go`, then becomes the command. An errno is written to `failed`. */
_Noreturn void command_become(const struct command *c, int go, int failed);

#endif
