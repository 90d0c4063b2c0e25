/* SPDX-License-Identifier: MIT */
/* TCP without BPF: dumps of every socket (inet_diag) and the kernel's farewell to each (the destroy groups), in every network
 * namespace. The same records as from the eBPF programs, as far as the kernel tells. */
#ifndef TCPTOP_NETLINK_H
#define TCPTOP_NETLINK_H

#include "diag.h"
#include "../handle.h"

#include <time.h>

#define LISTENER_KEPT_PASSES 8
#define DUMP_BYTES (64 << 10) /* struct netlink.buffer; the kernel answers in pieces of at most 32 KiB */

struct owner_facts {
	uint64_t cgroup_id;
	uint64_t start_ns;
	uint32_t tgid;
	uint32_t uid;
	uint8_t comm[16];
};

/* A socket that a dump has shown. `last` is the record that was made of it. */
struct known {
	struct tcptop_tcp_record last;
	bool has_drops;        /* UDP: drops is set */
	uint32_t drops;        /* as in struct diag_message */
	bool datagram;         /* UDP: no counters, and nothing but the addresses and the owner in `last` */
	uint8_t guess;         /* enum tcptop_direction, where no listener tells better */
	uint32_t inode;
	uint32_t space;        /* index of its namespace */
	uint32_t pass;         /* number of the last dump that showed it */
	uint32_t missed;       /* dumps in a row that did not */
	uint32_t met_pass;     /* last owner pass that met its owner with a descriptor of it */
	uint32_t candidate_pass;
	struct owner_facts candidate; /* another holder */
	uint64_t used_ns;      /* of a listener: when the newest connection opened that its owner was found to have accepted */
	uint32_t asked_pass;   /* last owner pass since it is known */
	bool counts_syn;       /* last.tx_bytes has the SYN of an active opener in it, if it is one */
};

/* Sockets by cookie. */
struct known_sockets {
	struct known **slots;
	size_t capacity;       /* a power of two, or 0 */
	size_t count;
};

struct known *known_find(const struct known_sockets *k, uint64_t cookie);
/* NULL when out of memory; all zero but for its cookie when new. */
struct known *known_add(struct known_sockets *k, uint64_t cookie);
void known_remove(struct known_sockets *k, uint64_t cookie);
void known_free(struct known_sockets *k);

struct listener {
	uint16_t port;
	uint32_t pass;         /* number of the last dump that showed it */
	uint64_t cookie;
	uint8_t how;
	struct owner_facts owner;
	/* During an owner pass: the process that it is at, whether that holds the listener, and when the newest connection opened that it holds. */
	uint32_t at_tgid;
	bool at_holds;
	uint64_t at_newest_ns;
};

/* One network namespace: a socket that asks, and one that listens. Both stay in the namespace they were made in. */
struct space {
	uint64_t inode;        /* 0: free */
	uint32_t seen;         /* number of the last search for namespaces that met it */
	int ask;
	int farewell;          /* -1: not permitted */
	bool is_stale;         /* its last dump failed: what it did not show may be there all the same */
	uint32_t unfinished;   /* sequence of a dump that was not read to its end; 0: none */
	uint32_t dropped;      /* messages that the kernel could not queue, SK_MEMINFO_DROPS of farewell */
	struct listener *listeners;
	size_t listener_count, listener_capacity;
};

struct netlink {
	bool tcp, udp;         /* what it looks at */
	struct known_sockets sockets;
	struct space *spaces;
	size_t space_count;
	uint32_t search;       /* number of the last search for namespaces */
	uint64_t searched_ns;
	uint32_t pass;         /* number of the last dump */
	uint64_t deadline_ns;  /* CLOCK_MONOTONIC, of the snapshot that is being taken */
	uint32_t sequence;     /* of the last request, of whatever kind: an answer to another one is not ours any more */
	int refused_error;     /* why, of the last one that was refused */
	uint32_t refused_spaces; /* of the last search: network namespaces that are there and could not be opened */
	uint32_t owner_pass;
	uint64_t owners_ended_ns;
	uint64_t owners_took_ns;
	bool refused_processes; /* whose descriptors may not be looked at */
	struct owner_facts facts; /* of the process whose descriptors the pass is at; start_ns 0: it has ended */
	uint32_t facts_pass;
	uint64_t told[4096];   /* by tgid: what of its process was told last */
	struct bytes processes; /* records for the next snapshot */
	uint64_t unknown_sockets; /* that no owner pass has looked for yet */
	uint64_t lost;
	uint64_t invalid_dumps;
	uint64_t syn_recv;     /* connections in SYN_RECV that the last dump showed */
	int dump_error;        /* of the last snapshot: 0 or negative errno */
	struct bytes farewells; /* records for tcptop__drain() */
	uint8_t *buffer;
	bool farewells_refused;
	bool no_sent;          /* the kernel has no bytes_sent */
};

static inline bool in_time(const struct netlink *n)
{
	return n->deadline_ns == NO_DEADLINE || clock_ns(CLOCK_MONOTONIC) < n->deadline_ns;
}

/* space.c. 0 or negative errno. */
int space_open(struct space *s, bool farewells);
void space_close(struct space *s);
/* Asks for the sockets of one family (AF_x) and protocol (IPPROTO_x), reads the answer through each(). ETIME: not all of it by
 * n->deadline_ns. */
int space_dump(struct netlink *n, struct space *s, int family, int protocol,
	       void (*each)(void *, const struct diag_message *), void *context);
/* What the kernel finds under the addresses of each message: state 0 is nothing, TCP_LISTEN a listener in its place. */
#define QUESTIONS 64
struct answer { uint8_t state; };
int space_ask(struct netlink *n, struct space *s, const struct diag_message *about, size_t count, struct answer *answers);
/* Reads farewells that have come in, at most `most`. Returns how many messages. */
int space_farewells(struct space *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most);
/* Messages that the kernel dropped since the last call. */
uint32_t space_dropped(struct space *s);

/* udp.c */
void udp_shown(struct netlink *n, struct space *s, const struct diag_message *m);
struct tcptop_udp_record udp_record(const struct known *k);

/* tcp.c */
/* Cookies are unique to the machine since 5.10 (gen_cookie_next()), before that to a namespace: this one is always. */
uint64_t cookie_of(const struct netlink *n, const struct space *s, const struct diag_message *m);
void fill_identity(struct tcptop_tcp_record *r, const struct space *s, const struct diag_message *m);
/* Notes its inode; one that has changed has been accepted or let go, and its owner is looked for anew. */
void known_inode(struct netlink *n, struct known *k, uint32_t inode);
void tcp_shown(struct netlink *n, struct space *s, const struct diag_message *m);
void tcp_said_farewell(struct netlink *n, struct space *s, const struct diag_message *m, struct answer found);
/* Whether the FIN byte of this farewell can be told only by asking who is there now. */
bool tcp_farewell_is_open(const struct diag_message *m);
struct listener *listener_find(struct space *s, uint16_t port);
void listeners_settle(struct netlink *n, struct space *s);
/* What the end of a dump settles about one socket: its direction, and its listener's owner where it has none. */
void known_settle(struct netlink *n, struct known *k);

/* process.c */
/* What is known of the process, read anew once a pass; NULL: it has ended, or is not for us to see. Valid until the next call. */
const struct owner_facts *process_facts(struct netlink *n, uint32_t tgid);
/* Records of processes that were not told of yet. 0 or negative errno. */
int processes_append(struct netlink *n, struct bytes *to);
void owned(struct owner_facts *f, const struct tcptop_tcp_record *r);
void own(struct tcptop_tcp_record *r, uint8_t how, const struct owner_facts *f);

/* owners.c: one pass over every descriptor of every process. 0 or negative errno; ETIME: n->deadline_ns came before its end, and what it met
 * until then is known. */
int owners_of_inodes(struct netlink *n);

void netlink_free(struct netlink *n);
int32_t netlink_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity);
/* Appends a snapshot to t->snapshot, cut short at deadline_ns (CLOCK_MONOTONIC). 0 or negative errno. */
int netlink_snapshot(struct tcptop *t, struct netlink *n, bool look, uint64_t deadline_ns);

#endif
