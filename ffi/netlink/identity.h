/* SPDX-License-Identifier: MIT */
/* What a message of the kernel says of any socket, TCP or UDP: who it is. */
#ifndef TCPTOP_IDENTITY_H
#define TCPTOP_IDENTITY_H

#include "state.h"

/* Unique on this machine: the kernel's cookie is since 5.10 (gen_cookie_next()), before that only within a namespace, so the namespace's
 * index is added. */
uint64_t cookie_of(const struct netlink *n, const struct netns *s, const struct diag_message *m);
void fill_identity(struct tcptop_tcp_record *r, const struct netns *s, const struct diag_message *m);
/* An inode that has changed means that the socket was accepted or closed by its process: the next owner pass looks for its owner again. */
void socket_set_inode(struct netlink *n, struct socket_entry *e, uint32_t inode);

#endif
