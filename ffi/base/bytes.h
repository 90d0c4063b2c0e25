/* SPDX-License-Identifier: MIT */
/* A buffer that grows: records are appended to it, and read from its start. */
#ifndef TCPTOP_BYTES_H
#define TCPTOP_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t read;
};

/* Room for more bytes after length, or -ENOMEM. */
int bytes_reserve(struct bytes *b, size_t more);

/* Puts them behind what is there, or returns -ENOMEM. */
int bytes_append(struct bytes *b, const void *data, size_t length);

/* Moves up to capacity of what has not been read to buffer. Once all has been, what is appended next stands at the start. Returns bytes. */
size_t bytes_take(struct bytes *b, void *buffer, size_t capacity);

void bytes_free(struct bytes *b);

#endif
