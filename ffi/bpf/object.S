/* SPDX-License-Identifier: MIT */
/* The BPF objects, inside the library. The build names the folder that they are in. */
	.section .rodata
	.balign 16
	.global shared_maps_object
	.hidden shared_maps_object
shared_maps_object:
	.incbin "shared_maps.bpf.o"
	.global shared_maps_object_end
	.hidden shared_maps_object_end
shared_maps_object_end:
	.balign 16
	.global tcp_object
	.hidden tcp_object
tcp_object:
	.incbin "tcp.bpf.o"
	.global tcp_object_end
	.hidden tcp_object_end
tcp_object_end:
	.balign 16
	.global tcp_table_object
	.hidden tcp_table_object
tcp_table_object:
	.incbin "tcp_table.bpf.o"
	.global tcp_table_object_end
	.hidden tcp_table_object_end
tcp_table_object_end:
	.balign 16
	.global udp_object
	.hidden udp_object
udp_object:
	.incbin "udp.bpf.o"
	.global udp_object_end
	.hidden udp_object_end
udp_object_end:
	.balign 16
	.global udp_types_object
	.hidden udp_types_object
udp_types_object:
	.incbin "udp_types.bpf.o"
	.global udp_types_object_end
	.hidden udp_types_object_end
udp_types_object_end:
	.balign 16
	.global udp_drops_object
	.hidden udp_drops_object
udp_drops_object:
	.incbin "udp_drops.bpf.o"
	.global udp_drops_object_end
	.hidden udp_drops_object_end
udp_drops_object_end:
	.balign 16
	.global drops_object
	.hidden drops_object
drops_object:
	.incbin "drops.bpf.o"
	.global drops_object_end
	.hidden drops_object_end
drops_object_end:
	.section .note.GNU-stack,"",%progbits
