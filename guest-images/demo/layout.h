/* Selectors, addresses and numbers that the assembler and the C sources share. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_SYSRET_BASE 0x18
#define SELECTOR_USER_DATA 0x20
#define SELECTOR_USER_CODE 0x28
#define SELECTOR_TSS 0x30
#define SELECTOR_CODE32 0x40
#define SELECTOR_CODE16 0x48
#define SELECTOR_DATA16 0x50

#define REAL_MODE_BASE 0x8000
#define REAL_MODE_STACK 0x1000 /* in the segment at REAL_MODE_BASE */

#define USER_CODE 0x400000
#define USER_STACK_TOP 0x800000

/* ACPI power management of the i440FX chipset's PIIX4: the sleep bit with type 0, which is S5. */
#define PM1A_CONTROL 0x604
#define SLEEP_S5 (1 << 13)

/* System calls: the number in RAX, arguments in RDI and RSI, the answer in RAX. */
#define SYSCALL_EXIT 0
#define SYSCALL_PRINT 1
#define SYSCALL_TICKS 2

#endif
