// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The programs of tcp.bpf.c for kernels that refuse to iterate over socket storage (table.h). */
#define SOCKET_TABLE
#include "tcp.bpf.c"
