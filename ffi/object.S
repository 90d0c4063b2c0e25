/* SPDX-License-Identifier: MIT */
/* The BPF object, inside the library. The build names the folder that it is in. */
	.section .rodata
	.balign 16
	.global tcp_object
	.hidden tcp_object
tcp_object:
	.incbin "tcp.bpf.o"
	.global tcp_object_end
	.hidden tcp_object_end
tcp_object_end:
	.section .note.GNU-stack,"",%progbits
