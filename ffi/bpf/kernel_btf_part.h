/* SPDX-License-Identifier: MIT */
/* What an object's relocations look at of the kernel's BTF. libbpf goes through all of the kernel's types, 130,000, for each type that a program names, a
 * millisecond each. Here they are gone through once, and libbpf is given those that have one of the object's names, with what they are made of. */
#ifndef TCPTOP_BPF_KERNEL_BTF_PART_H
#define TCPTOP_BPF_KERNEL_BTF_PART_H

#include <stddef.h>
#include <stdint.h>
#include <bpf/libbpf.h>

/* bpf_object__open_mem(), for an object that relocated_load() loads. No program of it may ask for the number of one of the kernel's types
 * (bpf_core_type_id_kernel()): it would be given the number that the type has in the part. NULL with errno set. */
struct bpf_object *relocated_open(const uint8_t *data, size_t size, const char *name);

/* bpf_object__load(). 0 or negative errno. */
int relocated_load(struct bpf_object *object);

#endif
