// seccomp [namespaces]: the filter of ffi/privileges/seccomp.c, then each system call that it refuses, made by a root with everything. Last line: N passed,
// N failed, N skipped.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../ffi/privileges/seccomp.h"

static int passed, failed;

static void check(int good, const char *what)
{
	printf("%s %s\n", good ? "ok   " : "FAIL ", what);
	good ? passed++ : failed++;
}

/* With arguments that would have another answer, or do no harm, if it were let through. */
static void refused(long number, const char *name, long a, long b, long c, long d)
{
	char what[96];
	long result;

	errno = 0;
	result = syscall(number, a, b, c, d, 0L, 0L);
	snprintf(what, sizeof(what), "%s is refused", name);
	check(result < 0 && errno == EPERM, what);
}
#define REFUSED(name, ...) refused(SYS_##name, #name, __VA_ARGS__)

static void bpf_command(int command, int is_allowed)
{
	union bpf_attr attr;
	char what[64];

	memset(&attr, 0xff, sizeof(attr));
	errno = 0;
	syscall(SYS_bpf, command, &attr, sizeof(attr));
	snprintf(what, sizeof(what), "bpf command %d is %s", command, is_allowed ? "let through" : "refused");
	check((errno == EPERM) == !is_allowed, what);
}

static void *nothing(void *context)
{
	return context;
}

int main(int argc, char **argv)
{
	int namespaces = argc > 1 && !strcmp(argv[1], "namespaces"), status;
	static const int allowed[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_LOOKUP_BATCH,
				       BPF_ITER_CREATE };
	pthread_t thread;
	pid_t child;

	check(system_calls_restrict(namespaces) == 0, "system_calls_restrict() works");
	REFUSED(execve, 0, 0, 0, 0);
	REFUSED(execveat, -1, 0, 0, 0);
	REFUSED(ptrace, -1, 0, 0, 0);
	REFUSED(process_vm_readv, -1, 0, 0, 0);
	REFUSED(process_vm_writev, -1, 0, 0, 0);
	REFUSED(pidfd_getfd, -1, -1, 0, 0);
	REFUSED(mount, 0, 0, 0, 0);
	REFUSED(umount2, 0, 0, 0, 0);
	REFUSED(move_mount, -1, 0, -1, 0);
	REFUSED(fsopen, 0, 0, 0, 0);
	REFUSED(open_tree, -1, 0, 0, 0);
	REFUSED(pivot_root, 0, 0, 0, 0);
	REFUSED(chroot, 0, 0, 0, 0);
	REFUSED(unshare, 0x7fffffff, 0, 0, 0);
	REFUSED(init_module, 0, 0, 0, 0);
	REFUSED(finit_module, -1, 0, 0, 0);
	REFUSED(delete_module, 0, 0, 0, 0);
	REFUSED(kexec_load, 0, 0, 0, -1);
	REFUSED(kexec_file_load, -1, -1, 0, 0);
	REFUSED(reboot, 0, 0, 0, 0);
	REFUSED(swapon, 0, 0, 0, 0);
	REFUSED(swapoff, 0, 0, 0, 0);
	REFUSED(add_key, 0, 0, 0, 0);
	REFUSED(request_key, 0, 0, 0, 0);
	REFUSED(keyctl, -1, 0, 0, 0);
	REFUSED(userfaultfd, -1, 0, 0, 0);
	REFUSED(perf_event_open, 0, 0, 0, -1);
	REFUSED(io_uring_setup, 0, 0, 0, 0);
	REFUSED(fspick, -1, 0, 0, 0);
	REFUSED(fsconfig, -1, 0, 0, 0);
	REFUSED(fsmount, -1, 0, 0, 0);
	REFUSED(mount_setattr, -1, 0, 0, 0);
	REFUSED(open_by_handle_at, -1, 0, 0, 0);
	REFUSED(clone, CLONE_NEWUSER | 17, 0, 0, 0);
	errno = 0;
	check(syscall(SYS_setns, -1, 0) < 0 && errno == (namespaces ? EBADF : EPERM), "setns is let through only where it is wanted");
	errno = 0;
	check(syscall(SYS_clone3, 0, 0) < 0 && errno == ENOSYS, "clone3 is not there");
	for (int command = 0; command < 40; command++) {
		int is_allowed = 0;

		for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
			is_allowed |= command == allowed[i];
		bpf_command(command, is_allowed);
	}
	check(!pthread_create(&thread, NULL, nothing, NULL) && !pthread_join(thread, NULL), "threads can still be made");
	child = fork();
	if (!child)
		_exit(7);
	check(child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "and processes");
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
