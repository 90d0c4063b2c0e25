/* SPDX-License-Identifier: MIT */
/* Destroy messages, which the kernel sends when a socket ends, as TAG_TCP_CLOSE records. */
#ifndef TCPTOP_DESTROYED_H
#define TCPTOP_DESTROYED_H

#include "state.h"

/* Moves whole records to buffer. Returns bytes; 0: none have come in. */
int32_t destroyed_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity);

#endif
