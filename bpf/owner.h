/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For every program that meets a process with a socket: which process is the socket's owner. A strong owner was seen to use or to hold the
 * socket (OWNER_CONNECT, OWNER_CLOSE, OWNER_FILE); a weak one (OWNER_NONE, OWNER_LISTENER) is replaced by the first strong one.
 *
 * An owner pass (iter/task_file) meets every descriptor of every process. A socket's owner stays its owner while the pass meets it as a
 * holder. Otherwise `candidate`, another holder, takes its place, which is decided after the pass (owner_apply_pass()). */
#ifndef TCPTOP_OWNER_H
#define TCPTOP_OWNER_H

#include "pid_namespace.h"
#include "process.h"

static __always_inline bool owner_is_weak(const struct tracked *t)
{
	return t->how <= OWNER_LISTENER;
}

/* comm is that of the thread group's leader: a thread may rename itself (prctl()). A function of its own: inside of each of its callers it made the
 * programs three times as long. */
static __noinline int owner_read(struct owner *o, struct task_struct *task)
{
	struct task_struct *leader = task_leader(task);

	o->tgid = task->tgid;
	o->pid = task_pid(leader);
	o->uid = settings.long_names ? BPF_CORE_READ(task, cred, euid.val) : task->cred->euid.val;
	o->start_ns = task_start_ns(leader);
	o->cgroup_id = settings.long_names ? BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id) : task->cgroups->dfl_cgrp->kn->id;
	task_read_comm(o->comm, leader);
	return process_report(leader, task);
}

/* Numbers of asm/unistd_64.h: read, stat, lstat, pread64, readv, readlink, getdents, getdents64, openat, newfstatat, readlinkat, statx. */
static __always_inline bool looks_on_x86(u64 nr)
{
	return nr == 0 || nr == 4 || nr == 6 || nr == 17 || nr == 19 || nr == 89 || nr == 78 || nr == 217 || nr == 257 || nr == 262 || nr == 267 ||
	       nr == 332;
}

/* Numbers of asm-generic/unistd.h: openat, getdents64, read, readv, pread64, readlinkat, newfstatat, statx. */
static __always_inline bool looks_on_arm64(u64 nr)
{
	return nr == 56 || nr == 61 || nr == 63 || nr == 65 || nr == 67 || nr == 78 || nr == 79 || nr == 291;
}

/* Whether task is in a system call by which descriptors are looked at and none is closed, and does not end: then it does not close this socket for
 * itself. What reads /proc/PID/fd (`lsof`, `ss -p`) or iterates over files has a reference to each file that it looks at (proc_fd_link(),
 * task_file_seq_get_next()). When the process closes its descriptor meanwhile, that reference is the last one, and current of the close is who looks
 * (seen of another tcptop: 4 of 11 million). Nor is taken who reads from a socket while another thread of its process closes it. */
static __always_inline bool is_looking(struct task_struct *task)
{
	void *registers;

	if (task->flags & PF_EXITING || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) /* 5.15 */
		return false;
	registers = (void *)bpf_task_pt_regs(task);
	if (bpf_core_field_exists(struct pt_regs___orig_ax, orig_ax))
		return looks_on_x86(((struct pt_regs___orig_ax *)registers)->orig_ax);
	return bpf_core_field_exists(struct pt_regs___syscallno, syscallno) && looks_on_arm64(((struct pt_regs___syscallno *)registers)->syscallno);
}

/* Whether current closes the socket only because it has looked at it. Where system calls are not known: a tcptop in its owner pass. This tcptop's
 * thread is known by its id. Another tcptop runs the same executable, and makes its passes
 * on a thread that is not its first one; what runs a program in its first thread, as another script of the same interpreter, is none. */
static __always_inline bool is_onlooker(struct task_struct *task)
{
	u64 id = bpf_get_current_pid_tgid();

	if ((u32)id == shared.pass_thread || is_looking(task))
		return true;
	return (u32)id != id >> 32 && shared.own_executable && shared.own_executable == (u64)task_executable(task);
}

/* current becomes the owner. Only from hooks where current is the process that made the system call. A kernel thread that connects (NFS) owns
 * the socket; one that closes (delayed_fput(), io_uring's cancellation) does it for a process that is not known. */
static __always_inline void owner_set_current(struct tracked *t, u8 how)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (how == OWNER_CLOSE && is_onlooker(task))
		return;
	if (task->flags & PF_KTHREAD) {
		if (how == OWNER_CONNECT)
			t->how = OWNER_KERNEL;
		return;
	}
	owner_read(&t->owner, task);
	t->how = how;
	t->described = 0;
}

/* The process has called exec(), changed its name or its user (a daemon that drops root), or was moved to another cgroup: what was copied of it
 * is no longer true. */
static __always_inline bool owner_changed(const struct owner *o, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	if (o->uid != task->cred->euid.val || o->cgroup_id != task->cgroups->dfl_cgrp->kn->id)
		return true;
	for (int i = 0; i < 16; i++) {
		u8 c = leader->comm[i];

		if (c != o->comm[i])
			return true;
		if (!c)
			break;
	}
	return false;
}

/* With socket activation systemd holds the listener beside the service that uses it. */
static __always_inline bool owner_is_systemd(const struct owner *o)
{
	const u8 *c = o->comm;

	return c[0] == 's' && c[1] == 'y' && c[2] == 's' && c[3] == 't' && c[4] == 'e' && c[5] == 'm' && c[6] == 'd' && !c[7];
}

static __always_inline void owner_set(struct tracked *t, struct task_struct *task)
{
	owner_read(&t->owner, task);
	t->how = OWNER_FILE;
	t->owner_pass = shared.owner_pass;
	t->described = 0;
}

/* task has used a socket that another process owns. That one stays as the candidate if the last owner pass met it as a holder. */
static __always_inline void owner_take_over(struct tracked *t, struct task_struct *task)
{
	if (!owner_is_weak(t) && t->owner_pass == shared.owner_pass) {
		t->candidate = t->owner;
		t->candidate_pass = t->owner_pass;
	}
	owner_set(t, task);
}

/* An owner pass meets task with a descriptor of the socket. An owner that is not met, since it closed its descriptor after a fork() or after
 * sending it by SCM_RIGHTS, is replaced after the pass. */
static __always_inline void owner_holder_met(struct tracked *t, struct task_struct *task)
{
	u32 pass = shared.owner_pass;

	/* A kernel thread may have connected it on behalf of the process that holds it. */
	if (owner_is_weak(t) || t->how == OWNER_KERNEL) {
		owner_set(t, task);
	} else if (t->owner.tgid == (u32)task->tgid) {
		t->owner_pass = pass;
		if (owner_changed(&t->owner, task)) {
			owner_read(&t->owner, task);
			t->described = 0;
		} else if (shared.met_tgid != t->owner.tgid) {
			shared.met_tgid = t->owner.tgid;
			process_report(task_leader(task), task);
		}
	} else if (t->candidate_pass != pass) {
		owner_read(&t->candidate, task);
		t->candidate_pass = pass;
	}
}

static __always_inline void owner_swap(struct tracked *t)
{
	struct owner before = t->owner;

	t->owner = t->candidate;
	t->candidate = before;
}

/* What the last owner pass found of this socket becomes its owner, and whether there are several holders. Called once a pass has ended. */
static __always_inline void owner_apply_pass(struct tracked *t)
{
	u32 pass = shared.owner_pass;
	bool others = t->candidate_pass == pass;
	u8 several = others && t->owner_pass == pass ? SEVERAL_YES : SEVERAL_NO;

	if (!pass || owner_is_weak(t))
		return;
	if (others && (!several || (!t->used_ns && owner_is_systemd(&t->owner)))) {
		t->candidate_pass = several ? pass : 0;
		t->owner_pass = pass;
		t->how = OWNER_FILE;
		owner_swap(t);
		t->described = 0;
	}
	if (t->several == several)
		return;
	t->several = several;
	t->described = 0;
}

#endif
