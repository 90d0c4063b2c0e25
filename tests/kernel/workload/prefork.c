// prefork: one process listens, its children accept. Who owns a connection is known only from who accepted it.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void step(struct run *run)
{
	if (write(run->step[1], "", 1) != 1)
		fail("step", errno);
}

static void await_step(struct run *run)
{
	char byte;

	if (read(run->step[0], &byte, 1) != 1)
		fail("step", errno);
}

static void serve(struct run *run, int fd)
{
	struct side *s = &run->conns[run->current].server;

	local_address(fd, s);
	read_exact(fd, opt.tx, s);
	send_all(fd, opt.tx, s);
	settle(fd, s);
	step(run);
	if (!opt.close_at_once)
		return;
	if (opt.reset)
		read_end(fd);
	close(fd);
	step(run);
}

// Blocking accept: the kernel wakes one worker, the one that has waited longest. Returns once the listener is shut down.
static void worker(struct run *run, int listener)
{
	int *held = calloc(opt.count + 1, sizeof(*held)), n = 0;

	if (!held)
		fail("calloc", errno);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 && errno == EINVAL)
			break;
		if (fd < 0)
			fail("accept", errno);
		serve(run, fd);
		if (!opt.close_at_once)
			held[n++] = fd;
	}
	while (n)
		close(held[--n]);
}

static void server(struct run *run, int link)
{
	pid_t parent = getpid();

	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	for (uint64_t w = 0; w < opt.workers; w++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork", errno);
		if (!pid) {
			become("wl-worker", parent);
			worker(run, listener);
			_exit(0);
		}
		run->workers[w] = pid;
	}
	tell(link);
	await(link);
	if (shutdown(listener, SHUT_RDWR))
		fail("shutdown", errno);
	reap();
	tell(link);
}

static void end(int fd)
{
	if (opt.reset)
		linger_zero(fd);
	else if (opt.close_at_once)
		read_end(fd);
	close(fd);
}

static void client(struct run *run, int link)
{
	int *fds = calloc(opt.count + 1, sizeof(*fds));

	if (!fds)
		fail("calloc", errno);
	await(link);
	for (uint64_t i = 0; i < opt.count; i++) {
		struct side *s = &run->conns[i].client;

		run->current = i;
		fds[i] = tcp_connect(run, i);
		local_address(fds[i], s);
		send_all(fds[i], opt.tx, s);
		read_exact(fds[i], opt.tx, s);
		await_step(run);
		settle(fds[i], s);
		if (!opt.close_at_once)
			continue;
		end(fds[i]);
		await_step(run);
	}
	tell(link);
	await(link);
	for (uint64_t i = 0; i < opt.count && !opt.close_at_once; i++)
		end(fds[i]);
	tell(link);
}

void run_prefork(void)
{
	struct run *run = run_new(opt.count);

	if (opt.reset)
		opt.by = BY_CLIENT;
	struct pair pair = pair_start(run, server, client);
	await(pair.client.link);
	json_line("ready");
	json_pair(run, &pair);
	json_open("workers", '[');
	for (uint64_t w = 0; w < opt.workers; w++)
		json_process(NULL, run->workers[w], "wl-worker");
	json_close(']');
	json_conns(run);
	json_end();
	stdin_line();
	close_in_order(&pair);
	reap();
	json_line("done");
	json_end();
}
