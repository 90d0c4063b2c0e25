/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fork.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 4096 /* closed one by one where the kernel has no close_range() (5.9) */

pid_t fork_bare(sigset_t *before)
{
	sigset_t all;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, before); /* of this thread, as pthread_sigmask(), which is in no glibc before 2.32 by itself */
	pid = syscall(SYS_clone, (long)SIGCHLD, 0, 0, 0, 0);
	if (pid)
		sigprocmask(SIG_SETMASK, before, NULL);
	return pid < 0 ? -errno : pid;
}

void mask_restore(const sigset_t *before)
{
	sigset_t mask = *before;

	sigdelset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

void descriptors_keep(const int *kept, size_t count)
{
	unsigned from = 0;

	for (size_t i = 0; i <= count; i++) {
		unsigned to = i < count ? (unsigned)kept[i] - 1 : ~0u;

		if (from <= to && (i == count || kept[i] > 0) && syscall(SYS_close_range, from, to, 0))
			for (unsigned fd = from; fd <= to && fd < FILES_MAX; fd++)
				close(fd);
		if (i < count)
			from = kept[i] + 1;
	}
}
