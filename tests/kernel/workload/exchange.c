// What client and server do with the one connection of sendfile, splice, partial, reset and halfclose.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIPE_CHUNK 65536 // the size of a pipe

static void client_plain(int fd, struct side *s)
{
	send_all(fd, opt.tx, s);
	read_exact(fd, opt.rx, s);
}

static void server_plain(int fd, struct side *s)
{
	read_exact(fd, opt.tx, s);
	send_all(fd, opt.rx, s);
}

static void client_sendfile(int fd, struct side *s)
{
	int file = memfd_create("workload", MFD_CLOEXEC);

	if (file < 0 || ftruncate(file, (off_t)opt.tx))
		fail("memfd", errno);
	while (s->sent < opt.tx) {
		ssize_t n = sendfile(fd, file, NULL, opt.tx - s->sent);

		if (n <= 0)
			fail("sendfile", errno);
		s->sent += (uint64_t)n;
	}
	close(file);
	read_exact(fd, opt.rx, s);
}

// Moves up to PIPE_CHUNK bytes and returns how many.
static size_t splice_some(int from, int to, uint64_t bytes)
{
	ssize_t n = splice(from, NULL, to, NULL, bytes < PIPE_CHUNK ? bytes : PIPE_CHUNK, SPLICE_F_MOVE);

	if (n <= 0)
		fail("splice", n ? errno : EPIPE);
	return (size_t)n;
}

static void client_splice(int fd, struct side *s)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		fail("pipe", errno);
	while (s->sent < opt.tx) {
		uint64_t left = opt.tx - s->sent;
		ssize_t full = write(ends[1], scratch, left < PIPE_CHUNK ? left : PIPE_CHUNK);

		if (full <= 0)
			fail("pipe", errno);
		for (size_t moved; full > 0; full -= (ssize_t)moved) {
			moved = splice_some(ends[0], fd, (uint64_t)full);
			s->sent += moved;
		}
	}
	read_exact(fd, opt.rx, s);
}

static void server_splice(int fd, struct side *s)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		fail("pipe", errno);
	while (s->read < opt.tx) {
		size_t n = splice_some(fd, ends[1], opt.tx - s->read);

		if (read(ends[0], scratch, n) != (ssize_t)n)
			fail("pipe", errno);
		s->read += n;
	}
	send_all(fd, opt.rx, s);
}

// Sends what the kernel takes without waiting: what the peer leaves unread may fill every buffer on the way.
static void client_partial(int fd, struct side *s)
{
	while (s->sent < opt.tx) {
		uint64_t left = opt.tx - s->sent;
		ssize_t n = send(fd, scratch, left < sizeof(scratch) ? left : sizeof(scratch), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			fail("send", errno);
		s->sent += (uint64_t)n;
	}
	read_exact(fd, opt.rx, s);
}

static void server_partial(int fd, struct side *s)
{
	read_exact(fd, opt.read < opt.tx ? opt.read : opt.tx, s);
	send_all(fd, opt.rx, s);
}

static void client_half(int fd, struct side *s)
{
	send_all(fd, opt.tx, s);
	if (shutdown(fd, SHUT_WR))
		fail("shutdown", errno);
	read_exact(fd, opt.rx, s);
}

static void server_half(int fd, struct side *s)
{
	read_exact(fd, opt.tx, s);
	if (!read_end(fd))
		fail("recv", errno);
	send_all(fd, opt.rx, s);
}

static const struct act acts[] = {
	{ "sendfile", client_sendfile, server_plain },
	{ "splice", client_splice, server_splice },
	{ "partial", client_partial, server_partial },
	{ "reset", client_plain, server_plain },
	{ "halfclose", client_half, server_half },
};

const struct act *act_named(const char *name)
{
	const struct act *act = acts;

	while (strcmp(act->name, name))
		act++;
	return act;
}
