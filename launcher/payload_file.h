#ifndef TCPTOP_PAYLOAD_FILE_H
#define TCPTOP_PAYLOAD_FILE_H

#include "payload.h"

// The launcher's own file, open, with its footer found sound. Ends the process with a sentence where it is not.
struct payload_file {
	int fd;
	struct footer footer;
};

struct span {
	uintptr_t begin;
	uint64_t length;
};

struct payload_file payload_file_open(void);

// Ends the process with a sentence where fd is the errno of too many open files, or of too little memory.
void check_room(int fd);

// Where the payload is mapped for reading, checked.
struct span payload_file_map(const struct payload_file *file, enum payload_kind kind);

// A descriptor (3 or more, close-on-exec) of a sealed memfd that holds a checked copy of the payload and is named name.
int payload_file_memfd(const struct payload_file *file, enum payload_kind kind, const char *name);

#endif
