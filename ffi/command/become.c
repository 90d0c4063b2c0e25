/* SPDX-License-Identifier: MIT */
/* The command's own process, until exec(). It has what it would have if tcptop were not there: the ids, groups and capabilities of its user,
 * the signals that were blocked and ignored, and the descriptors that tcptop was given. */
#define _GNU_SOURCE
#include "become.h"
#include "fork.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

/* The system calls themselves: glibc's functions would have other threads make them too, and there are none. */
#include <sys/syscall.h>

/* From root to another user: the kernel clears the permitted, effective and ambient capabilities (cap_emulate_setxuid()). */
int user_become(const struct command *c)
{
	if (syscall(SYS_setgroups, (long)c->group_count, c->groups) || syscall(SYS_setresgid, c->gid, c->gid, c->gid) ||
	    syscall(SYS_setresuid, c->uid, c->uid, c->uid))
		return errno;
	return 0;
}

_Noreturn void command_become(const struct command *c, int go, int failed)
{
	char start;
	int err = 0;

	if (read(go, &start, 1) != 1)
		_exit(0);
	if (c->set_files)
		setrlimit(RLIMIT_NOFILE, &c->files);
	/* Handlers end with exec(), what is ignored stays so. The runtime ignores SIGPIPE; what it was before cannot be found out. */
	signal(SIGPIPE, SIG_DFL);
	if (c->change_user)
		err = user_become(c);
	mask_restore(&c->mask);
	if (!err) {
		environ = (char **)c->variables;
		execvpe(c->arguments[0], c->arguments, c->variables);
		err = errno;
	}
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(127);
	_exit(err == ENOENT ? 127 : 126);
}
