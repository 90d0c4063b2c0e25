/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The name of a process's executable, told once a process: comm holds 15 bytes, and one that lives for a millisecond is in /proc no more
 * when somebody could look. */
#ifndef TCPTOP_PROCESS_H
#define TCPTOP_PROCESS_H

#include "pid_namespace.h"

#define PROCESSES_TOLD 4096
#define TOLD_FOR_PASSES 16 /* of some 3 s; told again after them: user space may have lost it, or forgotten for want of room */
/* A name that is shorter is inside of struct dentry (DNAME_INLINE_LEN, 32 at least where pointers have 64 bits) and needs no helper:
 * bpf_probe_read_kernel_str() is refused under lockdown=confidentiality. */
#define NAME_INSIDE 32

struct told {
	u64 start_ns;
	u64 file; /* address of the executable's dentry: another one after exec() */
	u32 epoch;
	u32 owner_pass;
};

/* By tgid. One that had to make room is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROCESSES_TOLD);
	__type(key, u32);
	__type(value, struct told);
} processes SEC(".maps");

static __always_inline bool process_same_name(struct task_struct *a, struct task_struct *b)
{
#pragma unroll
	for (int i = 0; i < 16; i++)
		if (a->comm[i] != b->comm[i])
			return false;
	return true;
}

static __always_inline struct dentry *mm_executable(struct mm_struct *mm)
{
	struct file *file = mm ? mm->exe_file : NULL;

	return file ? file->f_path.dentry : NULL;
}

/* One that exits has no memory any more when it closes its files (do_exit(): exit_mm(), then exit_files()). If it was only forked, it has
 * its parent's name, and executable. */
static __always_inline struct dentry *process_executable(struct task_struct *leader)
{
	struct dentry *found = mm_executable(leader->mm);
	struct task_struct *parent;

	if (found)
		return found;
	parent = leader->real_parent;
	if (!parent || !process_same_name(parent, leader))
		return NULL;
	return mm_executable(parent->mm);
}

/* By its distance, not as an array: that one is as long as fits into a cache line behind the lock, 32 bytes or 40 (6.12.118), and libbpf relocates
 * no access to an array of another length. */
static __always_inline void name_read_inside(u8 to[NAME_INSIDE], struct dentry *file)
{
	struct dentry___6_13 *older = (void *)file;
	const u8 *name = (void *)file;

	if (bpf_core_field_exists(older->d_iname))
		name += bpf_core_field_offset(struct dentry___6_13, d_iname);
	else
		name += bpf_core_field_offset(struct dentry, d_shortname);
#pragma unroll
	for (int i = 0; i < NAME_INSIDE; i++)
		if (!(to[i] = name[i]))
			break;
}

static __always_inline void process_fill(struct tcptop_process *r, struct task_struct *leader, struct dentry *file)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->tag = TAG_PROCESS;
	r->size = sizeof(*r);
	r->tgid = process_pid(leader);
	r->start_ns = leader->start_boottime;
#pragma unroll
	for (int i = 0; i < 16; i++)
		r->comm[i] = leader->comm[i];
	if (file->d_name.len < NAME_INSIDE)
		name_read_inside(r->exe, file);
	else if (settings.long_names)
		bpf_probe_read_kernel_str(r->exe, sizeof(r->exe), file->d_name.name);
}

/* Where half of the ring is taken, as by an owner pass over thousands of processes, the next pass tells. */
static __noinline int process_tell(struct task_struct *leader)
{
	u32 tgid = leader->tgid;
	struct told *known = bpf_map_lookup_elem(&processes, &tgid), now = {};
	struct dentry *file = process_executable(leader);
	struct tcptop_process *r;

	if (!file || !process_pid(leader))
		return 0;
	now.start_ns = leader->start_boottime;
	now.file = (u64)file;
	now.epoch = shared.epoch;
	now.owner_pass = shared.owner_pass;
	if (known && known->start_ns == now.start_ns && known->file == now.file && known->epoch == now.epoch &&
	    now.owner_pass - known->owner_pass < TOLD_FOR_PASSES)
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

#endif
