// Starts the program that was packed behind this one: Deno, the JavaScript bundle and its texts, and the shim.
//
// Deno is mapped out of this very file, as the kernel would have mapped it from its own; the process stays this one, so
// name, command line, terminal, signals, descriptors and exit status need no passing on. The texts are mapped, too, and stay where they
// are. The bundle and the shim are read by path, so they become sealed memfds, /proc/self/fd/N. Nothing is written to any file system.

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "image.h"
#include "payload_file.h"
#include "process.h"
#include "say.h"
#include "sys.h"
#include "utf8.h"

static struct image map_deno(const struct payload_file *file, size_t page)
{
	struct image deno;
	const char *wrong = image_map(file->fd, file->footer.payloads[PAYLOAD_DENO].offset, page, &deno);

	if (wrong)
		fail(STATUS_FAILED, "Cannot start the Deno runtime in this executable: ", wrong, ".", (char *)0);
	return deno;
}

static struct image map_linker(const char *path, size_t page)
{
	struct image linker;
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong;

	check_room(fd);
	if (fd < 0)
		fail(STATUS_SYSTEM, "Cannot run here: ", path, " is missing. tcptop needs a system with glibc.", (char *)0);
	wrong = image_map(fd, 0, page, &linker);
	if (wrong)
		fail(STATUS_SYSTEM, "Cannot run here: ", path, " cannot be used, ", wrong, ".", (char *)0);
	sys_close(fd);
	return linker;
}

// Whether the page with the program headers has the word, with its NUL: names of versions stand there.
static int has_word(const struct image *image, size_t page, const char *word)
{
	const char *at = (const char *)image->headers, *end = (const char *)((image->headers | (page - 1)) + 1);
	size_t length = 1;

	while (word[length - 1])
		length++;
	for (; image->headers && at + length <= end; at++) {
		size_t same = 0;

		while (same < length && at[same] == word[same])
			same++;
		if (same == length)
			return 1;
	}
	return 0;
}

// glibc starts threads by clone3() since 2.34, and by clone() only where the kernel has none (ENOSYS). Container engines from before that refuse what they
// do not know with EPERM. An older glibc is not asked about: it does without, and a filter may kill whoever calls clone3().
static void check_threads(const struct image *linker, size_t page)
{
	long refusal = has_word(linker, page, "GLIBC_2.34") ? sys_clone3_nothing() : 0;

	if (refusal == -EPERM || refusal == -EACCES)
		fail(STATUS_FAILED, "Cannot start: this system forbids clone3, by which threads start. In a container: a newer engine "
		     "(Docker 20.10.10), or --security-opt seccomp=unconfined; in a service SystemCallErrorNumber=ENOSYS", (char *)0);
}

// The program will load the shim as a library; better to say here, in one sentence, that this system does not allow it.
static void check_executable(int shim, size_t page)
{
	intptr_t code = sys_mmap(0, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, shim, 0);

	if (code < 0 && code > -4096)
		fail(STATUS_SYSTEM, "Cannot run here: this system forbids running code from files in memory. "
		     "A security policy (SELinux, a noexec rule) must allow it.", (char *)0);
	sys_munmap((uintptr_t)code, page);
}

// Deno refuses other bytes with words about itself.
static void check_arguments(const struct process *process)
{
	for (long i = 1; i < process->argc; i++)
		if (!utf8_valid(process->argv[i]))
			fail(STATUS_USAGE, "Cannot read the command line: an argument is not UTF-8.", (char *)0);
}

// Deno wants one.
static void check_directory(void)
{
	static char directory[4096];

	if (sys_getcwd(directory, sizeof(directory)) == -ENOENT)
		fail(STATUS_FAILED, "Cannot run in this working directory: it has been removed. cd to another one.", (char *)0);
}

// Deno's runtime opens /dev/null in place of a standard output that is closed, and takes every byte. What is open for reading alone refuses them as the
// closed one would: src/system/write_stdout.ts looks for that.
static void refuse_closed_output(void)
{
	int nothing;

	if (sys_fcntl(1, F_GETFL, 0) != -EBADF)
		return;
	nothing = sys_open("/dev/null", O_RDONLY);
	if (nothing == 1 || nothing < 0)
		return;
	sys_fcntl(nothing, F_DUPFD, 1);
	sys_close(nothing);
}

__attribute__((noreturn, used)) static void launch(long *stack)
{
	const struct process process = process_read(stack);
	const size_t page = process_auxiliary(&process, AT_PAGESZ);

	refuse_closed_output();
	process_check_limits(&process);

	const struct payload_file file = payload_file_open();

	sys_block(SIGXFSZ); // a file that may not become so large is told in a sentence
	const int bundle = payload_file_memfd(&file, PAYLOAD_BUNDLE, "tcptop.js");
	const int shim = payload_file_memfd(&file, PAYLOAD_SHIM, "libtcptop.so");
	sys_unblock(SIGXFSZ);
	const struct span texts = payload_file_map(&file, PAYLOAD_TEXTS);
	const struct image deno = map_deno(&file, page);
	const struct image linker = map_linker(deno.interpreter, page);

	check_threads(&linker, page);
	check_arguments(&process);
	check_directory();
	sys_block(SIGUSR1); // Deno would listen on a port for a debugger (docs/decisions/0052-no-debugger.md)
	check_executable(shim, page);
	sys_close(file.fd);
	process_become(&process, &deno, &linker, bundle, shim, texts);
}

SYS_START(launch);
