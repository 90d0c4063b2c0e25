/* SPDX-License-Identifier: MIT */
/* Debian builds libbpf.a and libelf.a for executables. Some things in them cannot go into a shared library that is to run
 * elsewhere, and are supplied here instead; the rest is position independent.
 *  - libelf's elf_error.o: its thread-local error word uses the local-exec model (R_X86_64_TPOFF32). Error numbers keep
 *    their value, the message is one for all; the interface is that of <libelf.h>.
 *  - libbpf's reference to the C library's variable stderr (R_X86_64_PC32 cannot reach into another library).
 *  - The stat family, ours and libelf's: names that the C library has since 2.33, while the system calls and their struct are as
 *    old as the architecture. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

static _Thread_local int last_error;

HIDDEN void __libelf_seterrno(int value)
{
	last_error = value;
}

HIDDEN int elf_errno(void)
{
	int value = last_error;

	last_error = 0;
	return value;
}

HIDDEN const char *elf_errmsg(int error)
{
	return error == 0 && last_error == 0 ? NULL : "malformed ELF data";
}

HIDDEN void *standard_error __asm__("stderr");

__attribute__((constructor)) static void find_standard_error(void)
{
	void **stream = dlsym(RTLD_NEXT, "stderr");

	standard_error = stream ? *stream : NULL;
}

HIDDEN int fstat(int fd, struct stat *status)
{
	return (int)syscall(SYS_fstat, fd, status);
}

HIDDEN int fstatat(int folder, const char *path, struct stat *status, int flags)
{
	return (int)syscall(SYS_newfstatat, folder, path, status, flags);
}

HIDDEN int stat(const char *path, struct stat *status)
{
	return fstatat(AT_FDCWD, path, status, 0);
}

HIDDEN int lstat(const char *path, struct stat *status)
{
	return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}
