/* SPDX-License-Identifier: MIT */
/* The BPF objects, inside the library (object.S). */
#ifndef TCPTOP_OBJECTS_H
#define TCPTOP_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t shared_maps_object[] __attribute__((visibility("hidden")));
extern const uint8_t shared_maps_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_table_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_table_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_types_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_types_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_drops_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_drops_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t drops_object[] __attribute__((visibility("hidden")));
extern const uint8_t drops_object_end[] __attribute__((visibility("hidden")));

#endif
