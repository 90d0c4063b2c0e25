// The kernel without a C library. The launcher hands its own process to Deno, so it must leave that process as the kernel
// made it; a static glibc would leave a registered rseq area, a robust list and a thread pointer behind.
//
// Every sys_*() returns what the kernel returns: a value, or a negative errno.
#ifndef TCPTOP_SYS_H
#define TCPTOP_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#else
#error "the launcher knows x86_64 and aarch64"
#endif
}

// The process begins at _start with argc, argv, environment and auxiliary vector at the stack pointer.
#if defined(__x86_64__)
#define SYS_START(main)                                                                                                \
	__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall " #main "\n\thlt\n")
#else
#define SYS_START(main)                                                                                                \
	__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl " #main "\n\tbrk #1\n")
#endif

// Leaves for entry with the stack pointer at stack (aligned to 16) and registers as the kernel would set them.
__attribute__((noreturn)) static inline void sys_jump(uintptr_t entry, const void *stack)
{
#if defined(__x86_64__)
	__asm__ volatile("mov %0, %%rsp\n\txor %%edx, %%edx\n\txor %%ebp, %%ebp\n\tjmp *%1"
			 :
			 : "r"(stack), "a"(entry)
			 : "memory");
#else
	register uintptr_t x1 __asm__("x1") = entry;

	__asm__ volatile("mov sp, %0\n\tmov x0, #0\n\tmov x29, #0\n\tmov x30, #0\n\tbr %1"
			 :
			 : "r"(stack), "r"(x1)
			 : "x0", "memory");
#endif
	__builtin_unreachable();
}

static inline int sys_open(const char *path, int flags)
{
	return (int)sys_call(SYS_openat, -100 /* AT_FDCWD */, (long)path, flags, 0, 0, 0);
}

static inline long sys_pread(int fd, void *to, size_t length, uint64_t offset)
{
	return sys_call(SYS_pread64, fd, (long)to, (long)length, (long)offset, 0, 0);
}

static inline long sys_write(int fd, const void *from, size_t length)
{
	return sys_call(SYS_write, fd, (long)from, (long)length, 0, 0, 0);
}

static inline long sys_seek_end(int fd)
{
	return sys_call(SYS_lseek, fd, 0, 2 /* SEEK_END */, 0, 0, 0);
}

static inline int sys_close(int fd)
{
	return (int)sys_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline int sys_fcntl(int fd, int command, long argument)
{
	return (int)sys_call(SYS_fcntl, fd, command, argument, 0, 0, 0);
}

static inline int sys_memfd_create(const char *name, unsigned int flags)
{
	return (int)sys_call(SYS_memfd_create, (long)name, flags, 0, 0, 0, 0);
}

// An address, or a negative errno: no mapping lies in the last page of the address space, so the two cannot be confused.
static inline intptr_t sys_mmap(uintptr_t at, size_t length, int protection, int flags, int fd, uint64_t offset)
{
	return sys_call(SYS_mmap, (long)at, (long)length, protection, flags, fd, (long)offset);
}

static inline int sys_munmap(uintptr_t at, size_t length)
{
	return (int)sys_call(SYS_munmap, (long)at, (long)length, 0, 0, 0, 0);
}

// Blocks one signal, for all threads to come too.
static inline int sys_block(int signal)
{
	const uint64_t set = 1ull << (signal - 1);

	return (int)sys_call(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, (long)&set, 0, sizeof(set), 0, 0);
}

static inline int sys_unblock(int signal)
{
	const uint64_t set = 1ull << (signal - 1);

	return (int)sys_call(SYS_rt_sigprocmask, 1 /* SIG_UNBLOCK */, (long)&set, 0, sizeof(set), 0, 0);
}

// Of a resource, RLIMIT_…: the soft limit and the hard one.
static inline int sys_limits(int resource, uint64_t limits[2])
{
	return (int)sys_call(SYS_prlimit64, 0, resource, 0, (long)limits, 0, 0);
}

static inline int sys_is_ignored(int signal)
{
	uintptr_t action[8] = { 0 }; // struct sigaction of the kernel: the handler comes first

	return !sys_call(SYS_rt_sigaction, signal, 0, (long)action, 8, 0, 0) && action[0] == 1 /* SIG_IGN */;
}

// A copy of this process. Its end sends no signal.
static inline long sys_fork(void)
{
	return sys_call(SYS_clone, 0, 0, 0, 0, 0, 0);
}

// The errno with which the kernel refuses clone3() without arguments: EINVAL, or ENOSYS where it has none.
static inline long sys_clone3_nothing(void)
{
	return sys_call(435 /* SYS_clone3 */, 0, 0, 0, 0, 0, 0);
}

// Waits for a process from sys_fork(). status: as of wait(2).
static inline long sys_wait(long pid, int *status)
{
	return sys_call(SYS_wait4, pid, (long)status, 0x40000000 /* __WALL */, 0, 0, 0);
}

// The length of the working directory's name, with its NUL.
static inline long sys_getcwd(char *to, size_t length)
{
	return sys_call(SYS_getcwd, (long)to, (long)length, 0, 0, 0, 0);
}

__attribute__((noreturn)) static inline void sys_exit(int status)
{
	for (;;)
		sys_call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

#endif
