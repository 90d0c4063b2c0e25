/* SPDX-License-Identifier: MIT */
/* System calls that a running tcptop never makes, and that whoever took it over would make first. They fail with EPERM; what
 * Deno, the resolver and the readers do is left alone, so nothing breaks with their next version. */
#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
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
#define REFUSE_COMMAND(name) IF(name, 0, 1), REFUSE

/* The low word of the first argument is the command of bpf(): little endian on both architectures. */
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
	REFUSE_CALL(perf_event_open),
	IF(__NR_bpf, 1, 0), ALLOW,
	LOAD(args[0]),
	REFUSE_COMMAND(BPF_MAP_CREATE), REFUSE_COMMAND(BPF_PROG_LOAD), REFUSE_COMMAND(BPF_PROG_ATTACH),
	REFUSE_COMMAND(BPF_LINK_CREATE), REFUSE_COMMAND(BPF_RAW_TRACEPOINT_OPEN), REFUSE_COMMAND(BPF_BTF_LOAD),
	REFUSE_COMMAND(BPF_OBJ_PIN), REFUSE_COMMAND(BPF_LINK_UPDATE),
	ALLOW,
};

/* SECCOMP_FILTER_FLAG_TSYNC gives the filter to every thread, and no_new_privs with it (seccomp_sync_threads()). */
int system_calls_restrict(void)
{
	const struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter), .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program))
		return errno ? -errno : -ESRCH;
	return 0;
}
