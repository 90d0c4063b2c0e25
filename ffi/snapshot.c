/* SPDX-License-Identifier: MIT */
/* A snapshot: the records of every source, and a tick at the end. */
#define _GNU_SOURCE
#include "handle.h"
#include "base/clock.h"
#include "base/memory.h"

#include <string.h>

#define SNAPSHOT_LIMIT_NS 5000000000ull
#define SNAPSHOT_KEPT_BYTES (32u << 20)
#define START_SNAPSHOTS 64

/* Memory that a large snapshot took is freed when later ones are small. */
static void snapshot_begin(struct bytes *s)
{
	if (s->capacity > SNAPSHOT_KEPT_BYTES && s->length < s->capacity / 8)
		bytes_free(s);
	s->length = s->read = 0;
}

struct part {
	struct source *source;
	const struct request *request;
	struct bytes *to;
	struct tcptop_tick *tick;
};

static bool rests(struct source *s)
{
	return s->apart && s->calls->rests && s->calls->rests(s);
}

static int32_t part_take(void *context, int64_t unused)
{
	const struct part *p = context;

	(void)unused;
	p->source->calls->snapshot(p->source, p->request, p->to);
	p->source->calls->count(p->source, p->tick);
	return 0;
}

/* What runs for the first time in the first minute is needed less and less often. To give it back takes a millisecond of CPU, and a minor fault for
 * each part that is used after all: as soon as the start is behind, and not again until a quarter of a minute later. */
static void start_is_over(struct tcptop *t)
{
	if (t->snapshots == START_SNAPSHOTS)
		return;
	t->snapshots++;
	if (t->snapshots == 2 || t->snapshots == 3 || t->snapshots == 16 || t->snapshots == START_SNAPSHOTS)
		memory_give_back();
}

int32_t tcptop__snapshot(struct tcptop *t, int32_t how)
{
	const struct request r = { clock_ns(CLOCK_BOOTTIME), clock_ns(CLOCK_MONOTONIC) + SNAPSHOT_LIMIT_NS, how & SNAPSHOT_LOOK,
				   how & SNAPSHOT_CHANGES };
	struct tcptop_tick tick = { .tag = TAG_TICK, .size = sizeof(tick), .begin_ns = r.begin_ns };
	int err;

	start_is_over(t);
	snapshot_begin(&t->snapshot);
	for (size_t i = 0; i < t->source_count; i++) {
		struct source *s = t->sources[i];

		if (rests(s))
			s->calls->count(s, &tick);
		else
			handle_ask(t, s, part_take, &(struct part){ s, &r, &t->snapshot, &tick });
	}
	tick.time_ns = clock_ns(CLOCK_BOOTTIME);
	tick.wall_ns = clock_ns(CLOCK_REALTIME);
	err = bytes_append(&t->snapshot, &tick, sizeof(tick));
	return err ? fail(&t->failure, -err, "hold a snapshot") : (int32_t)t->snapshot.length;
}

/* Bytes of the whole records that fit, from the start of data. */
static size_t whole_records(const uint8_t *data, size_t length, size_t capacity)
{
	size_t used = 0;

	while (length - used >= 4) {
		uint16_t size;

		memcpy(&size, data + used + 2, sizeof(size));
		if (!size || size > length - used || size > capacity - used)
			break;
		used += size;
	}
	return used;
}

int32_t tcptop__snapshot_read(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	struct bytes *s = &t->snapshot;
	size_t n = s->length - s->read;

	if (n > capacity)
		n = whole_records(s->data + s->read, n, capacity);
	memcpy(buffer, s->data + s->read, n);
	s->read += n;
	return n;
}

static size_t before_tick(const struct bytes *s)
{
	return s->length < sizeof(struct tcptop_tick) ? 0 : s->length - sizeof(struct tcptop_tick);
}

void tcptop__snapshot_tick(struct tcptop *t, uint8_t *buffer)
{
	const struct bytes *s = &t->snapshot;

	memset(buffer, 0, sizeof(struct tcptop_tick));
	if (s->length >= sizeof(struct tcptop_tick))
		memcpy(buffer, s->data + before_tick(s), sizeof(struct tcptop_tick));
}

/* One-to-one for each word and for each sum (the multiplier is odd): records that differ in one word alone never have the same sum. */
static uint64_t sum_with(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio */
	return sum ^ sum >> 32;
}

uint64_t tcptop__snapshot_sum(struct tcptop *t)
{
	const struct bytes *s = &t->snapshot;
	size_t length = before_tick(s), at = 0;
	uint64_t sum = length, word = 0;

	for (; length - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, s->data + at, sizeof(word));
		sum = sum_with(sum, word);
	}
	word = 0;
	memcpy(&word, s->data + at, length - at);
	return sum_with(sum, word);
}
