/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A process has a number in its own PID namespace and in each one above. Which of them tcptop's user can use is that of tcptop's own. */
#ifndef TCPTOP_PID_NAMESPACE_H
#define TCPTOP_PID_NAMESPACE_H

#include "maps.h"

#define LEVELS_MAX 8 /* of nesting that are looked at; the kernel has up to 32 (MAX_PID_NS_LEVEL) */

/* numbers[] is as long as the process is deep, which BTF cannot say: its elements are read by their distance. The read may be refused under
 * lockdown=confidentiality; in the first namespace, which nearly every tcptop is in, the verifier leaves all of this out. */
static __always_inline u32 pid_at(const struct pid *pid, u32 level)
{
	const void *at = (const void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
	struct pid_namespace *space = NULL;
	u32 inode = 0, nr = 0;

	bpf_probe_read_kernel(&space, sizeof(space), at + bpf_core_field_offset(struct upid, ns));
	if (!space)
		return 0;
	bpf_probe_read_kernel(&inode, sizeof(inode),
			      (void *)space + bpf_core_field_offset(struct pid_namespace, ns) + bpf_core_field_offset(struct ns_common, inum));
	if (inode != (u32)settings.pid_namespace)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr), at + bpf_core_field_offset(struct upid, nr));
	return nr;
}

/* 0: the process is outside of tcptop's namespace. */
static __noinline u32 process_pid(struct task_struct *leader)
{
	struct pid *pid = leader->thread_pid;
	u32 nr = 0;

	if (!settings.pid_namespace)
		return leader->tgid;
	if (!pid)
		return 0;
#pragma unroll
	for (u32 level = 1; level < LEVELS_MAX; level++)
		if (!nr && level <= pid->level)
			nr = pid_at(pid, level);
	return nr;
}

#endif
