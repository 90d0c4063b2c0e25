// What follows the launcher in the finished file. The packer writes it, the launcher reads it.
//
//     launcher ELF | padding | deno | padding | bundle | padding | texts | padding | shim | footer
//
// Every payload starts on a multiple of PAYLOAD_ALIGN, because Deno is mapped from where it lies: 64 KiB is the largest
// page of the kernels we run on. Numbers are little-endian, as both architectures are.
#ifndef TCPTOP_PAYLOAD_H
#define TCPTOP_PAYLOAD_H

#include <stdint.h>

#define PAYLOAD_ALIGN 65536u
#define FOOTER_MAGIC "tcptop\r\n" // the line end shows a copy made in text mode
#define FOOTER_VERSION 2u

enum payload_kind { PAYLOAD_DENO, PAYLOAD_BUNDLE, PAYLOAD_TEXTS, PAYLOAD_SHIM, PAYLOAD_COUNT };

static const char PAYLOAD_NAMES[PAYLOAD_COUNT][16] = { "deno", "bundle", "texts", "shim" };

struct payload {
	char name[16];     // PAYLOAD_NAMES[kind], filled up with zeros
	uint64_t offset;   // from the start of the file, a multiple of PAYLOAD_ALIGN
	uint64_t length;   // in bytes, never 0
	uint64_t checksum; // payload_checksum() of the bytes; the launcher checks all but that of Deno
};

struct footer { // the last bytes of the file
	struct payload payloads[PAYLOAD_COUNT];
	uint32_t version;  // FOOTER_VERSION
	uint32_t count;    // PAYLOAD_COUNT
	uint64_t checksum; // payload_checksum() of all that stands before it in this struct
	char magic[8];     // FOOTER_MAGIC without its zero
};

_Static_assert(sizeof(struct payload) == 40, "the footer has no padding");
_Static_assert(sizeof(struct footer) == 184, "the footer has no padding");

// FNV-1a in steps of eight bytes, the rest in steps of one: finds damage, not malice (for that there is SHA256SUMS).
static inline uint64_t payload_checksum(const void *bytes, uint64_t length)
{
	const uint64_t prime = 0x100000001b3u;
	const unsigned char *at = bytes;
	uint64_t sum = 0xcbf29ce484222325u;

	for (; length >= 8; at += 8, length -= 8) {
		uint64_t word;

		__builtin_memcpy(&word, at, 8);
		sum = (sum ^ word) * prime;
		sum ^= sum >> 32; // FNV alone never carries a high bit down
	}
	for (; length; at++, length--)
		sum = (sum ^ *at) * prime;
	return sum;
}

#endif
