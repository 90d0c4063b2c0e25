// pack LAUNCHER DENO BUNDLE TEXTS SHIM OUTPUT: writes the launcher with its payloads behind it (payload.h) as one executable.
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "payload.h"

static void die(const char *what, const char *path)
{
	fprintf(stderr, "pack: Cannot %s %s: %s.\n", what, path, strerror(errno));
	exit(1);
}

static void write_all(int out, const char *path, const void *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(out, bytes, length);

		if (written < 0)
			die("write", path);
		bytes = (const char *)bytes + written;
		length -= (size_t)written;
	}
}

// Appends the file at from to out, beginning on the next multiple of align. Returns where it lies.
static struct payload append(int out, const char *path, const char *from, uint64_t align)
{
	struct payload payload = { 0 };
	int in = open(from, O_RDONLY | O_CLOEXEC);
	off_t end = lseek(out, 0, SEEK_END);
	struct stat status;
	void *bytes;

	if (in < 0 || fstat(in, &status) < 0)
		die("open", from);
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, in, 0);
	if (bytes == MAP_FAILED)
		die("read", from);
	payload.offset = ((uint64_t)end + align - 1) / align * align;
	payload.length = (uint64_t)status.st_size;
	payload.checksum = payload_checksum(bytes, payload.length);
	if (ftruncate(out, (off_t)payload.offset) < 0 || lseek(out, 0, SEEK_END) < 0)
		die("write", path);
	write_all(out, path, bytes, payload.length);
	munmap(bytes, payload.length);
	close(in);
	return payload;
}

int main(int argc, char **argv)
{
	struct footer footer = { .version = FOOTER_VERSION, .count = PAYLOAD_COUNT };
	const char *path = argv[argc - 1];
	int out;

	if (argc != 3 + PAYLOAD_COUNT) {
		fprintf(stderr, "Usage: pack LAUNCHER DENO BUNDLE TEXTS SHIM OUTPUT\n");
		return 2;
	}
	unlink(path); // an executable that is running cannot be written over, but it can be replaced
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (out < 0)
		die("create", path);
	append(out, path, argv[1], 1);
	for (int kind = 0; kind < PAYLOAD_COUNT; kind++) {
		footer.payloads[kind] = append(out, path, argv[2 + kind], PAYLOAD_ALIGN);
		memcpy(footer.payloads[kind].name, PAYLOAD_NAMES[kind], sizeof(PAYLOAD_NAMES[kind]));
	}
	memcpy(footer.magic, FOOTER_MAGIC, sizeof(footer.magic));
	footer.checksum = payload_checksum(&footer, offsetof(struct footer, checksum));
	write_all(out, path, &footer, sizeof(footer));
	if (close(out) < 0)
		die("write", path);
	return 0;
}
