/* SPDX-License-Identifier: MIT */
/* The calls of a command that is watched. It is forked before root is given up, and before there is a filter of system calls. */
#define _GNU_SOURCE
#include "tcptop.h"
#include "command/fork.h"
#include "command/minder.h"
#include "command/origin.h"
#include "process/cgroup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONGEST_WAIT_MS 250
#define PUT_AWAY_MS 2500

/* Strings with NULs behind them, as a vector. NULL when out of memory. */
static char **vector(char *words, uint32_t count)
{
	char **list = calloc(count + 1, sizeof(*list));

	for (uint32_t i = 0; list && i < count; i++) {
		list[i] = words;
		words += strlen(words) + 1;
	}
	return list;
}

static int word_wait(int fd, int timeout_ms, struct minder_word *word)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t length;

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return 0;
	length = recv(fd, word, sizeof(*word), MSG_DONTWAIT);
	if (length == 0)
		return -EPIPE;
	return length < 0 ? (errno == EAGAIN ? 0 : -errno) : 1;
}

static int word_send(int fd, enum minder_message message, int32_t value)
{
	const struct minder_word word = { message, value };

	return send(fd, &word, sizeof(word), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Returns its pid or negative errno. */
static pid_t minder_fork(struct command *c, const int sockets[2])
{
	pid_t pid = fork_bare(&c->mask);

	if (!pid) {
		close(sockets[0]);
		minder_run(c, sockets[1]);
	}
	return pid;
}

/* Starts a minder, and waits until the command is there. Returns its socket or negative errno. */
static int command_prepare(struct command *c, int64_t out[4])
{
	struct minder_word word = {};
	int sockets[2], got = 0;
	pid_t minder;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	minder = minder_fork(c, sockets);
	close(sockets[1]);
	while (minder > 0 && !(got = word_wait(sockets[0], LONGEST_WAIT_MS, &word)))
		;
	if (minder < 0 || got < 0 || word.message != MINDER_READY || word.value < 0) {
		close(sockets[0]);
		return minder < 0 ? minder : got < 0 ? got : word.value;
	}
	out[0] = word.value;
	out[1] = minder;
	return sockets[0];
}

int32_t tcptop__command_prepare(uint8_t *arguments, uint32_t count, const uint8_t *removed, uint32_t uid, uint32_t gid, int64_t out[4])
{
	struct origin origin = origin_find();
	struct command c = { .uid = uid, .gid = gid, .change_user = uid != UINT32_MAX };
	char **list = vector((char *)arguments, count);
	char **variables = origin_environment(origin, c.change_user, uid, (const char *)removed);
	struct cgroup_new cgroup;
	gid_t *groups = NULL;
	bool ready;
	int fd, err;

	c.arguments = list;
	c.variables = variables;
	c.set_files = origin_files(&c.files);
	c.group_count = c.change_user ? origin_groups(uid, gid, &groups) : 0;
	c.groups = groups;
	err = cgroup_make(&cgroup);
	c.cgroup = err ? NULL : &cgroup;
	out[2] = err ? -1 : cgroup.folder;
	out[3] = err ? err : (int64_t)cgroup.id;
	ready = list && variables && c.group_count >= 0;
	fd = ready ? command_prepare(&c, out) : -ENOMEM;
	if (fd < 0 && ready && c.cgroup) { /* as where it is threaded (cgroups(7)), and takes no process */
		cgroup_remove(&cgroup);
		cgroup_close(&cgroup);
		c.cgroup = NULL;
		out[2] = -1;
		out[3] = fd;
		fd = command_prepare(&c, out);
	} else if (c.cgroup) {
		close(cgroup.parent);
		close(cgroup.home);
	}
	if (variables)
		free(variables[0]);
	free(variables);
	free(list);
	free(groups);
	return fd;
}

int32_t tcptop__command_start(int32_t fd)
{
	return word_send(fd, MINDER_START, 0);
}

int32_t tcptop__command_signal(int32_t fd, int32_t signal)
{
	return word_send(fd, MINDER_SIGNAL, signal);
}

/* SIGUSR1 is blocked in every thread (command/fork.h), so that it waits for us here. */
static void blocked_signal_pass(int fd)
{
	const struct timespec now = {};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (sigtimedwait(&set, NULL, &now) == SIGUSR1)
		word_send(fd, MINDER_SIGNAL, SIGUSR1);
}

int32_t tcptop__command_wait(int32_t fd, int32_t timeout_ms, int32_t *value)
{
	struct minder_word word;
	int got;

	blocked_signal_pass(fd);
	got = word_wait(fd, timeout_ms < LONGEST_WAIT_MS ? timeout_ms : LONGEST_WAIT_MS, &word);
	if (got <= 0)
		return got;
	*value = word.value;
	return word.message;
}

int32_t tcptop__command_end(int32_t fd, int32_t minder)
{
	struct minder_word word = {};
	int32_t left = 0;
	int got = 0;

	word_send(fd, MINDER_END, 0);
	/* Until the minder's end of the socket is closed: it has gone then. */
	for (int ms = 0; ms < PUT_AWAY_MS && got >= 0; ms += got ? 0 : LONGEST_WAIT_MS)
		if ((got = word_wait(fd, LONGEST_WAIT_MS, &word)) > 0 && word.message == MINDER_GONE)
			left = word.value;
	if (got < 0)
		waitpid(minder, NULL, 0);
	close(fd);
	return left;
}

int32_t tcptop__command_cgroups(int32_t folder, uint8_t *buffer, uint32_t capacity)
{
	return cgroups_list(folder, buffer, capacity);
}
