#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>

#include "payload_file.h"
#include "say.h"
#include "sys.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u // Linux 6.3
#endif
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

__attribute__((noreturn)) static void damaged(const char *how)
{
	fail(STATUS_FAILED, "Cannot start: this executable is damaged, ", how, ". Install it again.", (char *)0);
}

static int same(const char *a, const char *b, size_t length)
{
	while (length && *a == *b)
		a++, b++, length--;
	return length == 0;
}

static void check_footer(const struct footer *footer, uint64_t room)
{
	if (!same(footer->magic, FOOTER_MAGIC, sizeof(footer->magic)))
		damaged("it was cut short, stripped or added to");
	if (footer->checksum != payload_checksum(footer, offsetof(struct footer, checksum)))
		damaged("its last bytes are not what they were");
	if (footer->version != FOOTER_VERSION || footer->count != PAYLOAD_COUNT)
		damaged("its parts are of another version");
	for (int kind = 0; kind < PAYLOAD_COUNT; kind++) {
		const struct payload *payload = &footer->payloads[kind];

		if (!same(payload->name, PAYLOAD_NAMES[kind], sizeof(payload->name)) || payload->length == 0 ||
		    payload->offset % PAYLOAD_ALIGN || payload->offset > room || payload->length > room - payload->offset)
			damaged("bytes are missing or moved");
	}
}

void check_room(int fd)
{
	if (fd == -EMFILE)
		fail(STATUS_FAILED, "Cannot start: too few files may be open. Raise the limit: ulimit -n 1024", (char *)0);
	if (fd == -ENFILE)
		fail(STATUS_FAILED, "Cannot start: the system is out of file descriptors. Raise fs.file-max", (char *)0);
	if (fd == -ENOMEM)
		fail(STATUS_FAILED, "Cannot start: there is no memory left.", (char *)0);
}

static int open_self(void)
{
	int fd = sys_open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	check_room(fd);
	if (fd == -EACCES || fd == -EPERM)
		fail(STATUS_FAILED, "Cannot start: this executable may be run but not read. "
		     "Make it readable: chmod a+r FILE", (char *)0);
	if (fd < 0)
		fail(STATUS_SYSTEM, "Cannot run here: /proc/self/exe is missing. "
		     "Mount /proc: mount -t proc proc /proc", (char *)0);
	return fd;
}

struct payload_file payload_file_open(void)
{
	struct payload_file file = { .fd = open_self() };
	const long size = (long)sizeof(file.footer), end = sys_seek_end(file.fd);

	if (end < size || sys_pread(file.fd, &file.footer, (size_t)size, (uint64_t)(end - size)) != size)
		damaged("it was cut short");
	check_footer(&file.footer, (uint64_t)(end - size));
	return file;
}

// A memfd whose execute bits are off for good where the kernel knows such a thing: we map it, nobody needs to exec it,
// and it is what vm.memfd_noexec = 1 and 2 ask for. Not below 3, where a caller may have left a standard stream closed.
static int create(const char *name)
{
	int fd = sys_memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL), high;

	if (fd == -EINVAL)
		fd = sys_memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 3 || fd < 0)
		return fd;
	high = sys_fcntl(fd, F_DUPFD_CLOEXEC, 3);
	sys_close(fd);
	return high;
}

struct span payload_file_map(const struct payload_file *file, enum payload_kind kind)
{
	const struct payload *payload = &file->footer.payloads[kind];
	intptr_t bytes = sys_mmap(0, payload->length, PROT_READ, MAP_PRIVATE, file->fd, payload->offset);

	if (bytes < 0 && bytes > -4096)
		fail(STATUS_FAILED, "Cannot start: this executable cannot be mapped.", (char *)0);
	if (payload_checksum((const void *)bytes, payload->length) != payload->checksum)
		damaged("some of its bytes are not what they were");
	return (struct span){ (uintptr_t)bytes, payload->length };
}

int payload_file_memfd(const struct payload_file *file, enum payload_kind kind, const char *name)
{
	const struct span bytes = payload_file_map(file, kind);
	int fd = create(name);
	uint64_t done = 0;

	check_room(fd);
	if (fd < 0)
		fail(STATUS_SYSTEM, "Cannot run here: this system forbids files in memory (memfd_create). "
		     "A security policy (seccomp, SELinux) must allow them.", (char *)0);
	while (done < bytes.length) {
		long written = sys_write(fd, (const char *)bytes.begin + done, bytes.length - done);

		if (written == -EFBIG)
			fail(STATUS_FAILED, "Cannot start: the limit on the size of a file (ulimit -f) is too small: it counts for files in memory. Raise it: ulimit -f unlimited", (char *)0);
		if (written <= 0)
			fail(STATUS_FAILED, "Cannot start: there is no memory left for ", name, ".", (char *)0);
		done += (uint64_t)written;
	}
	sys_munmap(bytes.begin, bytes.length);
	if (sys_fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		fail(STATUS_SYSTEM, "Cannot run here: this system does not seal files in memory.", (char *)0);
	return fd;
}
