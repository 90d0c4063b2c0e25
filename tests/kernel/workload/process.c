// A coordinator that prints, and the children that own the sockets. No wait here is a sleep: each is for a byte or an end.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned alarm_seconds;
static pid_t coordinator;

// One write(), so that the lines of two failing processes cannot mix. `err` 0 means that there is no errno to name.
// The coordinator may be waiting for another child; it ends by SIGUSR1, and its end kills the rest.
void fail(const char *what, int err)
{
	char comm[16] = "", line[512];

	prctl(PR_GET_NAME, comm);
	int n = snprintf(line, sizeof(line), "{\"phase\":\"error\",\"command\":\"%s\",\"comm\":\"%s\",\"what\":\"%s\",\"error\":\"%s\"}\n",
		opt.command, comm, what, err ? strerror(err) : "");
	if (n > 0 && write(STDOUT_FILENO, line, (size_t)n) < 0)
		_exit(3);
	if (getpid() != coordinator)
		kill(coordinator, SIGUSR1);
	_exit(1);
}

static void child_failed(int signal)
{
	(void)signal;
	_exit(1);
}

static void timed_out(int signal)
{
	(void)signal;
	static const char line[] = "{\"phase\":\"error\",\"what\":\"time limit\",\"error\":\"\"}\n";

	if (write(STDOUT_FILENO, line, sizeof(line) - 1) < 0)
		_exit(3);
	_exit(1);
}

void limits(const struct command *command)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		fail("getrlimit", errno);
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files))
		fail("setrlimit", errno);
	alarm_seconds = (unsigned)(opt.seconds + 0.999) + (command->timed ? 10 : 0);
	coordinator = getpid();
	signal(SIGUSR1, child_failed);
	signal(SIGALRM, timed_out);
	alarm(alarm_seconds);
}

// In a child, right after fork(), which keeps neither the alarm nor the parent-death signal.
void become_orphan(const char *comm)
{
	signal(SIGALRM, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	alarm(alarm_seconds);
	prctl(PR_SET_NAME, comm);
}

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

void become(const char *comm, pid_t parent)
{
	become_orphan(comm);
	die_with(parent);
}

void die_with_coordinator(void)
{
	die_with(coordinator);
}

void enter(const char *netns)
{
	if (!netns)
		return;
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		fail("network namespace", errno);
	close(fd);
}

struct process spawn(const char *comm, const char *netns, struct run *run, body_fn *body)
{
	int ends[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		fail("socketpair", errno);
	pid_t pid = fork();
	if (pid < 0)
		fail("fork", errno);
	if (!pid) {
		close(ends[0]);
		become(comm, parent);
		enter(netns);
		body(run, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	return (struct process){ pid, ends[0] };
}

// The server listens before the client exists; the client does nothing before the start line is out.
struct pair pair_start(struct run *run, body_fn *server, body_fn *client)
{
	struct pair pair = { .server = spawn("wl-server", opt.server_netns, run, server) };

	await(pair.server.link);
	pair.client = spawn("wl-client", opt.client_netns, run, client);
	json_line("start");
	json_pair(run, &pair);
	json_end();
	if (opt.wait)
		stdin_line();
	tell(pair.client.link);
	return pair;
}

void tell(int link)
{
	if (send(link, "", 1, MSG_NOSIGNAL) != 1)
		fail("the other process has ended", errno);
}

void await(int link)
{
	char byte;
	ssize_t n = recv(link, &byte, 1, MSG_WAITALL);

	if (n != 1)
		fail("the other process has ended", n < 0 ? errno : 0);
}

void await_both(const struct pair *pair)
{
	await(pair->client.link);
	await(pair->server.link);
}

void close_in_order(const struct pair *pair)
{
	int first = opt.by == BY_CLIENT ? pair->client.link : pair->server.link;
	int second = opt.by == BY_CLIENT ? pair->server.link : pair->client.link;

	tell(first);
	await(first);
	tell(second);
	await(second);
}

void reap_one(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			fail("waitpid", errno);
}

void reap(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
}
