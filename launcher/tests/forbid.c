// forbid memfd|exec|clone3|no-clone3 COMMAND ...: runs the command where the kernel refuses memfd_create, or executable private mappings at
// an address of its choice, or clone3 with EPERM, as a security policy may; or where it does not know clone3 (ENOSYS).
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

static struct sock_filter memfd[] = {
	WORD(nr), SKIP_UNLESS(SYS_memfd_create, 1), RETURN(SECCOMP_RET_ERRNO | EPERM), RETURN(SECCOMP_RET_ALLOW),
};

static struct sock_filter exec[] = {
	WORD(nr), SKIP_UNLESS(SYS_mmap, 5),
	WORD(args[2]), SKIP_UNLESS(PROT_READ | PROT_EXEC, 3),
	WORD(args[3]), SKIP_UNLESS(MAP_PRIVATE, 1),
	RETURN(SECCOMP_RET_ERRNO | EACCES), RETURN(SECCOMP_RET_ALLOW),
};

static struct sock_filter clone3[] = {
	WORD(nr), SKIP_UNLESS(SYS_clone3, 1), RETURN(SECCOMP_RET_ERRNO | EPERM), RETURN(SECCOMP_RET_ALLOW),
};

static struct sock_filter no_clone3[] = {
	WORD(nr), SKIP_UNLESS(SYS_clone3, 1), RETURN(SECCOMP_RET_ERRNO | ENOSYS), RETURN(SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
	struct sock_fprog program = { sizeof(memfd) / sizeof(*memfd), memfd };

	if (argc < 3)
		return 98;
	if (!strcmp(argv[1], "exec"))
		program = (struct sock_fprog){ sizeof(exec) / sizeof(*exec), exec };
	if (!strcmp(argv[1], "clone3"))
		program = (struct sock_fprog){ sizeof(clone3) / sizeof(*clone3), clone3 };
	if (!strcmp(argv[1], "no-clone3"))
		program = (struct sock_fprog){ sizeof(no_clone3) / sizeof(*no_clone3), no_clone3 };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 97;
	execv(argv[2], argv + 2);
	return 96;
}
