// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o faults.so preload.c
// LD_PRELOAD=faults.so TCPTOP_FAULTS=FILE [TCPTOP_FAULT_CALL=tcptop__NAME TCPTOP_FAULT_STAGE=WORDS] COMMAND...: runs it on a machine where
// what FILE says goes wrong. FILE is a struct faults (tests/support/faults.ts has it too), mapped by both sides: what the test writes holds at once.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef __aarch64__
#define OLDEST "GLIBC_2.17"
#else
#define OLDEST "GLIBC_2.2.5"
#endif
#define HANG (-1)

struct faults {
	int64_t step_ns;    // added to CLOCK_REALTIME
	int64_t read_errno; // of every read_every-th read() of a BPF iterator; 0: none fails
	int64_t read_every;
	int64_t reads;      // of iterators, while read_errno is set
	int64_t reads_failed;
	int64_t call_errno; // of the call, once it has been made call_after times; 0: it does not fail; HANG: it does not return
	int64_t call_after;
	int64_t calls;
	int64_t map_entries; // at most so many in BPF maps of thousands; 0: as they ask for
	int64_t map_errno;   // of the ring buffer's making; 0: it does not fail
};

static struct faults none, *faults = &none;

__attribute__((constructor)) static void map(void)
{
	const char *path = getenv("TCPTOP_FAULTS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *memory = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory != MAP_FAILED)
		faults = memory;
	if (fd >= 0)
		close(fd);
}

// The call that fails, as the program finds it by name. All arguments of all calls are integers or pointers, at most four.
typedef int64_t any_call(int64_t, int64_t, int64_t, int64_t);
static any_call *real_call, *real_error;
static int makes_handle;

static int64_t call(int64_t a, int64_t b, int64_t c, int64_t d)
{
	int64_t made = __atomic_fetch_add(&faults->calls, 1, __ATOMIC_RELAXED);

	if (!faults->call_errno || made < faults->call_after)
		return real_call(a, b, c, d);
	while (faults->call_errno == HANG)
		pause();
	return makes_handle ? 0 : -faults->call_errno;
}

// tcptop__error(): the stage, where a call has failed that knows nothing of it.
static int64_t error(int64_t handle, int64_t buffer, int64_t capacity, int64_t unused)
{
	const char *stage = getenv("TCPTOP_FAULT_STAGE");

	if (!faults->call_errno || !stage || faults->calls <= faults->call_after)
		return real_error(handle, buffer, capacity, unused);
	return snprintf((char *)buffer, capacity, "%s\n", stage);
}

void *dlsym(void *library, const char *name)
{
	static void *(*real)(void *, const char *);
	const char *wanted = getenv("TCPTOP_FAULT_CALL");
	void *found;

	if (!real)
		real = dlvsym(RTLD_NEXT, "dlsym", OLDEST);
	found = real(library, name);
	if (!found || !wanted)
		return found;
	if (!strcmp(name, "tcptop__error")) {
		real_error = found;
		return error;
	}
	if (strcmp(name, wanted))
		return found;
	makes_handle = !strcmp(name, "tcptop__new");
	real_call = found;
	return call;
}

// Returns whether the map must not be made.
static int meddle(union bpf_attr *map)
{
	if (faults->map_errno && map->map_type == BPF_MAP_TYPE_RINGBUF) {
		errno = faults->map_errno;
		return 1;
	}
	if (faults->map_entries && map->map_type != BPF_MAP_TYPE_RINGBUF && map->max_entries > 10000)
		map->max_entries = faults->map_entries;
	return 0;
}

// libbpf makes its maps by it.
long syscall(long number, ...)
{
	static long (*real)(long, ...);
	va_list list;
	long a[6];

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (!real)
		real = dlsym(RTLD_NEXT, "syscall");
	if (number == SYS_bpf && a[0] == BPF_MAP_CREATE && meddle((union bpf_attr *)a[1]))
		return -1;
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int is_iterator(int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = 0;
	return !strcmp(target, "anon_inode:bpf_iter");
}

ssize_t read(int fd, void *buffer, size_t size)
{
	if (faults->read_errno && is_iterator(fd) && ++faults->reads % faults->read_every == 0) {
		faults->reads_failed++;
		errno = faults->read_errno;
		return -1;
	}
	return syscall(SYS_read, fd, buffer, size);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int64_t ns;

	if (!real)
		real = dlsym(RTLD_NEXT, "clock_gettime");
	if (real(clock, now))
		return -1;
	if (clock == CLOCK_REALTIME && faults->step_ns) {
		ns = now->tv_sec * 1000000000ll + now->tv_nsec + faults->step_ns;
		*now = (struct timespec){ ns / 1000000000, ns % 1000000000 };
	}
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	*now = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return 0;
}
