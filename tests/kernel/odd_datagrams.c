// odd_datagrams port0 | links GROUP: datagrams whose addresses need care. Prints one JSON line, ends when its standard input does.
//   port0: 23 datagrams of 101 bytes from port 0, which no socket has
//   links: 300 bytes to GROUP over the device one, 301 over two, from one socket
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
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

int main(int argc, char **argv)
{
	char byte;

	if (argc > 2)
		links(argv[2]);
	else
		port0();
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
