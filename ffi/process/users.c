/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "../tcptop.h"

#include <pwd.h>
#include <string.h>

int32_t tcptop__user(uint32_t uid, uint8_t *buffer, uint32_t capacity)
{
	char strings[4096];
	struct passwd entry, *found;
	size_t length;

	if (getpwuid_r(uid, &entry, strings, sizeof(strings), &found) || !found)
		return 0;
	length = strlen(found->pw_name);
	if (length > capacity)
		return 0;
	memcpy(buffer, found->pw_name, length);
	return length;
}
