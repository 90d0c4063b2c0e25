// forkhold, passfd: the process that holds the connection at the end is not the one that opened it.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int channel[2]; // passfd: from opener to taker

static void server(struct run *run, int link)
{
	struct side *s = &run->conns[0].server;

	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	tell(link);
	int fd = tcp_accept(listener);
	local_address(fd, s);
	read_exact(fd, opt.tx, s);
	tell(link);
	await(link);
	read_exact(fd, opt.more, s);
	send_all(fd, opt.rx, s);
	settle(fd, s);
	tell(link);
	await(link);
	close(fd);
	tell(link);
}

static int open_and_send(struct run *run, int link)
{
	struct side *s = &run->conns[0].client;

	await(link);
	int fd = tcp_connect(run, 0);
	local_address(fd, s);
	send_all(fd, opt.tx, s);
	settle(fd, s);
	tell(link);
	await(link);
	return fd;
}

static void hold_on(struct run *run, int link, int fd)
{
	struct side *s = &run->conns[0].client;

	s->pid = getpid();
	send_all(fd, opt.more, s);
	read_exact(fd, opt.rx, s);
	settle(fd, s);
	tell(link);
	await(link);
	close(fd);
	tell(link);
}

static void fork_client(struct run *run, int link)
{
	int fd = open_and_send(run, link);
	pid_t pid = fork();

	if (pid < 0)
		fail("fork", errno);
	if (pid)
		return;
	become_orphan("wl-heir");
	tell(link);
	await(link); // the parent is reaped, so the coordinator, a subreaper, is this process's parent
	die_with_coordinator();
	hold_on(run, link, fd);
}

static struct msghdr *fd_message(int fd)
{
	static char byte;
	static struct iovec data = { &byte, 1 };
	static union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	static struct msghdr message;

	message = (struct msghdr){ .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return &message;
}

static void pass_client(struct run *run, int link)
{
	int fd = open_and_send(run, link);

	if (sendmsg(channel[0], fd_message(fd), 0) != 1)
		fail("sendmsg", errno);
	close(fd);
	tell(link);
	await(link); // stays alive without the socket until the coordinator ends it
}

static void taker(struct run *run, int link)
{
	struct msghdr *message = fd_message(-1);
	int fd;

	await(link);
	if (recvmsg(channel[1], message, MSG_CMSG_CLOEXEC) != 1)
		fail("recvmsg", errno);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(message)), sizeof(fd));
	hold_on(run, link, fd);
}

static void print_phase(const char *phase, const struct run *run, const struct pair *pair, const char *holder)
{
	json_line(phase);
	json_pair(run, pair);
	json_process("opener", pair->client.pid, "wl-client");
	json_process("holder", run->conns[0].client.pid, holder);
	json_number("openerSent", opt.tx);
	json_conns(run);
	json_end();
}

void run_handover(void)
{
	bool forking = !strcmp(opt.command, "forkhold");
	struct run *run = run_new(1);
	struct process holder = { 0 };

	if (!forking && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel))
		fail("socketpair", errno);
	struct pair pair = pair_start(run, server, forking ? fork_client : pass_client);
	if (!forking)
		holder = spawn("wl-taker", opt.client_netns, run, taker);
	await_both(&pair);
	if (opt.steps) {
		print_phase("before", run, &pair, "wl-client");
		stdin_line();
	}
	tell(pair.server.link);
	tell(pair.client.link);
	await(pair.client.link); // the socket is handed over
	if (forking)
		reap_one(pair.client.pid);
	int link = forking ? pair.client.link : holder.link;
	tell(link);
	await(link);
	await(pair.server.link);
	print_phase("ready", run, &pair, forking ? "wl-heir" : "wl-taker");
	stdin_line();
	close_in_order(&(struct pair){ .server = pair.server, .client = { 0, link } });
	if (!forking)
		tell(pair.client.link);
	reap();
	json_line("done");
	json_end();
}
