/* SPDX-License-Identifier: MIT */
/* Gives up what was needed only to start. Later reads use descriptors that are open by then; the few capabilities that some reads need, and ending connections, stay
 * with threads that do nothing else (reader.h). */
#define _GNU_SOURCE
#include "privileges.h"
#include "seccomp.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Without CAP_SETUID and CAP_SETGID (a container that drops all but what is named) ids cannot be changed (EPERM), in a user namespace the new
 * ones may have no mapping (EINVAL): then only the capabilities are given up, and 1 is returned. glibc makes these calls on every thread.
 * 0, negative errno, or 1: it is still root. */
static int become(uint32_t uid, uint32_t gid)
{
	if (geteuid() != 0)
		return 0;
	if ((setgroups(0, NULL) && errno != EPERM) || (setresgid(gid, gid, gid) && errno != EINVAL && errno != EPERM) ||
	    (setresuid(uid, uid, uid) && errno != EINVAL && errno != EPERM))
		return -errno;
	return geteuid() == 0;
}

static int32_t lower_reader(void *context, int64_t keep)
{
	(void)context;
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	return capabilities_set(keep);
}

static int lower_keepers(const struct privileges *p)
{
	int err = 0;

	for (int i = 0; i < SPARED_MAX && !err; i++)
		if (p->keepers[i].thread)
			err = reader_do(p->keepers[i].thread, lower_reader, NULL, p->keepers[i].kept);
	return err;
}

int32_t privileges_drop(const struct privileges *p, struct failure *f)
{
	const pid_t spared[SPARED_MAX] = { reader_tid(p->keepers[0].thread), reader_tid(p->keepers[1].thread) };
	int err, is_root = become(p->uid, p->gid);

	if (is_root < 0)
		return fail(f, -is_root, "give up root");
	if ((err = capabilities_set(0)) || (err = lower_keepers(p)))
		return fail(f, -err, "give up capabilities");
	/* A kernel without seccomp, or a container that keeps it for itself, still has the rest. */
	if ((err = system_calls_restrict(p->namespaces)) && err != -ENOSYS && err != -EINVAL && err != -EPERM && err != -EACCES)
		return fail(f, -err, "restrict system calls");
	if ((err = threads_lower(spared)))
		return fail(f, -err, "give up the capabilities of every thread");
	return is_root;
}
