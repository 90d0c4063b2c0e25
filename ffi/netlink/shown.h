/* SPDX-License-Identifier: MIT */
/* What a message says of any socket, TCP or UDP. */
#ifndef TCPTOP_SHOWN_H
#define TCPTOP_SHOWN_H

#include "state.h"

/* Cookies are unique to the machine since 5.10 (gen_cookie_next()), before that to a namespace: this one is always. */
uint64_t cookie_of(const struct netlink *n, const struct space *s, const struct diag_message *m);
void fill_identity(struct tcptop_tcp_record *r, const struct space *s, const struct diag_message *m);
/* Notes its inode; one that has changed has been accepted or let go, and its owner is looked for anew. */
void known_inode(struct netlink *n, struct known *k, uint32_t inode);

#endif
