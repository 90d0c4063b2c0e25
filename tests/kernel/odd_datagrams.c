// odd_datagrams port0 | fragment | links GROUP | again | let_go | heard: datagrams whose addresses need care. Prints one JSON line, ends when its standard input does.
//   port0: 23 datagrams of 101 bytes from port 0, which no socket has
//   fragment: 23 datagrams of 101 bytes by IPv6 from port 4444, each with a fragment header though it is whole
//   links: 300 bytes to GROUP over the device one, 301 over two, from one socket
//   again: 300 bytes of a connected socket, which lets go of its peer, connects to it again, which gives it another port, and sends 301
//   let_go: the same, but it sends the 301 bytes without a connection; heard: the same as again, but it receives the 301 bytes
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static void port0(void)
{
	int receiver = must(socket(AF_INET, SOCK_DGRAM, 0), "socket"), raw = must(socket(AF_INET, SOCK_RAW, IPPROTO_UDP), "raw socket");
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(to);
	struct { struct udphdr header; char data[101]; } __attribute__((packed)) datagram = {};

	must(bind(receiver, (void *)&to, length), "bind");
	must(getsockname(receiver, (void *)&to, &length), "getsockname");
	datagram.header.dest = to.sin_port;
	datagram.header.len = htons(sizeof(datagram));
	for (int i = 0; i < 23; i++)
		must(sendto(raw, &datagram, sizeof(datagram), 0, (void *)&to, length), "sendto");
	printf("{\"port\":%d}\n", ntohs(to.sin_port));
}

static void fragment(void)
{
	int receiver = must(socket(AF_INET6, SOCK_DGRAM, 0), "socket"), raw = must(socket(AF_INET6, SOCK_RAW, IPPROTO_FRAGMENT), "raw socket");
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT }, to_any;
	struct { struct ip6_frag fragment; struct udphdr udp; char data[101]; } __attribute__((packed)) datagram = {};
	socklen_t length = sizeof(to);

	must(setsockopt(receiver, IPPROTO_UDP, UDP_NO_CHECK6_RX, &(int){ 1 }, sizeof(int)), "UDP_NO_CHECK6_RX");
	must(bind(receiver, (void *)&to, length), "bind");
	must(getsockname(receiver, (void *)&to, &length), "getsockname");
	datagram.fragment.ip6f_nxt = IPPROTO_UDP;
	datagram.udp.source = htons(4444);
	datagram.udp.dest = to.sin6_port;
	datagram.udp.len = htons(sizeof(datagram.udp) + sizeof(datagram.data));
	to_any = to;
	to_any.sin6_port = 0; /* else it would have to be the protocol (rawv6_sendmsg()) */
	for (int i = 0; i < 23; i++) {
		must(sendto(raw, &datagram, sizeof(datagram), 0, (void *)&to_any, length), "sendto");
		must(recv(receiver, datagram.data, sizeof(datagram.data), 0) - sizeof(datagram.data), "recv");
	}
	printf("{\"port\":%d}\n", ntohs(to.sin6_port));
}

static void links(const char *group)
{
	static const char *const names[] = { "one", "two" };
	int fd = must(socket(AF_INET6, SOCK_DGRAM, 0), "socket"), indexes[2];
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(4444) }, own;
	socklen_t length = sizeof(own);
	char data[301] = {};

	inet_pton(AF_INET6, group, &to.sin6_addr);
	for (int i = 0; i < 2; i++) {
		indexes[i] = if_nametoindex(names[i]);
		must(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &indexes[i], sizeof(indexes[i])), "IPV6_MULTICAST_IF");
		to.sin6_scope_id = indexes[i];
		must(sendto(fd, data, 300 + i, 0, (void *)&to, sizeof(to)), "sendto");
	}
	must(getsockname(fd, (void *)&own, &length), "getsockname");
	printf("{\"port\":%d,\"links\":[%d,%d]}\n", ntohs(own.sin6_port), indexes[0], indexes[1]);
}

static int port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t length = sizeof(at);

	must(getsockname(fd, (void *)&at, &length), "getsockname");
	return ntohs(at.sin_port);
}

static void again(int is_connected, int receives)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int peer = must(socket(AF_INET, SOCK_DGRAM, 0), "socket"), fd = must(socket(AF_INET, SOCK_DGRAM, 0), "socket"), first, second;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, own = to;
	char data[301] = {};

	must(bind(peer, (void *)&to, sizeof(to)), "bind");
	to.sin_port = htons(port_of(peer));
	must(connect(fd, (void *)&to, sizeof(to)), "connect");
	must(send(fd, data, 300, 0), "send");
	first = port_of(fd);
	must(connect(fd, &none, sizeof(none)), "let go");
	own.sin_port = htons(first);
	must(bind(must(socket(AF_INET, SOCK_DGRAM, 0), "socket"), (void *)&own, sizeof(own)), "take the port");
	if (is_connected)
		must(connect(fd, (void *)&to, sizeof(to)), "connect again");
	else
		must(sendto(fd, data, 301, 0, (void *)&to, sizeof(to)), "sendto");
	second = port_of(fd);
	own.sin_port = htons(second);
	if (receives)
		must(sendto(peer, data, 301, 0, (void *)&own, sizeof(own)), "answer");
	else if (is_connected)
		must(send(fd, data, 301, 0), "send again");
	printf("{\"port\":%d,\"links\":[%d,%d]}\n", second, first, ntohs(to.sin_port));
}

int main(int argc, char **argv)
{
	char byte;

	if (argc > 2)
		links(argv[2]);
	else if (argc > 1 && !strcmp(argv[1], "fragment"))
		fragment();
	else if (argc > 1 && strcmp(argv[1], "port0"))
		again(strcmp(argv[1], "let_go"), !strcmp(argv[1], "heard"));
	else
		port0();
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
