/* Selectors, vectors and addresses that the assembler and the C sources share. */
#ifndef LAYOUT_H
#define LAYOUT_H

/* The order that SYSENTER, SYSEXIT, SYSCALL and SYSRET ask for. */
#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_CODE32 0x1b
#define USER_DATA 0x23
#define USER_CODE64 0x2b
#define TASK 0x30 /* two entries in the 64-bit kernel */

#ifdef __x86_64__
#define USER_CODE USER_CODE64
#else
#define USER_CODE USER_CODE32
#endif

#define VECTOR_DIVIDE 0
#define VECTOR_PAGE_FAULT 14
#define EXCEPTIONS 32
#define VECTOR_SELF 0x40     /* the interrupt that the processor sends to itself */
#define VECTOR_KERNEL 0x80   /* ring 3 is done */
#define VECTOR_NOTHING 0x81  /* comes back at once */
#define VECTOR_SPURIOUS 0xff

/* A region of 4 KiB pages; all else is identity-mapped by large ones. */
#define WINDOW 0x40000000
#define TOUCHED_PAGES 64
#define ABSENT_PAGE (WINDOW + 0x100000)

#define LOCAL_APIC 0xfee00000
#define APIC_VERSION 0x30
#define APIC_EOI 0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_COMMAND 0x300
#define COMMAND_SELF 0x40000 /* fixed, to this processor */

/* A loop has so many operations in a row. */
#define UNROLL 8

#endif
