/* SPDX-License-Identifier: MIT */
/* Files that the user named for output. tcptop as root must not be led by another user's symbolic or hard link to a file that it should not
 * write: each component of the path is opened by itself (O_NOFOLLOW), and checks are made on the descriptor, so that nothing can be
 * exchanged in between. */
#define _GNU_SOURCE
#include "path.h"
#include "tcptop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An existing file must be regular, belong to the user, and have no other name. */
static int file_check(int fd, struct walk *w)
{
	struct stat file;

	if (fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -ENXIO;
	w->whose = file.st_uid;
	if (file.st_uid != w->uid)
		return -EPERM;
	return file.st_nlink == 1 ? 0 : -EMLINK;
}

static int file_open(struct walk *w, const char *name, uint32_t gid, bool is_new, uint8_t *created)
{
	const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(w->folder, name, flags | O_CREAT | O_EXCL, 0600), err;

	*created = fd >= 0;
	if (fd >= 0) {
		if (geteuid() == 0 && (w->uid || gid) && fchown(fd, w->uid, gid)) {
			err = -errno;
			unlinkat(w->folder, name, 0);
			close(fd);
			return err;
		}
		return fd;
	}
	if (errno != EEXIST || is_new)
		return -errno;
	fd = openat(w->folder, name, flags);
	if (fd < 0)
		return -errno;
	err = file_check(fd, w);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int32_t tcptop__file_open(const uint8_t *path, uint32_t uid, uint32_t gid, uint32_t is_new, uint32_t out[3])
{
	struct walk w = { .folder = AT_FDCWD, .uid = uid, .whose = uid };
	uint8_t created = 0;
	int fd = path_enter(&w, (const char *)path);

	if (!fd)
		fd = file_open(&w, w.left, gid, is_new, &created);
	out[0] = created;
	out[1] = w.folder == AT_FDCWD ? UINT32_MAX : (uint32_t)w.folder;
	out[2] = w.whose;
	if (fd < 0 && w.folder != AT_FDCWD)
		close(w.folder);
	return fd;
}

int32_t tcptop__file_write(int32_t fd, const uint8_t *data, uint32_t length)
{
	struct stat file;
	ssize_t n = 0;
	uint32_t at;
	int err;

	if (fstat(fd, &file))
		return -errno;
	/* write() to a deleted file would succeed. */
	if (!file.st_nlink)
		return -ESTALE;
	for (at = 0; at < length; at += n) {
		n = write(fd, data + at, length - at);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			break;
	}
	if (at == length)
		return 0;
	err = errno;
	return ftruncate(fd, file.st_size) ? -errno : -err;
}

int32_t tcptop__file_clear(int32_t fd)
{
	return ftruncate(fd, 0) ? -errno : 0;
}

int64_t tcptop__file_size(int32_t fd)
{
	struct stat file;

	return fstat(fd, &file) ? -errno : file.st_size;
}

int32_t tcptop__file_read(int32_t fd, uint64_t at, uint8_t *buffer, uint32_t capacity)
{
	ssize_t n = pread(fd, buffer, capacity, at);

	return n < 0 ? -errno : n;
}

void tcptop__file_close(int32_t fd, uint32_t folder, const uint8_t *remove)
{
	int at = folder == UINT32_MAX ? AT_FDCWD : (int)folder;
	const char *name = strrchr((const char *)remove, '/');
	struct stat file, entry;

	name = name ? name + 1 : (const char *)remove;
	if (*name && !fstat(fd, &file) && !file.st_size && !fstatat(at, name, &entry, AT_SYMLINK_NOFOLLOW) &&
	    entry.st_ino == file.st_ino && entry.st_dev == file.st_dev)
		unlinkat(at, name, 0);
	close(fd);
	if (at != AT_FDCWD)
		close(at);
}
