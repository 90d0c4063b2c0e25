// SPDX-License-Identifier: MIT
#include "tcptop.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int32_t tcptop__command_line(uint32_t tgid, uint8_t *buffer, uint32_t capacity)
{
	char path[32];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", tgid);
	// Readable by all (0444, without ptrace's check), so it still is after root has been given up; hidepid hides it.
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	length = read(fd, buffer, capacity);
	close(fd);
	if (length <= 0)
		return (int32_t)length;
	// Arguments end with a NUL each.
	while (length > 0 && buffer[length - 1] == 0)
		length--;
	for (ssize_t i = 0; i < length; i++)
		if (buffer[i] == 0)
			buffer[i] = ' ';
	return (int32_t)length;
}
