/* SPDX-License-Identifier: MIT */
/* libFuzzer target: whatever a buffer holds, diag_parse() stays inside it and comes to its end. */
#include "../../ffi/netlink/diag.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct diag_message message;

	while (length) {
		size_t used = diag_parse(data, length, &message);

		if (used > length)
			abort();
		if (!used)
			break;
		data += used;
		length -= used;
	}
	return 0;
}
