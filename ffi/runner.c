/* SPDX-License-Identifier: MIT */
/* The calls of a command that is run again and again. Its runner is forked before root is given up, and before there is a filter of system calls. */
#define _GNU_SOURCE
#include "tcptop.h"
#include "command/fork.h"
#include "command/origin.h"
#include "command/runner.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONGEST_WAIT_MS 250

static int32_t runner_fork(struct command *c, bool quiet)
{
	int sockets[2], bytes = 2 * RUNNER_MESSAGE_BYTES;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	pid = fork_bare(&c->mask);
	if (!pid) {
		close(sockets[0]);
		runner_run(c, sockets[1], quiet);
	}
	close(sockets[1]);
	if (pid > 0)
		return sockets[0];
	close(sockets[0]);
	return pid;
}

int32_t tcptop__runner_start(const uint8_t *command, const uint8_t *removed, uint32_t uid, uint32_t gid, uint32_t quiet)
{
	char *const words[] = { "/bin/sh", "-c", (char *)command, NULL };
	struct origin origin = origin_find();
	struct command c = { .arguments = words, .uid = uid, .gid = gid, .change_user = uid != UINT32_MAX };
	char **variables = origin_environment(origin, c.change_user, uid, (const char *)removed);
	gid_t *groups = NULL;
	int32_t fd;

	c.variables = variables;
	c.set_files = origin_files(&c.files);
	c.group_count = c.change_user ? origin_groups(uid, gid, &groups) : 0;
	c.groups = groups;
	fd = variables && c.group_count >= 0 ? runner_fork(&c, quiet) : -ENOMEM;
	if (variables)
		free(variables[0]);
	free(variables);
	free(groups);
	return fd;
}

int32_t tcptop__runner_run(int32_t fd, const uint8_t *facts, uint32_t facts_bytes, const uint8_t *document, uint32_t bytes)
{
	struct runner_head head = { facts_bytes };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)facts, facts_bytes }, { (void *)document, bytes } };
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	if (sizeof(head) + (uint64_t)facts_bytes + bytes > RUNNER_MESSAGE_BYTES)
		return -EMSGSIZE;
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int32_t tcptop__runner_wait(int32_t fd, int32_t timeout_ms, int32_t *status)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t length;

	if (poll(&poll_fd, 1, timeout_ms < LONGEST_WAIT_MS ? timeout_ms : LONGEST_WAIT_MS) <= 0)
		return 0;
	length = recv(fd, status, sizeof(*status), MSG_DONTWAIT);
	if (length < 0)
		return errno == EAGAIN ? 0 : -errno;
	return length == sizeof(*status) ? 1 : -EPIPE;
}

void tcptop__runner_end(int32_t fd)
{
	close(fd);
}
