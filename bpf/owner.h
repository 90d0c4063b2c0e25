/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Who a socket belongs to. Strong owners (connect, close, file) are the process itself; weak ones are fallbacks. */
#ifndef TCPTOP_OWNER_H
#define TCPTOP_OWNER_H

#include "pid_namespace.h"
#include "process.h"

static __always_inline bool owner_is_weak(const struct tracked *t)
{
	return t->how <= OWNER_LISTENER;
}

/* The leader's name stands for the process: a thread may call itself anything. Byte by byte, because the verifier lets
 * BTF pointers read an array only by its element (btf_struct_walk()), and bpf_probe_read_kernel() is refused under
 * lockdown=confidentiality. */
static __always_inline void owner_read_comm(u8 comm[16], struct task_struct *leader)
{
#pragma unroll
	for (int i = 0; i < 16; i++)
		comm[i] = leader->comm[i];
}

/* A function of its own: inside of each of its callers it made the programs three times as long. */
static __noinline int owner_read(struct owner *o, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	o->tgid = task->tgid;
	o->pid = process_pid(leader);
	o->uid = task->cred->euid.val;
	o->start_ns = leader->start_boottime;
	o->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	owner_read_comm(o->comm, leader);
	return process_tell(leader);
}

/* tcptop's owner pass, or that of another tcptop: it holds each file while it looks at it (task_file_seq_get_next(), and fget_task() for
 * /proc/PID/fd), and when the process closes its descriptor meanwhile, the last one to let go closes the socket (seen: 4 of 11 million). */
static __always_inline bool owner_pass_lets_go(struct task_struct *task)
{
	return shared.own_executable && shared.own_executable == (u64)mm_executable(task->mm);
}

/* Only where the kernel is known to run on behalf of the owner. A kernel thread there is the kernel's own socket when it
 * connects (NFS), but only a carrier when it closes (delayed_fput(), io_uring's cancellation): then nothing is said. */
static __always_inline void owner_is_current(struct tracked *t, u8 how)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (how == OWNER_CLOSE && owner_pass_lets_go(task))
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

/* It has called exec(), changed its name or its user (a daemon that drops root), or was put into another cgroup. */
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

/* systemd listens for those that it starts, and keeps what it hands on: it is not who uses it. */
static __always_inline bool owner_only_hands_on(const struct owner *o)
{
	const u8 *c = o->comm;

	return c[0] == 's' && c[1] == 'y' && c[2] == 's' && c[3] == 't' && c[4] == 'e' && c[5] == 'm' && c[6] == 'd' && !c[7];
}

static __always_inline void owner_becomes(struct tracked *t, struct task_struct *task)
{
	owner_read(&t->owner, task);
	t->how = OWNER_FILE;
	t->owner_pass = shared.owner_pass;
	t->described = 0;
}

/* The process has used a socket that another one is known for, which holds it too as far as the last pass saw. */
static __always_inline void owner_takes_over(struct tracked *t, struct task_struct *task)
{
	if (!owner_is_weak(t) && t->owner_pass == shared.owner_pass) {
		t->candidate = t->owner;
		t->candidate_pass = t->owner_pass;
	}
	owner_becomes(t, task);
}

/* Called for every process that holds a descriptor of the socket. The owner keeps it while it holds one; another holder is
 * remembered, and owner_settle() hands over after the pass if the owner was not met (it closed its copy after a fork or
 * after passing the socket through SCM_RIGHTS). */
static __always_inline void owner_met(struct tracked *t, struct task_struct *task)
{
	u32 pass = shared.owner_pass;

	/* A kernel thread may have connected it for the process that holds it. */
	if (owner_is_weak(t) || t->how == OWNER_KERNEL) {
		owner_becomes(t, task);
	} else if (t->owner.tgid == (u32)task->tgid) {
		t->owner_pass = pass;
		if (owner_changed(&t->owner, task)) {
			owner_read(&t->owner, task);
			t->described = 0;
		} else if (shared.met_tgid != t->owner.tgid) {
			shared.met_tgid = t->owner.tgid;
			process_tell(task->group_leader);
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

static __always_inline void owner_settle(struct tracked *t)
{
	u32 pass = shared.owner_pass;
	bool others = t->candidate_pass == pass;
	u8 several = others && t->owner_pass == pass ? SEVERAL_YES : SEVERAL_NO;

	if (!pass || owner_is_weak(t))
		return;
	if (others && (!several || (!t->used_ns && owner_only_hands_on(&t->owner)))) {
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
