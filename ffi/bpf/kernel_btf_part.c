/* SPDX-License-Identifier: MIT */
#include "kernel_btf_part.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

/* In place of a file's name: the build has libbpf's btf__parse() come here (ld --wrap). */
#define PART "the part of the kernel's BTF that is looked at"
#define SLOTS 4096 /* of names; a power of two, some times as many as an object has */

struct btf *__real_btf__parse(const char *path, struct btf_ext **ext);
struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext);

static __thread const struct bpf_object *loading;

struct part {
	const struct btf *kernel;
	struct btf *made;
	uint32_t *copies;          /* by the kernel's number of a type: that of its copy, 0 where it has none */
	int pointer;               /* every pointer's copy: to nothing, as libbpf does not look further */
	const char *names[SLOTS];  /* of the object's types, by their hash */
};

/* Without a flavour, as in sk_buff___6_1 (libbpf's bpf_core_essential_name_len()). */
static size_t length_of(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = length > 4 ? length - 4 : 0; i; i--)
		if (name[i - 1] != '_' && !memcmp(name + i, "___", 3) && name[i + 3] != '_')
			return i;
	return length;
}

static uint32_t hash_of(const char *name, size_t length)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return hash;
}

/* Where the name is, or would be. */
static const char **slot_of(struct part *p, const char *name)
{
	size_t length = length_of(name);

	for (uint32_t i = hash_of(name, length);; i++) {
		const char **slot = &p->names[i & (SLOTS - 1)];

		if (!*slot || (length_of(*slot) == length && !memcmp(*slot, name, length)))
			return slot;
	}
}

/* What a relocation may name, and what its fields may be. */
static bool is_named(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
		return t->name_off;
	}
	return false;
}

static bool names_take(struct part *p, const struct btf *object)
{
	uint32_t count = btf__type_cnt(object), taken = 0;

	for (uint32_t id = 1; id < count; id++) {
		const struct btf_type *t = btf__type_by_id(object, id);
		const char **slot;

		if (!is_named(t))
			continue;
		slot = slot_of(p, btf__name_by_offset(object, t->name_off));
		if (!*slot && ++taken > SLOTS / 2)
			return false;
		*slot = btf__name_by_offset(object, t->name_off);
	}
	return true;
}

static int copy(struct part *p, uint32_t id);

/* A type that refers to another one. */
static int copy_around(struct part *p, const struct btf_type *t)
{
	int inner = copy(p, t->type), made = inner < 0 ? inner : btf__add_type(p->made, p->kernel, t);

	if (made > 0)
		((struct btf_type *)btf__type_by_id(p->made, made))->type = inner;
	return made;
}

static int copy_array(struct part *p, const struct btf_type *t)
{
	int element = copy(p, btf_array(t)->type), index = element < 0 ? element : copy(p, btf_array(t)->index_type);

	return index < 0 ? index : btf__add_array(p->made, index, element, btf_array(t)->nelems);
}

/* The fields first: none of them holds the struct itself, but by a pointer. */
static int copy_fields(struct part *p, const struct btf_type *t)
{
	uint16_t count = btf_vlen(t);
	int made = 0;

	for (uint16_t i = 0; i < count && made >= 0; i++)
		made = copy(p, btf_members(t)[i].type);
	if (made >= 0)
		made = btf__add_type(p->made, p->kernel, t);
	for (uint16_t i = 0; i < count && made > 0; i++)
		btf_members(btf__type_by_id(p->made, made))[i].type = copy(p, btf_members(t)[i].type);
	return made;
}

static int copy_new(struct part *p, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
		return p->pointer;
	case BTF_KIND_FUNC_PROTO: /* behind a typedef; nothing holds a function but by a pointer */
		return 0;
	case BTF_KIND_ARRAY:
		return copy_array(p, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_fields(p, t);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return copy_around(p, t);
	default:
		return btf__add_type(p->made, p->kernel, t);
	}
}

/* The copy of a type, which is made where there is none yet. Negative: errno. */
static int copy(struct part *p, uint32_t id)
{
	int made;

	if (!id || p->copies[id])
		return p->copies[id];
	made = copy_new(p, btf__type_by_id(p->kernel, id));
	if (made > 0)
		p->copies[id] = made;
	return made;
}

static int part_fill(struct part *p, const struct btf *object)
{
	uint32_t count = btf__type_cnt(p->kernel);
	int made = p->pointer = btf__add_ptr(p->made, 0);

	if (made > 0 && !names_take(p, object))
		return -E2BIG;
	for (uint32_t id = 1; id < count && made >= 0; id++) {
		const struct btf_type *t = btf__type_by_id(p->kernel, id);

		if (is_named(t) && *slot_of(p, btf__name_by_offset(p->kernel, t->name_off)))
			made = copy(p, id);
	}
	return made < 0 ? made : 0;
}

/* NULL with errno set. */
static struct btf *part_of(const struct btf *kernel, const struct btf *object)
{
	struct part *p = calloc(1, sizeof(*p));
	struct btf *made = btf__new_empty();
	int err = -ENOMEM;

	if (p && made) {
		p->kernel = kernel;
		p->made = made;
		p->copies = calloc(btf__type_cnt(kernel), sizeof(*p->copies));
		if (p->copies)
			err = part_fill(p, object);
		free(p->copies);
	}
	free(p);
	if (!err)
		return made;
	btf__free(made);
	errno = -err;
	return NULL;
}

struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext)
{
	struct btf *kernel, *part;

	if (strcmp(path, PART))
		return __real_btf__parse(path, ext);
	kernel = btf__load_vmlinux_btf();
	if (!kernel)
		return NULL;
	part = part_of(kernel, bpf_object__btf(loading));
	btf__free(kernel);
	return part;
}

struct bpf_object *relocated_open(const uint8_t *data, size_t size, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name, .btf_custom_path = PART);

	return bpf_object__open_mem(data, size, &options);
}

int relocated_load(struct bpf_object *object)
{
	int err;

	loading = object;
	err = bpf_object__load(object);
	loading = NULL;
	return err;
}
