#include <stdarg.h>

#include "say.h"
#include "sys.h"

static void put(const char *words)
{
	size_t length = 0;

	while (words[length])
		length++;
	sys_write(2, words, length);
}

void fail(int status, const char *words, ...)
{
	va_list more;

	put("tcptop: ");
	va_start(more, words);
	for (; words; words = va_arg(more, const char *))
		put(words);
	va_end(more);
	put("\n");
	sys_exit(status);
}
