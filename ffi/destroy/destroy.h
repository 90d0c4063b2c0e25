/* SPDX-License-Identifier: MIT */
/* Ends sockets: SOCK_DESTROY of sock_diag(7), in whichever network namespace they are. */
#ifndef TCPTOP_DESTROY_H
#define TCPTOP_DESTROY_H

#include <stdbool.h>

#include "../tcptop.h"

struct destroyer;

/* Opens the network namespaces that there are. 0 or negative errno; EOPNOTSUPP: the kernel was built without CONFIG_INET_DIAG_DESTROY;
 * EPERM: CAP_NET_ADMIN is missing. */
int destroyer_open(struct destroyer **at);

/* Whether the kernel would do it, and for us: as destroyer_open() has it. */
int destroyer_try(void);

/* Whether a socket of that network namespace can be ended. */
bool destroyer_knows(const struct destroyer *d, uint64_t netns);

/* Opens those that have come since, as far as the calling thread may enter them (CAP_SYS_ADMIN). Two seconds at most. */
void destroyer_search(struct destroyer *d);

/* 0: the socket has been ended; or negative errno, see tcptop__kill(). On a thread that has CAP_NET_ADMIN. */
int destroyer_end(struct destroyer *d, const struct tcptop_kill *k);

/* NULL: nothing. */
void destroyer_free(struct destroyer *d);

#endif
