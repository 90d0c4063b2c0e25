/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "busy.h"

#include <string.h>
#include <sys/mman.h>

/* A program that found the place of a flow may still be about to add to it, for as long as it runs: some nanoseconds, or as long as the hypervisor holds
 * its CPU up. */
#define REST_NS 10000000000ull

void busy_map(struct busy *b, int map_fd)
{
	void *memory = mmap(NULL, sizeof(*b->places) * UDP_BUSY_PLACES, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);

	b->places = memory == MAP_FAILED ? NULL : memory;
}

void busy_unmap(struct busy *b)
{
	if (b->places)
		munmap(b->places, sizeof(*b->places) * UDP_BUSY_PLACES);
	b->places = NULL;
}

static uint32_t place_of(const struct udp_key *key)
{
	uint32_t last;

	memcpy(&last, key->remote_address + 12, sizeof(last));
	return udp_busy_place(key->cookie, last, key->remote_port);
}

void busy_consider(struct busy *b, const struct udp_key *key, const struct udp_flow *flow, uint64_t now_ns)
{
	uint32_t i = place_of(key);
	struct udp_busy *place;

	if (!b->places || flow->traffic.rx_packets + flow->traffic.tx_packets < UDP_BUSY_MANY || key->remote_port == DNS_PORT || key->scope)
		return;
	place = &b->places[i];
	if (place->key.cookie || (b->left_ns[i] && b->left_ns[i] + REST_NS > now_ns))
		return;
	*place = (struct udp_busy){
		.key = { .scope = key->scope, .remote_port = key->remote_port },
	};
	memcpy(place->key.remote_address, key->remote_address, sizeof(key->remote_address));
	/* Last: programs compare all of the key. */
	__atomic_store_n(&place->key.cookie, key->cookie, __ATOMIC_RELEASE);
	b->used++;
}

const struct udp_busy *busy_find(const struct busy *b, const struct udp_key *key)
{
	const struct udp_busy *place;

	if (!b->used)
		return NULL;
	place = &b->places[place_of(key)];
	return memcmp(&place->key, key, sizeof(*key)) ? NULL : place;
}

const struct udp_busy *busy_leave(struct busy *b, const struct udp_key *key, uint64_t now_ns)
{
	uint32_t i = place_of(key);

	if (!busy_find(b, key))
		return NULL;
	/* All of it: a program on a CPU that reads in another order must not find the old address with the next flow's cookie. */
	__atomic_store_n(&b->places[i].key.cookie, 0, __ATOMIC_RELEASE);
	b->places[i].key = (struct udp_key){};
	b->left_ns[i] = now_ns;
	b->used--;
	return &b->places[i];
}

/* Again where more was dropped meanwhile: what has arrived less what was dropped is what the process was given. */
static struct udp_traffic traffic_read(const struct udp_traffic *from)
{
	struct udp_traffic read;

	for (int tries = 0; tries < 16; tries++) {
		read.last_ns = __atomic_load_n(&from->last_ns, __ATOMIC_ACQUIRE); /* programs write it after the counters */
		read.rx_dropped_packets = __atomic_load_n(&from->rx_dropped_packets, __ATOMIC_ACQUIRE);
		read.rx_dropped_bytes = __atomic_load_n(&from->rx_dropped_bytes, __ATOMIC_ACQUIRE);
		read.rx_bytes = __atomic_load_n(&from->rx_bytes, __ATOMIC_ACQUIRE);
		read.rx_packets = __atomic_load_n(&from->rx_packets, __ATOMIC_ACQUIRE);
		read.tx_bytes = __atomic_load_n(&from->tx_bytes, __ATOMIC_ACQUIRE);
		read.tx_packets = __atomic_load_n(&from->tx_packets, __ATOMIC_ACQUIRE);
		if (__atomic_load_n(&from->rx_dropped_packets, __ATOMIC_ACQUIRE) == read.rx_dropped_packets)
			break;
	}
	return read;
}

void busy_add(const struct udp_busy *place, struct udp_flow *flow)
{
	struct udp_traffic more;

	if (!place)
		return;
	more = traffic_read(&place->traffic);
	if (more.last_ns > flow->traffic.last_ns)
		flow->traffic.last_ns = more.last_ns;
	flow->traffic.rx_bytes += more.rx_bytes;
	flow->traffic.tx_bytes += more.tx_bytes;
	flow->traffic.rx_packets += more.rx_packets;
	flow->traffic.tx_packets += more.tx_packets;
	flow->traffic.rx_dropped_bytes += more.rx_dropped_bytes;
	flow->traffic.rx_dropped_packets += more.rx_dropped_packets;
}
