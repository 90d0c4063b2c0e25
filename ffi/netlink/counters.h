/* SPDX-License-Identifier: MIT */
/* What the counters of a message say of payload, SYN and FIN. Pure: no system call, no state. */
#ifndef TCPTOP_COUNTERS_H
#define TCPTOP_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"
#include "../../bpf/record.h"

/* include/net/tcp_states.h */
enum tcp_state { ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING };

/* Not below 0. */
uint64_t without(uint64_t bytes, uint64_t less);

/* Sets the record's counters. fin: bytes_received has the peer's FIN in it. Its direction must be known by then, or is taken for inbound. */
void fill_counters(struct tcptop_tcp_record *r, const struct diag_message *m, bool fin);

/* More attempts than ever got a sequence number: packets were refused by this machine. */
bool attempts_were_refused(const struct diag_message *m, uint8_t direction);
/* Whether our FIN is among what has left. */
bool own_fin_is_out(const struct diag_message *m, uint8_t direction);
/* Whether the peer's FIN is in. */
bool fin_is_in(uint8_t state);
/* What was acknowledged beyond the payload: an active opener's SYN is one, our own FIN is one. Below 0: not all of it was. */
int64_t acknowledged_beyond(const struct diag_message *m);
/* enum tcptop_direction, of a socket that a dump shows. */
uint8_t shown_direction(const struct diag_message *m);

#endif
