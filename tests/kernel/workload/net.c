// Sockets and the bytes through them. Every call succeeds or ends the process with an error line.
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

char scratch[1 << 18];

socklen_t address_len(const struct address *a)
{
	return a->sa.sa_family == AF_INET6 ? sizeof(a->in6) : sizeof(a->in);
}

// Port 0 of --address, else of ::1, else of 127.0.0.(1 + index).
struct address loopback(unsigned index)
{
	struct address a = { .sa.sa_family = opt.six && !opt.mapped ? AF_INET6 : AF_INET };

	if (opt.address) {
		if (inet_pton(AF_INET6, opt.address, &a.in6.sin6_addr) == 1) {
			a.sa.sa_family = AF_INET6;
		} else {
			memset(&a, 0, sizeof(a));
			a.sa.sa_family = AF_INET;
			if (inet_pton(AF_INET, opt.address, &a.in.sin_addr) != 1)
				fail("--address is no numeric address", 0);
		}
	} else if (a.sa.sa_family == AF_INET6) {
		a.in6.sin6_addr = in6addr_loopback;
	} else {
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index);
	}
	return a;
}

static struct address mapped(const struct address *v4)
{
	struct address a = { .in6 = { .sin6_family = AF_INET6, .sin6_port = v4->in.sin_port } };

	a.in6.sin6_addr.s6_addr[10] = a.in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&a.in6.sin6_addr.s6_addr[12], &v4->in.sin_addr, 4);
	return a;
}

struct address client_target(const struct run *run, uint64_t index)
{
	const struct address *a = &run->targets[index % run->target_count];

	return opt.mapped && a->sa.sa_family == AF_INET ? mapped(a) : *a;
}

int tcp_listen(struct run *run, unsigned index)
{
	struct address a = loopback(index);
	socklen_t len = sizeof(a);
	int one = 1;

	if (opt.mapped && opt.six)
		a = mapped(&a);
	int fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		fail("server socket", errno);
	if (opt.rcvbuf && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ (int)opt.rcvbuf }, sizeof(int)))
		fail("SO_RCVBUF", errno);
	if (bind(fd, &a.sa, address_len(&a)) || listen(fd, 4096) || getsockname(fd, &a.sa, &len))
		fail("listen", errno);
	run->targets[index] = a;
	return fd;
}

// Connection i goes to listener i % target_count. Each listener has its own port and, on IPv4 loopback, its own address,
// so the 28,232 default ephemeral ports do not bound the number of connections.
void tcp_listen_all(struct run *run, int *listeners, uint64_t per_target, uint64_t expected)
{
	uint64_t n = expected / per_target + 1;

	run->target_count = (unsigned)(n > MAX_TARGETS ? MAX_TARGETS : n);
	for (unsigned i = 0; i < run->target_count; i++)
		listeners[i] = tcp_listen(run, i);
}

int tcp_connect(const struct run *run, uint64_t index)
{
	struct address a = client_target(run, index);
	int fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("client socket", errno);
	if (connect(fd, &a.sa, address_len(&a)))
		fail("connect", errno);
	return fd;
}

int tcp_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		fail("accept", errno);
	return fd;
}

void local_address(int fd, struct side *side)
{
	socklen_t len = sizeof(side->local);

	side->pid = getpid();
	if (getsockname(fd, &side->local.sa, &len))
		fail("getsockname", errno);
}

void set_nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		fail("fcntl", errno);
}

// SO_RCVBUF stops at net.core.rmem_max; with CAP_NET_ADMIN the FORCE form does not.
void big_receive_buffer(int fd, uint64_t bytes)
{
	int size = (int)bytes;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

void linger_zero(int fd)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)))
		fail("SO_LINGER", errno);
}

void send_all(int fd, uint64_t bytes, struct side *side)
{
	while (bytes) {
		ssize_t n = send(fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch), MSG_NOSIGNAL);

		if (n < 0)
			fail("send", errno);
		side->sent += (uint64_t)n;
		bytes -= (uint64_t)n;
	}
}

void read_exact(int fd, uint64_t bytes, struct side *side)
{
	while (bytes) {
		ssize_t n = recv(fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch), 0);

		if (n <= 0)
			fail("recv", n ? errno : EPIPE);
		side->read += (uint64_t)n;
		bytes -= (uint64_t)n;
	}
}

// Waits for the peer's end. False with errno set when it was a reset.
bool read_end(int fd)
{
	ssize_t n = recv(fd, scratch, sizeof(scratch), 0);

	if (n > 0)
		fail("more bytes than agreed", 0);
	return n == 0;
}

// Waits until nothing is in flight: SIOCOUTQ is what the peer has not acknowledged, SIOCOUTQNSD what was not yet sent (the
// peer's window is shut). No event tells of the last acknowledgement, which may be delayed by 40 ms, so this asks each ms.
void settle(int fd, struct side *side)
{
	int unacked, unsent, queued;

	for (;;) {
		if (ioctl(fd, SIOCOUTQ, &unacked) || ioctl(fd, SIOCOUTQNSD, &unsent) || ioctl(fd, SIOCINQ, &queued))
			fail("ioctl", errno);
		if (unacked == unsent)
			break;
		poll(NULL, 0, 1);
	}
	side->acked = side->sent - (uint64_t)unacked;
	side->queued = (uint64_t)queued;
}
