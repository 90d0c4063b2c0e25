/* SPDX-License-Identifier: MIT */
/* Capabilities and no_new_privs belong to a thread, and only the thread itself can change them: a signal makes each thread do it. */
#define _GNU_SOURCE
#include "threads.h"
#include "../process/proc.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 2000

capabilities capabilities_permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &header, data))
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* The bare system call: glibc has no wrapper that would do it on every thread. Async-signal-safe. */
int capabilities_set(capabilities keep)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[2] = {
		{ .effective = keep, .permitted = keep },
		{ .effective = keep >> 32, .permitted = keep >> 32 },
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static void lower_this_thread(int signal)
{
	int saved = errno;

	(void)signal;
	capabilities_set(0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	errno = saved;
}

static bool thread_is_low(const char *tid)
{
	unsigned long long permitted = 1;
	char path[64], line[256];
	int no_new_privs = 1; /* kernels before 4.10 have no such line: nothing to wait for */
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "self/task/%.20s/status", tid);
	fd = proc_open(path);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (fd >= 0)
			close(fd);
		return true; /* it has ended */
	}
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "CapPrm: %llx", &permitted);
		sscanf(line, "NoNewPrivs: %d", &no_new_privs);
	}
	fclose(file);
	return !permitted && no_new_privs;
}

static bool is_spared(pid_t tid, const pid_t spared[SPARED_MAX])
{
	for (int i = 0; i < SPARED_MAX; i++)
		if (spared[i] == tid)
			return true;
	return false;
}

/* Signals each thread that is not low yet. Returns how many there are, or negative errno; *refused is why one of them could not be signalled, or 0. */
static int threads_ask(int signal, const pid_t spared[SPARED_MAX], int *refused)
{
	DIR *tasks = proc_folder("self/task");
	pid_t self = syscall(SYS_gettid);
	struct dirent *entry;
	int high = 0;

	*refused = 0;
	if (!tasks)
		return -errno;
	while ((entry = readdir(tasks))) {
		pid_t tid = atoi(entry->d_name);

		if (tid <= 0 || tid == self || is_spared(tid, spared) || thread_is_low(entry->d_name))
			continue;
		high++;
		if (syscall(SYS_tgkill, getpid(), tid, signal))
			*refused = errno;
	}
	closedir(tasks);
	return high;
}

/* A real-time signal that nobody here uses. */
static int free_signal(void)
{
	struct sigaction now;

	for (int signal = SIGRTMAX; signal > SIGRTMIN; signal--)
		if (!sigaction(signal, NULL, &now) && now.sa_handler == SIG_DFL)
			return signal;
	return -1;
}

/* Until none is left: a thread may start another while it is being asked. That one of them is not there to be signalled (ESRCH) to the last is that
 * /proc numbers them by another PID namespace. */
int threads_lower(const pid_t spared[SPARED_MAX])
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	struct sigaction before, action = { .sa_handler = lower_this_thread, .sa_flags = SA_RESTART | SA_ONSTACK };
	int signal = free_signal(), high = 1, refused = 0;

	if (signal < 0 || sigaction(signal, &action, &before))
		return -EBUSY;
	for (int ms = 0; ms < PATIENCE_MS && (high = threads_ask(signal, spared, &refused)) > 0; ms++)
		nanosleep(&moment, NULL);
	if (high) /* the handler stays: a thread that receives the signal later would be killed by a real-time signal's default action */
		return high < 0 ? high : refused ? -refused : -ETIMEDOUT;
	sigaction(signal, &before, NULL);
	return 0;
}
