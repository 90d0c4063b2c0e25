/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For records: the PID of a process in tcptop's PID namespace, which is the one that its user can pass to kill. A process has a number in
 * its own PID namespace and in each ancestor of that one (struct upid). */
#ifndef TCPTOP_PID_NAMESPACE_H
#define TCPTOP_PID_NAMESPACE_H

#include "maps.h"

#define LEVELS_MAX 8 /* nested namespaces that are searched; the kernel allows 32 (MAX_PID_NS_LEVEL) */

/* The number at that level if it is the level of tcptop's namespace, else 0. numbers[] has one element a level, while BTF declares it with
 * a fixed length: so elements are read by their offset, with a helper that lockdown=confidentiality refuses. Where tcptop is in the first
 * PID namespace, as nearly always, settings.pid_namespace is 0, and the verifier removes the calls as dead code. */
static __always_inline u32 pid_at(const struct pid *pid, u32 level)
{
	const void *at = (const void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
	struct pid_namespace *ns = NULL;
	u32 inode = 0, nr = 0;

	bpf_probe_read_kernel(&ns, sizeof(ns), at + bpf_core_field_offset(struct upid, ns));
	if (!ns)
		return 0;
	bpf_probe_read_kernel(&inode, sizeof(inode),
			      (void *)ns + bpf_core_field_offset(struct pid_namespace, ns) + bpf_core_field_offset(struct ns_common, inum));
	if (inode != (u32)settings.pid_namespace)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr), at + bpf_core_field_offset(struct upid, nr));
	return nr;
}

/* 0: the process is not in tcptop's namespace nor in one below it. */
static __noinline u32 process_pid(struct task_struct *leader)
{
	struct pid *pid;
	u32 nr = 0;

	if (!settings.pid_namespace)
		return leader->tgid;
	pid = leader->thread_pid;
	if (!pid)
		return 0;
#pragma unroll
	for (u32 level = 1; level < LEVELS_MAX; level++)
		if (!nr && level <= pid->level)
			nr = pid_at(pid, level);
	return nr;
}

/* process_pid() of a task that is known by its address alone, where bpf_probe_read_kernel() may be called (settings.long_names). */
static __always_inline u32 process_pid_read(struct task_struct *leader)
{
	struct pid *pid;
	u32 nr = 0, deepest;

	if (!settings.pid_namespace)
		return BPF_CORE_READ(leader, tgid);
	pid = BPF_CORE_READ(leader, thread_pid);
	deepest = pid ? BPF_CORE_READ(pid, level) : 0;
#pragma unroll
	for (u32 level = 1; level < LEVELS_MAX; level++)
		if (!nr && level <= deepest)
			nr = pid_at(pid, level);
	return nr;
}

#endif
