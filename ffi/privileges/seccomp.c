/* SPDX-License-Identifier: MIT */
/* A seccomp filter of what it denies: system calls that a running tcptop never makes and that an attacker who had taken it over would make
 * first. They fail with EPERM. All others are allowed, so nothing breaks with another version of Deno or glibc. */
#define _GNU_SOURCE
#include "seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the audit name of this architecture is missing"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE_CALL(name) IF(__NR_##name, 0, 1), REFUSE
#define ALLOW_COMMAND(name) IF(name, 0, 1), ALLOW

/* The low word of an argument comes first: little endian on both architectures. */
static struct sock_filter filter[] = {
	LOAD(arch), IF(ARCHITECTURE, 1, 0), REFUSE,
	LOAD(nr),
#ifdef __x86_64__
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000 /* __X32_SYSCALL_BIT */, 0, 1), REFUSE,
#endif
	REFUSE_CALL(execve), REFUSE_CALL(execveat), REFUSE_CALL(ptrace), REFUSE_CALL(process_vm_readv),
	REFUSE_CALL(process_vm_writev), REFUSE_CALL(pidfd_getfd), REFUSE_CALL(mount), REFUSE_CALL(umount2),
	REFUSE_CALL(move_mount), REFUSE_CALL(fsopen), REFUSE_CALL(open_tree), REFUSE_CALL(pivot_root), REFUSE_CALL(chroot),
	REFUSE_CALL(unshare), REFUSE_CALL(init_module), REFUSE_CALL(finit_module), REFUSE_CALL(delete_module),
	REFUSE_CALL(kexec_load), REFUSE_CALL(kexec_file_load), REFUSE_CALL(reboot), REFUSE_CALL(swapon), REFUSE_CALL(swapoff),
	REFUSE_CALL(add_key), REFUSE_CALL(request_key), REFUSE_CALL(keyctl), REFUSE_CALL(userfaultfd),
	REFUSE_CALL(perf_event_open), REFUSE_CALL(io_uring_setup), REFUSE_CALL(fspick), REFUSE_CALL(fsconfig), REFUSE_CALL(fsmount),
	REFUSE_CALL(mount_setattr), REFUSE_CALL(open_by_handle_at),
	/* Its flags are in memory, which a filter cannot read; the C library goes on with clone(). */
	IF(__NR_clone3, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	IF(__NR_clone, 0, 4), LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1), REFUSE, ALLOW,
	REFUSE_CALL(setns), /* allowed where namespaces are still entered, see below */
	/* bpf(): what draining and snapshots need; nothing that creates, attaches or pins. */
	IF(__NR_bpf, 1, 0), ALLOW,
	LOAD(args[0]),
	ALLOW_COMMAND(BPF_MAP_LOOKUP_ELEM), ALLOW_COMMAND(BPF_MAP_DELETE_ELEM), ALLOW_COMMAND(BPF_MAP_LOOKUP_AND_DELETE_ELEM),
	ALLOW_COMMAND(BPF_MAP_LOOKUP_BATCH), ALLOW_COMMAND(BPF_ITER_CREATE),
	REFUSE,
};

/* SECCOMP_FILTER_FLAG_TSYNC gives the filter to every thread, and no_new_privs with it (seccomp_sync_threads()). */
int system_calls_restrict(bool namespaces)
{
	const struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter), .filter = filter };
	long result;

	for (size_t i = 1; namespaces && i < sizeof(filter) / sizeof(*filter); i++)
		if (filter[i - 1].code == (BPF_JMP | BPF_JEQ | BPF_K) && filter[i - 1].k == __NR_setns)
			filter[i] = (struct sock_filter)ALLOW;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
	/* Above 0: the id of a thread that has a filter of its own and could not be given this one. */
	return result < 0 ? -errno : result > 0 ? -ESRCH : 0;
}
