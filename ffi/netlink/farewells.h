/* SPDX-License-Identifier: MIT */
/* What the kernel says of a socket when it ends, as records. */
#ifndef TCPTOP_FAREWELLS_H
#define TCPTOP_FAREWELLS_H

#include "state.h"

/* Moves whole records to buffer. Returns bytes; 0: none have come in. */
int32_t farewells_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity);

#endif
