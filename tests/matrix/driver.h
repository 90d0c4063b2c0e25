/* SPDX-License-Identifier: MIT */
/* What the parts of the matrix driver share: a program without libraries that a small initrd can hold. */
#ifndef MATRIX_DRIVER_H
#define MATRIX_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../bpf/record.h"
#include "../../ffi/tcptop.h"

#define FAMILIES 2 /* IPv4 over 127.0.0.1, IPv6 over ::1; every phase runs on both */

/* Every phase has listeners of its own, so a port tells which phase a socket belongs to. */
enum phase_id { EARLIER, HELD, SHORT, DATAGRAMS, PHASES };

struct phase {
	const char *name;
	unsigned count;     /* connections, or clients' UDP sockets, of each family */
	unsigned up, down;  /* bytes from the client, bytes from the server; of each datagram */
	bool ends;          /* the server closes as soon as its bytes are out */
	unsigned datagrams; /* a socket, each way; 0: TCP */
	uint16_t ports[FAMILIES];
};
extern struct phase *phases; /* shared with the children */

struct traffic {
	pid_t server, client;
	int to_server, to_client; /* one end of a socket pair each */
};

/* Forks the server and the client. Both wait for traffic_run() and traffic_close(), and die with us. */
void traffic_start(struct traffic *t);
/* Runs a phase: returns when all its bytes have been read. False: it did not end in time. */
bool traffic_run(struct traffic *t, enum phase_id phase);
/* Closes what the phases have left open, the server's ends first. */
bool traffic_close(struct traffic *t);

/* Says how many instructions the verifier went through for the program that took the most, of all that are loaded; 0 before Linux 5.16. */
void verified_say(const char *prefix);

/* One socket, as the records told it. */
struct fact {
	struct tcptop_tcp_record record;
	bool closed;
};

/* Answers of a name server that names_run() has sent. */
#define NAMES_ANSWERS 4

struct truth {
	struct fact facts[4096];
	unsigned count;
	struct tcptop_udp_record flows[256];
	unsigned flow_count;
	struct tcptop_dropped dropped[64];
	unsigned dropped_count;
	bool gives_reasons; /* the kernel says why it drops packets */
	unsigned invalid;   /* records that make no sense */
	struct tcptop_dns_answer answers[NAMES_ANSWERS]; /* the first of them */
	unsigned answer_count;
	struct tcptop_tick tick;
};
/* Applies length bytes of whole records. */
void truth_apply(struct truth *truth, const uint8_t *data, int32_t length);

struct wanted {
	enum phase_id phase;
	bool closed;        /* all have ended, else all are ESTABLISHED */
	bool owners;        /* compare pid and name too */
	bool directions;
};
/* Sockets of the phase that are in the wanted condition, right or wrong. */
unsigned truth_found(const struct truth *truth, const struct wanted *w);
/* Sockets that a phase has: both ends, both families. */
unsigned truth_expected(enum phase_id phase);
/* Whether exactly the sockets of the phase are there, every byte and owner as it was; else why holds the first difference. */
bool truth_exact(const struct truth *truth, const struct traffic *t, const struct wanted *w, char why[200]);

/* The same for flows of UDP: both ends, one for each client and remote address. */
unsigned truth_flows_expected(void);
unsigned truth_flows_found(const struct truth *truth);
/* older_owners: compare the owners of sockets that were open before the source too. */
bool truth_flows_exact(const struct truth *truth, const struct traffic *t, bool older_owners, char why[200]);

/* A receiver that gets less than it was sent, in this process. */
struct lossy {
	uint16_t port, from;
	unsigned received;
};
bool losses_run(struct lossy *l);
bool truth_losses_exact(const struct truth *truth, const struct lossy *l, char why[200]);

/* Two sockets of this process, of which one sends to the other. */
struct busy_flow {
	int sender, receiver;
	uint16_t port, from;
	unsigned datagrams;
};
bool busy_open(struct busy_flow *b);
/* Sends so many more, and reads each. */
bool busy_run(struct busy_flow *b, unsigned datagrams);
/* How many of them the programs have counted in the place of a busy flow. */
uint64_t busy_in_place(const struct busy_flow *b);

/* Whether the programs that count are those of bpf/udp_types.bpf.c. */
bool busy_by_types(void);
bool truth_busy_exact(const struct truth *truth, const struct busy_flow *b, char why[200]);

/* Loads and attaches each program of an object by itself and prints a line for each. */
void probe_programs(const uint8_t *object, uint64_t bytes);

/* Asks a name server of this process's own; false: it could not. */
bool names_run(void);
bool truth_names_exact(const struct truth *truth, char why[200]);

#endif
