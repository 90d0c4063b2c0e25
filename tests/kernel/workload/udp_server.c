// The receiving half of udp: counts what arrives for each flow, and gives the sender leave for more.
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_REMOTE 0x7f010001u // 127.1.0.1

// By the port of the client: an unconnected socket has one only after its first send, so the server cannot be told before.
struct tally {
	uint64_t datagrams, bytes;
};
static struct tally *tallies;

void udp_tallies_new(const struct run *run)
{
	tallies = shared_new((run->conn_count > 65536 ? run->conn_count : 65536) * sizeof(*tallies));
}

struct address udp_remote(uint64_t i, in_port_t port)
{
	return (struct address){ .in = { AF_INET, port, { htonl(FIRST_REMOTE + (uint32_t)i) }, { 0 } } };
}

// For --remotes one wildcard socket, bound to the device lo, takes what goes to any 127.x.y.z.
static int server_socket(struct run *run)
{
	struct address a = loopback(0);
	socklen_t len = sizeof(a);
	int one = 1;

	if (opt.remotes)
		a.in.sin_addr.s_addr = htonl(INADDR_ANY);
	int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail("server socket", errno);
	if (opt.remotes && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3))
		fail("SO_BINDTODEVICE", errno);
	if (opt.remotes && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)))
		fail("IP_PKTINFO", errno);
	if (bind(fd, &a.sa, address_len(&a)) || getsockname(fd, &a.sa, &len))
		fail("bind", errno);
	big_receive_buffer(fd, 4 << 20);
	run->targets[0] = a;
	run->target_count = 1;
	return fd;
}

static struct tally *tally_of(const struct run *run, struct msghdr *message, const struct address *from)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	struct in_pktinfo to;

	if (!opt.remotes)
		return &tallies[ntohs(from->in.sin_port)]; // sin6_port lies at the same offset
	if (!c || c->cmsg_type != IP_PKTINFO)
		fail("no IP_PKTINFO", 0);
	memcpy(&to, CMSG_DATA(c), sizeof(to));
	uint32_t i = ntohl(to.ipi_addr.s_addr) - FIRST_REMOTE;
	if (i >= run->conn_count)
		fail("a datagram for no remote of ours", 0);
	return &tallies[i];
}

static void receive_one(struct run *run, int fd)
{
	struct address from;
	char control[64];
	struct iovec data = { scratch, sizeof(scratch) };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &data, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &message, 0);

	if (n < 0)
		fail("recvmsg", errno);
	struct tally *t = tally_of(run, &message, &from);
	t->datagrams++;
	t->bytes += (uint64_t)n;
	if (opt.echo && sendto(fd, scratch, (size_t)n, 0, &from.sa, message.msg_namelen) != n)
		fail("echo", errno);
	if (write(run->step[1], "", 1) != 1)
		fail("step", errno);
}

void udp_server(struct run *run, int link)
{
	int fd = server_socket(run);

	tell(link);
	for (uint64_t left = run->conn_count * opt.datagrams; left; left--)
		receive_one(run, fd);
	tell(link);
	await(link); // the client's ports are in the table now
	for (uint64_t i = 0; i < run->conn_count; i++) {
		struct side *s = &run->conns[i].server;
		const struct tally *t = &tallies[opt.remotes ? i : ntohs(run->conns[i].client.local.in.sin_port)];

		s->pid = getpid();
		s->local = opt.remotes ? udp_remote(i, run->targets[0].in.sin_port) : run->targets[0];
		s->datagrams_read = t->datagrams;
		s->read = t->bytes;
		s->datagrams_sent = opt.echo ? t->datagrams : 0;
		s->sent = opt.echo ? t->bytes : 0;
	}
	tell(link);
	await(link);
	close(fd);
	tell(link);
}
