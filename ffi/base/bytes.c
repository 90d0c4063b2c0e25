/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int bytes_reserve(struct bytes *b, size_t more)
{
	size_t capacity = b->capacity ? b->capacity : 64 << 10;
	uint8_t *data;

	while (capacity - b->length < more)
		capacity *= 2;
	if (capacity == b->capacity)
		return 0;
	data = realloc(b->data, capacity);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->capacity = capacity;
	return 0;
}

int bytes_append(struct bytes *b, const void *data, size_t length)
{
	int err = length ? bytes_reserve(b, length) : 0;

	if (err || !length) /* data may be NULL then */
		return err;
	memcpy(b->data + b->length, data, length);
	b->length += length;
	return 0;
}

size_t bytes_take(struct bytes *b, void *buffer, size_t capacity)
{
	size_t n = b->length - b->read;

	if (n > capacity)
		n = capacity;
	if (n)
		memcpy(buffer, b->data + b->read, n);
	b->read += n;
	if (b->read == b->length)
		b->read = b->length = 0;
	return n;
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){};
}
