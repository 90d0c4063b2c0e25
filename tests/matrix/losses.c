/* SPDX-License-Identifier: MIT */
/* Datagrams that do not all fit into their receiver's buffer, and what is said of that flow. */
#include "driver.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS_LOST 301
#define DATAGRAM_BYTES 101

/* Bound to a port of its own. */
static int made(struct sockaddr_in *own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*own);

	*own = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return fd < 0 || bind(fd, (void *)own, length) || getsockname(fd, (void *)own, &length) ? -1 : fd;
}

bool losses_run(struct lossy *l)
{
	char data[DATAGRAM_BYTES] = {};
	struct sockaddr_in to, from;
	int small = 2048, receiver = made(&to), sender = made(&from);

	if (receiver < 0 || sender < 0 || setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)))
		return false;
	for (int i = 0; i < DATAGRAMS_LOST; i++)
		if (sendto(sender, data, sizeof(data), 0, (void *)&to, sizeof(to)) != sizeof(data))
			return false;
	*l = (struct lossy){ .port = ntohs(to.sin_port), .from = ntohs(from.sin_port) };
	while (recv(receiver, data, sizeof(data), MSG_DONTWAIT) > 0)
		l->received++;
	return l->received && l->received < DATAGRAMS_LOST; /* both stay open */
}

/* The last that was told of the reason. Before 6.11 the packets' ends alone say whose they were. */
static bool reason_exact(const struct truth *truth, const struct lossy *l, unsigned lost)
{
	uint64_t said = 0;

	for (unsigned i = 0; i < truth->dropped_count && i < 64; i++) {
		const struct tcptop_dropped *d = &truth->dropped[i];

		if (d->source_port == l->from && d->destination_port == l->port && !strcmp((const char *)d->reason, "SOCKET_RCVBUFF") &&
		    d->bytes == d->packets * DATAGRAM_BYTES && d->packets > said)
			said = d->packets;
	}
	return said == lost;
}

bool truth_losses_exact(const struct truth *truth, const struct lossy *l, char why[200])
{
	unsigned lost = DATAGRAMS_LOST - l->received;

	snprintf(why, 200, "no flow");
	for (unsigned i = 0; i < truth->flow_count; i++) {
		const struct tcptop_udp_record *r = &truth->flows[i];

		if (r->local_port != l->port || r->remote_port != l->from)
			continue;
		snprintf(why, 200, "%u of %d lost, reasons %s; said: %llu, %llu received, unknown %u", lost, DATAGRAMS_LOST,
			 !truth->gives_reasons ? "none" : reason_exact(truth, l, lost) ? "exact" : "wrong",
			 (unsigned long long)r->rx_dropped_packets, (unsigned long long)r->rx_packets, r->unknown);
		if (truth->gives_reasons && !reason_exact(truth, l, lost))
			return false;
		return !(r->unknown & UNKNOWN_DROPPED_PACKETS) && r->rx_dropped_packets == lost && r->rx_packets == l->received &&
		       (r->unknown & UNKNOWN_DROPPED_BYTES || r->rx_dropped_bytes == (uint64_t)lost * DATAGRAM_BYTES);
	}
	return false;
}
