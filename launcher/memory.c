// GCC makes calls to these of its own accord, without a C library too.
#include <string.h>

void *memcpy(void *to, const void *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((char *)to)[i] = (char)value;
	return to;
}
