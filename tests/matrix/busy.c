/* SPDX-License-Identifier: MIT */
/* A UDP flow of many datagrams, none of them lost, and whether it was counted in a place of its own (bpf/udp_busy.h). */
#include "driver.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "../../bpf/udp.h"

#define DATAGRAM_BYTES 103

bool busy_open(struct busy_flow *b)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from = to;
	socklen_t length = sizeof(to);

	*b = (struct busy_flow){ .receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	if (b->receiver < 0 || b->sender < 0 || bind(b->receiver, (void *)&to, length) || bind(b->sender, (void *)&from, length) ||
	    getsockname(b->receiver, (void *)&to, &length) || getsockname(b->sender, (void *)&from, &length))
		return false;
	b->port = ntohs(to.sin_port);
	b->from = ntohs(from.sin_port);
	return !connect(b->sender, (void *)&to, length);
}

bool busy_run(struct busy_flow *b, unsigned datagrams)
{
	char data[DATAGRAM_BYTES] = {};

	for (unsigned i = 0; i < datagrams; i++, b->datagrams++)
		if (send(b->sender, data, sizeof(data), 0) != sizeof(data) || recv(b->receiver, data, sizeof(data), 0) != sizeof(data))
			return false;
	return true;
}

/* What the programs have counted in the place of the sender's flow. */
static uint64_t sent_in_place(int fd, uint16_t remote_port)
{
	for (uint32_t i = 0; i < UDP_BUSY_PLACES; i++) {
		struct udp_busy busy;

		if (!bpf_map_lookup_elem(fd, &i, &busy) && busy.key.cookie && busy.key.remote_port == remote_port)
			return busy.traffic.tx_packets;
	}
	return 0;
}

uint64_t busy_in_place(const struct busy_flow *b)
{
	uint64_t sent = 0;

	for (uint32_t id = 0; !bpf_map_get_next_id(id, &id);) {
		struct bpf_map_info info = {};
		uint32_t length = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &length) && !strcmp(info.name, "udp_busy"))
			sent += sent_in_place(fd, b->port);
		close(fd);
	}
	return sent;
}

bool busy_by_types(void)
{
	bool found = false;

	for (uint32_t id = 0; !found && !bpf_prog_get_next_id(id, &id);) {
		struct bpf_prog_info info = {};
		uint32_t length = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		found = !bpf_obj_get_info_by_fd(fd, &info, &length) && !strcmp(info.name, "udp_out_types");
		close(fd);
	}
	return found;
}

bool truth_busy_exact(const struct truth *truth, const struct busy_flow *b, char why[200])
{
	unsigned found = 0, exact = 0;

	for (unsigned i = 0; i < truth->flow_count; i++) {
		const struct tcptop_udp_record *r = &truth->flows[i];
		bool sends = r->local_port == b->from && r->remote_port == b->port;
		uint64_t bytes = (uint64_t)b->datagrams * DATAGRAM_BYTES;

		if (!sends && !(r->local_port == b->port && r->remote_port == b->from))
			continue;
		found++;
		exact += (sends ? r->tx_packets : r->rx_packets) == b->datagrams && (sends ? r->tx_bytes : r->rx_bytes) == bytes &&
			 !(sends ? r->rx_packets : r->tx_packets);
	}
	snprintf(why, 200, "%u datagrams at %u of 2 ends", b->datagrams, exact);
	return found == 2 && exact == 2;
}
