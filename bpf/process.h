/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For owner.h: the file name of an owner's executable, as a record of its own (TAG_PROCESS), once for each process. comm holds 15 bytes,
 * and user space cannot look up a process in /proc that lives for a millisecond. */
#ifndef TCPTOP_PROCESS_H
#define TCPTOP_PROCESS_H

#include "pid_namespace.h"

#define PROCESSES_MAX 4096
#define REPORTED_FOR_PASSES 16 /* owner passes, some 3 s apart; then it is sent again: user space may have lost it, or evicted it */
/* A shorter name is stored within struct dentry (DNAME_INLINE_LEN, 32 or more on 64 bits) and can be read without bpf_probe_read_kernel_str(),
 * which lockdown=confidentiality refuses (settings.long_names). */
#define NAME_INLINE 32
#define ANCESTORS_MAX 24 /* of struct tcptop_process */

struct process_reported {
	u64 start_ns;
	u64 file; /* address of the executable's dentry: exec() changes it */
	u32 epoch;
	u32 owner_pass;
};

/* By tgid: the processes whose record has been sent. One that was evicted is sent again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROCESSES_MAX);
	__type(key, u32);
	__type(value, struct process_reported);
} processes SEC(".maps");

/* By address, where bpf_probe_read_kernel() may be called (settings.long_names): for each pointer that is read from one that the verifier trusts it
 * searches the names of all the kernel's types, up to four times, which takes a millisecond (btf_nested_type_is_trusted(), 6.18). A program goes
 * through these functions on several ways, so that this was half of the time in which the programs are loaded. */
static __always_inline bool task_same_name(struct task_struct *a, struct task_struct *b)
{
	u64 x[2] = {}, y[2] = {};

	if (settings.long_names) {
		bpf_core_read(x, sizeof(x), &a->comm);
		bpf_core_read(y, sizeof(y), &b->comm);
		return x[0] == y[0] && x[1] == y[1];
	}
#pragma unroll
	for (int i = 0; i < 16; i++)
		if (a->comm[i] != b->comm[i])
			return false;
	return true;
}

static __always_inline struct dentry *task_executable(struct task_struct *task)
{
	struct mm_struct *mm;
	struct file *file;

	if (settings.long_names)
		return BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	mm = task->mm;
	file = mm ? mm->exe_file : NULL;
	return file ? file->f_path.dentry : NULL;
}

/* Byte by byte elsewhere, because the verifier lets a BTF pointer read an array only by its element (btf_struct_walk()). */
static __always_inline void task_read_comm(u8 comm[16], struct task_struct *task)
{
	if (settings.long_names) {
		bpf_core_read(comm, 16, &task->comm);
		return;
	}
#pragma unroll
	for (int i = 0; i < 16; i++)
		comm[i] = task->comm[i];
}

static __always_inline u64 task_start_ns(struct task_struct *task)
{
	return settings.long_names ? BPF_CORE_READ(task, start_boottime) : task->start_boottime;
}

static __always_inline struct task_struct *task_leader(struct task_struct *task)
{
	return settings.long_names ? BPF_CORE_READ(task, group_leader) : task->group_leader;
}

static __always_inline u32 task_pid(struct task_struct *leader)
{
	return settings.long_names ? process_pid_read(leader) : process_pid(leader);
}

/* A process that exits has no mm when its files are closed (do_exit() calls exit_mm() before exit_files()). One that has its parent's comm
 * was forked without exec(), and has its parent's executable. */
static __always_inline struct dentry *process_executable(struct task_struct *leader)
{
	struct dentry *found = task_executable(leader);
	struct task_struct *parent;

	if (found)
		return found;
	parent = settings.long_names ? BPF_CORE_READ(leader, real_parent) : leader->real_parent;
	if (!parent || !task_same_name(parent, leader))
		return NULL;
	return task_executable(parent);
}

/* By its offset, not as an array: the array's length fills up a cache line, 32 bytes or 40 (6.12.118), and libbpf refuses to relocate an
 * access to an array of another length. */
static __always_inline void name_read_inline(u8 to[NAME_INLINE], struct dentry *file)
{
	struct dentry___6_13 *older = (void *)file;
	const u8 *name = (void *)file;

	if (bpf_core_field_exists(older->d_iname))
		name += bpf_core_field_offset(struct dentry___6_13, d_iname);
	else
		name += bpf_core_field_offset(struct dentry, d_shortname);
#pragma unroll
	for (int i = 0; i < NAME_INLINE; i++)
		if (!(to[i] = name[i]))
			break;
}

static __always_inline void parent_name_fill(u8 to[16], struct task_struct *leader)
{
	struct task_struct *parent = leader->real_parent;

	parent = parent ? parent->group_leader : NULL;
	if (!parent)
		return;
#pragma unroll
	for (int i = 0; i < 16; i++)
		to[i] = parent->comm[i];
}

/* Where bpf_probe_read_kernel() may not be called. */
static __always_inline void ancestors_walk(struct tcptop_process *r, struct task_struct *leader)
{
	struct task_struct *parent, *child = leader;

	for (int i = 0; i < ANCESTORS_MAX; i++) {
		parent = child->real_parent;
		if (!parent)
			break;
		parent = parent->group_leader;
		if (!parent || parent == child || !(r->ancestors[i] = process_pid(parent)))
			break;
		child = parent;
	}
	if (r->ancestors[0])
		parent_name_fill(r->parent, leader);
}

/* A process whose parent has ended belongs to init, or to the nearest subreaper (PR_SET_CHILD_SUBREAPER). real_parent may be any thread of
 * the parent. */
static __always_inline void ancestors_fill(struct tcptop_process *r, struct task_struct *leader)
{
	struct task_struct *parent, *child = leader;

	if (!settings.long_names)
		return ancestors_walk(r, leader);
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		parent = BPF_CORE_READ(child, real_parent, group_leader);
		if (!parent || parent == child || !(r->ancestors[i] = process_pid_read(parent)))
			break;
		if (i == 0)
			bpf_probe_read_kernel(r->parent, sizeof(r->parent), &parent->comm);
		child = parent;
	}
}

static __always_inline void process_fill(struct tcptop_process *r, struct task_struct *leader, struct dentry *file)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->tag = TAG_PROCESS;
	r->size = sizeof(*r);
	r->tgid = task_pid(leader);
	r->start_ns = task_start_ns(leader);
	task_read_comm(r->comm, leader);
	if (settings.long_names)
		bpf_probe_read_kernel_str(r->exe, sizeof(r->exe), BPF_CORE_READ(file, d_name.name));
	else if (file->d_name.len < NAME_INLINE)
		name_read_inline(r->exe, file);
	ancestors_fill(r, leader);
}

/* file: the executable, as the thread has it that is at hand; the leader may have exited before (pthread_exit() in main()), and has none then. */
static __always_inline int process_tell(struct task_struct *leader, struct dentry *file)
{
	u32 tgid = settings.long_names ? BPF_CORE_READ(leader, tgid) : leader->tgid;
	struct process_reported *last = bpf_map_lookup_elem(&processes, &tgid), now = {};
	struct tcptop_process *r;

	if (!file)
		file = process_executable(leader);
	if (!file || !task_pid(leader))
		return 0;
	now.start_ns = task_start_ns(leader);
	now.file = (u64)file;
	now.epoch = shared.epoch;
	now.owner_pass = shared.owner_pass;
	if (last && last->start_ns == now.start_ns && last->file == now.file && last->epoch == now.epoch &&
	    now.owner_pass - last->owner_pass < REPORTED_FOR_PASSES)
		return 0;
	if (bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_at_bytes)
		return 0;
	r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);
	if (!r)
		return 0;
	process_fill(r, leader, file);
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	bpf_map_update_elem(&processes, &tgid, &now, BPF_ANY);
	return 0;
}

/* Not static: the verifier goes through it once for each program, and through a static one once for each of the ways that lead to it, which was two
 * thirds of the time in which tcp_owners is loaded. By address: of pointers it takes none there before 5.12. */
__noinline int process_tell_at(u64 leader, u64 file)
{
	return settings.long_names ? process_tell((struct task_struct *)leader, (struct dentry *)file) : 0;
}

/* Where bpf_probe_read_kernel() may not be called. Not inline: it would be in each program many times. */
static __noinline int process_tell_trusted(struct task_struct *leader, struct dentry *file)
{
	return process_tell(leader, file);
}

/* Sends the record of the process that task is a thread of, unless that was done lately. When the ring is half full, as in an owner pass over thousands of
 * processes, the next pass does it. */
static __always_inline int process_report(struct task_struct *leader, struct task_struct *task)
{
	struct dentry *file = task_executable(task);

	return settings.long_names ? process_tell_at((u64)leader, (u64)file) : process_tell_trusted(leader, file);
}

#endif
