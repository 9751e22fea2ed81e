/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does count.c count right? Not a kernel: functions whose names say what must come out.
 * root_N executes N instructions from its entry to its return; a stretch that begins in
 * masked_N is N instructions long. What begins in a function of another name must not be told.
 */
	.macro	function name
	.balign	4
	.type	\name, %function
\name:
	.endm

	.macro	nops nr
	.rept	\nr
	nop
	.endr
	.endm

	.text
	.globl	_text
function _text
	ldr	x0, =stack
	mov	sp, x0
	ldr	x0, =vectors
	msr	vbar_el1, x0
	isb
	msr	daifclr, #3
	bl	outside				/* no root is on */
	bl	root_386
	bl	jumps_to_root
	bl	outside
	ldr	x0, =0x84000008			/* PSCI: SYSTEM_OFF */
	hvc	#0
	b	.

function outside
	msr	daifset, #3
	nops	3
	msr	daifclr, #3
	ret

function jumps_to_root				/* whose return is then this one's */
	b	root_386

/* 10, and 9 + 18 + 204 + 11 + 11 + 19 + 104 in what it calls. */
function root_386
	stp	x29, x30, [sp, #-16]!
	bl	masked_6
	bl	masked_13
	bl	masked_202
	bl	masked_5
	svc	#0				/* a fault where interrupts are on */
	bl	interrupted
	bl	masked_102
	ldp	x29, x30, [sp], #16
	ret

function masked_6				/* 9: save and restore */
	mrs	x1, daif
	msr	daifset, #3
	nops	5
	msr	daif, x1
	ret

function masked_13				/* 12 + 6: a save within a save */
	stp	x29, x30, [sp, #-16]!
	mrs	x2, daif
	msr	daifset, #3
	nop
	bl	nested
	nops	4
	msr	daif, x2
	ldp	x29, x30, [sp], #16
	ret

function nested
	mrs	x3, daif
	msr	daifset, #3
	nops	2
	msr	daif, x3
	ret

function masked_202				/* 204: a loop, disable and enable */
	msr	daifset, #3
	mov	x4, #100
1:	subs	x4, x4, #1
	b.ne	1b
	msr	daifclr, #3
	ret

function masked_5				/* 8 + 3: begins here, ends elsewhere */
	mrs	x5, daif
	nops	3
	msr	daifset, #3
	nops	2
	b	ends
function ends
	nop
	msr	daif, x5
	ret

function masked_102				/* 104 */
	msr	daifset, #15
	mov	x6, #33
1:	sub	x6, x6, #1
	nop
	cbnz	x6, 1b
	nop
	msr	daif, xzr
	ret

/* Not really: it goes the way that an interrupt goes. */
function interrupted				/* 6 + 1 + 8 + 4 */
	adr	x8, 1f
	msr	elr_el1, x8
	mov	x8, #5				/* EL1 with its own stack, nothing masked */
	msr	spsr_el1, x8
	b	from_interrupt
1:	ret
function interrupt_handler
	mov	x9, #0xc0
	msr	daif, x9			/* unmasks other exceptions only */
	mrs	x10, daif
	msr	daifset, #3
	nop
	msr	daif, x10
	msr	daifclr, #3			/* as softirqs do */
	b	masked_3
function masked_3				/* up to the end of the handler */
	msr	daifset, #15
	nops	2
	eret

function handler				/* 1 + 10: masked all the time */
	mrs	x7, daif
	msr	daifset, #3
	nops	2
	msr	daif, x7
	mrs	x7, daif
	msr	daifset, #3
	nop
	msr	daif, x7
	eret

	.balign	2048
function vectors
	b	.
	.balign	128
	.rept	3
	b	.
	.balign	128
	.endr
	b	handler				/* from EL1 with its own stack: synchronous */
	.balign	128
from_interrupt:
	b	interrupt_handler
	.balign	128
	.rept	10
	b	.
	.balign	128
	.endr

	.bss
	.balign	16
	.skip	4096
stack:
