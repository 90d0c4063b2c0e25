/* SPDX-License-Identifier: MIT */
/* Payload bytes from the counters of a message, which include SYN and FIN. Pure: no system call, no state. */
#ifndef TCPTOP_COUNTERS_H
#define TCPTOP_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"
#include "../../bpf/record.h"

/* include/net/tcp_states.h */
enum tcp_state { ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING };

/* bytes - less, or 0. */
uint64_t sub_or_zero(uint64_t bytes, uint64_t less);

/* What holds the connection up, as limits_read() in bpf/limits.h has it. */
void fill_listener_limits(struct tcptop_tcp_limits *l, const struct diag_message *m, uint64_t cookie);
void fill_limits(struct tcptop_tcp_limits *l, const struct diag_message *m, uint64_t cookie);
/* What is known of its path, as path_read() in bpf/path.h has it; size 0: nothing. now_ns: CLOCK_BOOTTIME of the dump. */
void fill_path(struct tcptop_tcp_path *p, const struct diag_message *m, uint64_t cookie, uint64_t now_ns);
/* Whether two of one connection differ by more than the rounding of times. */
bool path_differs(const struct tcptop_tcp_path *before, const struct tcptop_tcp_path *now);

/* Sets the record's counters. fin: bytes_received has the peer's FIN in it. Its direction must be known by then, or is taken for inbound. */
void fill_counters(struct tcptop_tcp_record *r, const struct diag_message *m, bool fin);

/* Whether bytes_sent is too high, since this machine (a full queue, a firewall) refused packets that it counts. */
bool sends_were_refused(const struct diag_message *m, uint8_t direction);
/* Whether this side's FIN has been sent. */
bool own_fin_sent(const struct diag_message *m, uint8_t direction);
/* Whether the peer's FIN has been received. */
bool peer_fin_received(uint8_t state);
/* bytes_acked less the payload that was sent: an active opener's SYN and this side's FIN count as a byte each. Below 0: some payload is not
 * acknowledged. */
int64_t acked_beyond_payload(const struct diag_message *m);
/* enum tcptop_direction of a socket in a dump, from its counters alone. */
uint8_t dumped_direction(const struct diag_message *m);

#endif
