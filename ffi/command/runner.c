/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "runner.h"
#include "become.h"
#include "../privileges/threads.h"
#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLES_MAX 4096
#define PREFIX "TCPTOP_"

static _Alignas(struct runner_head) char message[RUNNER_MESSAGE_BYTES];
static char *variables[VARIABLES_MAX];

/* The command's own variables, and the facts: no other name is taken, so that what the command is run by stays the user's. False: they are none. */
static bool variables_fill(const struct command *c, char *facts, size_t bytes)
{
	size_t count = 0, facts_count = 0;

	for (; c->variables[count] && count < VARIABLES_MAX - RUNNER_FACTS_MAX - 1; count++)
		variables[count] = c->variables[count];
	if (bytes && facts[bytes - 1])
		return false;
	for (char *at = facts; at < facts + bytes; at += strlen(at) + 1) {
		if (strncmp(at, PREFIX, strlen(PREFIX)) || !strchr(at, '=') || ++facts_count > RUNNER_FACTS_MAX)
			return false;
		variables[count++] = at;
	}
	variables[count] = NULL;
	return true;
}

/* A file in memory that holds the document, at its beginning; negative errno. */
static int document_open(const char *document, size_t bytes)
{
	int fd = syscall(SYS_memfd_create, "tcptop-when", 0);

	if (fd < 0)
		return -errno;
	while (bytes) {
		ssize_t written = write(fd, document, bytes);

		if (written <= 0) {
			close(fd);
			return -EIO;
		}
		document += written;
		bytes -= written;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Returns the status as waitpid() has it. When tcptop has gone nobody wants to know: the command goes on alone, and what is open here is closed. */
static int end_wait(int socket, pid_t child)
{
	struct pollfd fds[] = { { .fd = socket }, { .fd = -1, .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t ended;
	int status;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	fds[1].fd = signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC);
	while (!waitpid(child, &status, WNOHANG)) {
		if (poll(fds, 2, -1) < 0 || fds[0].revents)
			_exit(0);
		if (read(fds[1].fd, &info, sizeof(info)) < 0)
			continue;
	}
	close(fds[1].fd);
	return status;
}

/* Runs the command once, to its end. Negative errno: there is no process for it. */
static int run_once(const struct command *c, int socket, int document)
{
	pid_t child = syscall(SYS_clone, (long)SIGCHLD, 0, 0, 0, 0);

	if (!child) {
		dup2(document, STDIN_FILENO);
		close(document);
		mask_restore(&c->mask);
		execve(c->arguments[0], c->arguments, variables);
		_exit(127);
	}
	return child < 0 ? -errno : end_wait(socket, child);
}

static int run_message(const struct command *c, int socket, size_t length)
{
	const struct runner_head *head = (const struct runner_head *)message;
	char *facts = message + sizeof(*head);
	int document, status;

	if (length < sizeof(*head) || head->facts_bytes > length - sizeof(*head) || !variables_fill(c, facts, head->facts_bytes))
		return -EINVAL;
	document = document_open(facts + head->facts_bytes, length - sizeof(*head) - head->facts_bytes);
	if (document < 0)
		return document;
	status = run_once(c, socket, document);
	close(document);
	return status;
}

_Noreturn void runner_run(const struct command *c, int socket, bool quiet)
{
	const int kept[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, socket };
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	ssize_t length;

	setsid(); /* ^C is for tcptop */
	prctl(PR_SET_NAME, "tcptop-runner", 0, 0, 0);
	dup2(nothing, STDIN_FILENO);
	if (quiet)
		dup2(nothing, STDERR_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	descriptors_keep(kept, sizeof(kept) / sizeof(*kept));
	if (c->set_files)
		setrlimit(RLIMIT_NOFILE, &c->files);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (c->change_user && user_become(c))
		_exit(1);
	/* Those of a file (setcap) are no more than tcptop's own to need. Root stays root, and its command too. */
	if (geteuid() && capabilities_set(0))
		_exit(1);
	while ((length = recv(socket, message, sizeof(message), 0)) > 0) {
		int32_t status = run_message(c, socket, length);

		send(socket, &status, sizeof(status), MSG_NOSIGNAL);
	}
	_exit(0);
}
