/* SPDX-License-Identifier: MIT */
/* Giving up what was only needed to start. What is read later goes through descriptors that are open by then; the few
 * capabilities that some reads need stay with a thread that does nothing else. */
#define _GNU_SOURCE
#include "../netlink/netlink.h"
#include "privileges.h"
#include "reader.h"
#include "../bpf/udp.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CAPABILITY(name) (1ull << (name))
/* /proc/PID/fd of others; namespaces that appear later, and the destroy groups in them. */
#define CAPABILITIES_OF_NETLINK \
	(CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_NET_ADMIN))
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

static int iterate(const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void *read_without_capabilities(void *context)
{
	struct tcptop *t = context;
	intptr_t err = capabilities_set(0);

	if (!err && t->sockets)
		err = iterate(t->sockets);
	if (!err && t->udp)
		err = udp_try(t->udp);
	return (void *)err;
}

/* Where unprivileged_bpf_disabled is set, kernels before 5.19 refuse every bpf() call without CAP_BPF, later ones only those
 * that make something (commit c8644cd0efe7). A thread that has none is asked to try. */
static capabilities needed_for_bpf(struct tcptop *t)
{
	pthread_t thread;
	void *err;

	if (!t->sockets && !t->udp)
		return 0;
	if (pthread_create(&thread, NULL, read_without_capabilities, t))
		return CAPABILITY(CAP_BPF);
	pthread_join(thread, &err);
	return err ? CAPABILITY(CAP_BPF) : 0;
}

/* Without CAP_SETUID and CAP_SETGID (a container that drops all but what is named) ids cannot be changed (EPERM), in a user namespace the new
 * ones may have no mapping (EINVAL): the capabilities are what counts then, and it is told. glibc carries these calls out on every thread.
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

int32_t tcptop__drop(struct tcptop *t, uint32_t uid, uint32_t gid)
{
	capabilities keep = (needed_for_bpf(t) | (t->netlink || t->listing ? CAPABILITIES_OF_NETLINK : 0)) & capabilities_permitted();
	int err, is_root;

	if (keep && !(t->reader = reader_start()))
		return fail(t, ENOMEM, "start a thread");
	is_root = become(uid, gid);
	if (is_root < 0)
		return fail(t, -is_root, "give up root");
	if ((err = capabilities_set(0)) || (t->reader && (err = reader_do(t->reader, lower_reader, NULL, keep))))
		return fail(t, -err, "give up capabilities");
	/* A kernel without seccomp, or a container that keeps it for itself, still has the rest. */
	if ((err = system_calls_restrict(t->netlink || t->listing)) && err != -ENOSYS && err != -EINVAL && err != -EPERM && err != -EACCES)
		return fail(t, -err, "restrict system calls");
	if ((err = threads_lower(reader_tid(t->reader))))
		return fail(t, -err, "give up the capabilities of every thread");
	return is_root;
}
