/* SPDX-License-Identifier: MIT */
/* Both ends of a connection inside this machine, as their destroy messages come. A FIN is the last of what a peer sends: who has received more than the
 * payload of the other end has received its FIN, and who has received as much or less has not. */
#ifndef TCPTOP_OTHER_ENDS_H
#define TCPTOP_OTHER_ENDS_H

#include "state.h"

/* r, with its addresses and counters, is about to be appended to n->destroyed. received: its bytes_received, perhaps with the peer's FIN. Where the other
 * end is known that settles rx_bytes of r and, if that is still in n->destroyed, of the other end's record. */
void other_ends_meet(struct netlink *n, struct tcptop_tcp_record *r, uint64_t received);

#endif
