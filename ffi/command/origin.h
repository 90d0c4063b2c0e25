/* SPDX-License-Identifier: MIT */
/* What the user had where tcptop was called: the runtime and sudo have changed some of it since. */
#ifndef TCPTOP_ORIGIN_H
#define TCPTOP_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct origin {
	uint32_t sudo;       /* the outermost sudo that tcptop runs under; 0: none */
};

struct origin origin_find(void);

/* All groups of the user, as login gives them; without an entry in the user database: the one. Returns how many, or negative errno. free() them. */
int origin_groups(uid_t uid, gid_t gid, gid_t **groups);

/* The limit of open files that tcptop was called with, by TCPTOP_FILES of launcher/process.c and scripts/run, where the runtime has raised it. False: it has not, or it is
 * not known. */
bool origin_files(struct rlimit *files);

/* The environment that sudo was called with or, without one, that tcptop was. NULL-terminated; NULL when out of memory. For
 * another user without a sudo: HOME, USER, LOGNAME, SHELL are that user's, and no SUDO_ variable is left. `removed`: names that are ours,
 * each with a NUL behind it, the last with two. free() it with its first string. */
char **origin_environment(struct origin o, bool other_user, uid_t uid, const char *removed);

#endif
