/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "../tcptop.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Anybody may read the file, but only who may trace the process may ask which namespace it is of. */
int32_t tcptop__interfaces(uint32_t tgid, uint8_t *buffer, uint32_t capacity)
{
	char process[16] = "self", path[64];
	struct stat ns = {};
	uint32_t used;
	ssize_t n = 1;
	int fd;

	if (tgid)
		snprintf(process, sizeof(process), "%u", tgid);
	snprintf(path, sizeof(path), "%s/ns/net", process);
	if (fstatat(proc_fd(), path, &ns, 0))
		ns.st_ino = 0;
	snprintf(path, sizeof(path), "%s/net/if_inet6", process);
	fd = proc_open(path);
	if (fd < 0)
		return -1;
	used = snprintf((char *)buffer, capacity, "%u\n", (uint32_t)ns.st_ino);
	while (n > 0 && used < capacity) {
		n = read(fd, buffer + used, capacity - used);
		used += n > 0 ? n : 0;
	}
	close(fd);
	return used < capacity ? (int32_t)used : (int32_t)capacity;
}
