/* SPDX-License-Identifier: MIT */
/* The kernel's BTF while programs are loaded. libbpf reads and parses it for each object and for each name that is looked up, 10 ms and 12 MB each. The
 * build has its calls to btf__load_vmlinux_btf() and btf__free() come here instead (ld --wrap): those between a hold and its release share one. */
#ifndef TCPTOP_BPF_KERNEL_BTF_H
#define TCPTOP_BPF_KERNEL_BTF_H

/* What is parsed from here on is kept. Any thread, as the other one. */
void kernel_btf_hold(void);

/* For each hold: after the last one it is freed, as soon as nobody uses it any more. */
void kernel_btf_release(void);

#endif
