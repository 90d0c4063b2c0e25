#ifndef TCPTOP_IMAGE_H
#define TCPTOP_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct image {
	uintptr_t base;        // add to a virtual address of the file
	uintptr_t entry;       // where it starts
	uintptr_t headers;     // its program headers in memory, and how many
	size_t header_count;
	char interpreter[256]; // the dynamic linker that it asks for; empty if none
};

// Maps the position-independent ELF file that lies at offset of fd (a multiple of page), as the kernel would have.
// Nothing is copied: the pages are the page cache's, as with any program. Returns 0, or what is wrong.
const char *image_map(int fd, uint64_t offset, size_t page, struct image *image);

#endif
