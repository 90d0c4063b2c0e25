// Stands in for Deno: a dynamic program that reports how it was started. The words after the bundle's path say what to do:
// nothing of these: report; `copy bundle|texts|shim`: its bytes; `exit N`; `output`: the errno of a write as status; `wait`: say so and wait for a signal.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FD "/proc/self/fd/"

extern char **environ;

// What a loader must get right: relocations, zeroed and initialised data, thread-local storage, constructors.
static char zeros[100000];
static const char *const relocated[] = { "re", "located" };
static __thread int local = 41;
static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

static void *in_thread(void *unused)
{
	(void)unused;
	return (void *)(long)(local == 41);
}

static int loaded(void)
{
	pthread_t thread;
	void *good;

	for (size_t i = 0; i < sizeof(zeros); i++)
		if (zeros[i])
			return 0;
	local++;
	if (pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, &good))
		return 0;
	return good && local == 42 && constructed && !strcmp(relocated[1], "located");
}

static void show_file(const char *what, int fd)
{
	char path[64], target[256] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		strcpy(target, "nothing");
	printf("%s: fd %s, %s, seals %#x, %s, write %s\n", what, fd > 2 ? "above 2" : "below 3", target,
	       (unsigned)fcntl(fd, F_GET_SEALS) & 0xf, fcntl(fd, F_GETFD) & FD_CLOEXEC ? "close-on-exec" : "inherited",
	       pwrite(fd, "x", 1, 0) < 0 ? strerror(errno) : "went through");
}

static int copy_file(int fd)
{
	char bytes[4096];
	off_t at = 0;
	ssize_t count;

	while ((count = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		fwrite(bytes, 1, (size_t)count, stdout);
		at += count;
	}
	return count < 0;
}

static int copy_texts(void)
{
	unsigned long long begin = 0, length = 0;
	const char *texts = getenv("TCPTOP_TEXTS");

	if (!texts || sscanf(texts, "%llu:%llu", &begin, &length) != 2)
		return 99;
	return fwrite((const void *)(uintptr_t)begin, 1, length, stdout) != length;
}

static void show_shim(const char *number)
{
	char path[64];
	void *library;
	int (*answer)(void);

	snprintf(path, sizeof(path), "/proc/self/fd/%s", number);
	library = dlopen(path, RTLD_NOW);
	answer = library ? (int (*)(void))dlsym(library, "shim_answer") : NULL;
	printf("shim answers: %d\n", answer ? answer() : -1);
}

static void report(int argc, char **argv, int bundle, const char *shim)
{
	char name[16] = "", exe[4096] = "";

	prctl(PR_GET_NAME, name);
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		strcpy(exe, "nothing");
	printf("loaded: %s\npid: %d\nname: %s\nexe: %s\nfile: %s\n", loaded() ? "well" : "badly", getpid(), name, exe,
	       (const char *)getauxval(AT_EXECFN));
	for (int i = 0; i < argc; i++)
		printf("%s %d: %s\n", i <= bundle ? "word" : "argument", i <= bundle ? i : i - bundle, argv[i]);
	for (char **variable = environ; *variable; variable++)
		printf("variable %s\n", *variable);
	show_file("bundle", atoi(argv[bundle] + strlen(FD)));
	show_file("shim", atoi(shim));
	show_shim(shim);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("TCPTOP_SHIM_FD");
	int bundle = 0;

	while (bundle < argc && strncmp(argv[bundle], FD, strlen(FD)))
		bundle++;
	if (bundle == argc || !shim)
		return 99;
	if (argc == bundle + 3 && !strcmp(argv[bundle + 1], "copy") && !strcmp(argv[bundle + 2], "texts"))
		return copy_texts();
	if (argc == bundle + 3 && !strcmp(argv[bundle + 1], "copy"))
		return copy_file(atoi(!strcmp(argv[bundle + 2], "shim") ? shim : argv[bundle] + strlen(FD)));
	if (argc == bundle + 3 && !strcmp(argv[bundle + 1], "exit"))
		return atoi(argv[bundle + 2]);
	if (argc == bundle + 2 && !strcmp(argv[bundle + 1], "output"))
		return write(1, "x", 1) < 0 ? errno : 0;
	if (argc == bundle + 2 && !strcmp(argv[bundle + 1], "wait")) {
		printf("waiting\n");
		fflush(stdout);
		for (;;)
			pause();
	}
	report(argc, argv, bundle, shim);
	return 0;
}
