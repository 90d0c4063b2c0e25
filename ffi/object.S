/* SPDX-License-Identifier: MIT */
/* The BPF object, inside the library: TCP_OBJECT is its path, given by the build. */
	.section .rodata
	.balign 16
	.global tcp_object
	.hidden tcp_object
tcp_object:
	.incbin TCP_OBJECT
	.global tcp_object_end
	.hidden tcp_object_end
tcp_object_end:
	.section .note.GNU-stack,"",%progbits
