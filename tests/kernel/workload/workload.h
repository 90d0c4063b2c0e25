// Traffic whose truth is known. What every sub-command shares: options, addresses, processes, the truth table, JSON lines.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_TARGETS 64
#define MAX_WORKERS 64

enum closer { BY_SERVER, BY_CLIENT };
enum binding { UNCONNECTED, CONNECTED, HALF };

// Written by options_parse() alone. Sizes are bytes.
struct options {
	const char *command;
	const char *address, *server_netns, *client_netns;
	uint64_t count, rounds, tx, rx, more, read, rcvbuf;
	uint64_t concurrency, workers, streams, flows, datagrams, remotes;
	double seconds, rate;
	enum closer by;
	enum binding binding;
	bool six, mapped, gso, echo, reset, close_at_once, wait, steps;
};
extern struct options opt;

struct command {
	const char *name;
	void (*run)(void);
	bool timed;            // --seconds is the length of the run, not the limit on it
	uint64_t count, tx, rx; // defaults
};
extern const struct command commands[];

// Exits 2 with a sentence on stderr when the arguments are wrong.
const struct command *options_parse(int argc, char **argv);
void usage(void);

struct address {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

// What one process did with one socket. `sent` was accepted by the kernel from the process, `acked` is the part the peer's
// kernel acknowledged, `read` was handed to the process, `queued` waits in its receive queue.
struct side {
	pid_t pid;
	struct address local;
	uint64_t sent, acked, read, queued;
	uint64_t datagrams_sent, datagrams_read;
};

struct conn {
	struct side client, server;
};

struct totals {
	uint64_t connections, sent, read;
};

// Shared memory of the coordinator and its children; a link message or a step byte orders writes before reads.
struct run {
	unsigned target_count;
	struct address targets[MAX_TARGETS];
	int step[2];      // pipe from server to client: one byte for each connection or datagram dealt with
	uint64_t current; // connection the client has in hand, for servers that cannot know
	pid_t workers[MAX_WORKERS];
	struct totals client, server;
	uint64_t elapsed_ns;
	int seen_errno; // what the side that did not reset saw
	uint64_t conn_count;
	struct conn conns[];
};
struct run *run_new(uint64_t conn_count);
void *shared_new(size_t bytes);
void stdin_line(void);
uint64_t now_ns(void);
void pace(uint64_t start, uint64_t index, double rate);

// process.c. `link` is one end of a socket pair: tell() sends a byte, await() takes one.
struct process {
	pid_t pid;
	int link;
};
typedef void body_fn(struct run *run, int link);
struct pair {
	struct process server, client;
};
_Noreturn void fail(const char *what, int err);
void become(const char *comm, pid_t parent);
void become_orphan(const char *comm);
void die_with_coordinator(void);
void enter(const char *netns);
struct process spawn(const char *comm, const char *netns, struct run *run, body_fn *body);
struct pair pair_start(struct run *run, body_fn *server, body_fn *client);
void tell(int link);
void await(int link);
void await_both(const struct pair *pair);
void close_in_order(const struct pair *pair);
void limits(const struct command *command);
void reap_one(pid_t pid);
void reap(void);

// net.c
socklen_t address_len(const struct address *a);
struct address loopback(unsigned index);
int tcp_listen(struct run *run, unsigned index);
void tcp_listen_all(struct run *run, int *listeners, uint64_t per_target, uint64_t expected);
struct address client_target(const struct run *run, uint64_t index);
int tcp_connect(const struct run *run, uint64_t index);
int tcp_accept(int listener);
void local_address(int fd, struct side *side);
void set_nonblocking(int fd);
void big_receive_buffer(int fd, uint64_t bytes);
void linger_zero(int fd);
void send_all(int fd, uint64_t bytes, struct side *side);
void read_exact(int fd, uint64_t bytes, struct side *side);
bool read_end(int fd);
void settle(int fd, struct side *side);
extern char scratch[1 << 18];

// exchange.c
typedef void exchange_fn(int fd, struct side *side);
struct act {
	const char *name;
	exchange_fn *client, *server;
};
const struct act *act_named(const char *name);

// udp_server.c
struct address udp_remote(uint64_t index, in_port_t port);
void udp_tallies_new(const struct run *run);
body_fn udp_server;

// json.c
void json_line(const char *phase);
void json_end(void);
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_text(const char *key, const char *value);
void json_number(const char *key, uint64_t value);
void json_rate(const char *key, uint64_t amount, uint64_t ns);
void json_process(const char *key, pid_t pid, const char *comm);
void json_pair(const struct run *run, const struct pair *pair);
void json_totals(const struct run *run, const struct pair *pair);
void json_conns(const struct run *run);
void json_flows(const struct run *run);

void run_hold(void);
void run_rounds(void);
void run_short(void);
void run_one(void);
void run_handover(void);
void run_prefork(void);
void run_oneshot_tcp(void);
void run_oneshot_udp(void);
void run_udp(void);
void run_stir(void);
void run_bulk(void);
void run_pingpong(void);
void run_udpflood(void);

#endif
