/* Selectors and addresses that the assembler and the C sources of a test guest share. */
#ifndef LAYOUT_H
#define LAYOUT_H

/* The order that SYSENTER, SYSEXIT, SYSCALL and SYSRET ask for. */
#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_CODE32 0x1b
#define USER_DATA 0x23
#define USER_CODE64 0x2b /* in 64-bit guests */
#define TASK 0x30        /* two entries in 64-bit guests */
#define DOUBLE_FAULT_TASK 0x40 /* in 32-bit guests */
#define KERNEL_CODE32 0x48
#define CODE16 0x50
#define DATA16 0x58
#define TEST_SELECTOR 0x60 /* from here on the cases put what they like */
#define GDT_ENTRIES 32

#ifdef __x86_64__
#define USER_CODE USER_CODE64
#else
#define USER_CODE USER_CODE32
#endif

/* INT of this vector is how a case comes back from ring 3, 16-bit code and so on. */
#define VECTOR_RETURN 0x30

#define REAL_MODE_BASE 0x8000
#define REAL_MODE_STACK 0x7000

#endif
