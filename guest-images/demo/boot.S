/*
 * From Multiboot's 32-bit entry down to real mode, and from there up to long mode.
 *
 * A Multiboot loader enters in protected mode. The demo gives that up at once and visits real
 * mode, so that one short run crosses every mode from 8086 to x86-64.
 */
#include "layout.h"

#define COM1 0x3f8
#define CR0_PE (1 << 0)
#define CR0_WP (1 << 16)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define MSR_EFER 0xc0000080
#define EFER_SCE (1 << 0)
#define EFER_LME (1 << 8)

/* The offset of a label in the 16-bit code, which runs with all segments at REAL_MODE_BASE. */
#define REAL(label) label - real_mode_start

/* The Multiboot header: magic, flags (none: the ELF headers say where to load), checksum. */
        .section .multiboot, "a"
        .balign 4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .code32
        .globl  multiboot_entry
multiboot_entry:
        cli
        cld
        movl    $kernel_stack_top, %esp
        movl    $real_mode_start, %esi
        movl    $REAL_MODE_BASE, %edi
        movl    $real_mode_end - real_mode_start, %ecx
        rep movsb
        lgdt    gdt_pointer
        ljmp    $SELECTOR_CODE16, $REAL(leave_protected_mode)

/* ---- 16-bit code, copied to REAL_MODE_BASE ---------------------------------------------- */

        .section .rodata
        .code16
real_mode_start:
leave_protected_mode:
        movw    $SELECTOR_DATA16, %ax           /* 64 KiB limits, as real mode expects */
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        lidtl   REAL(real_mode_idt)
        movl    %cr0, %eax
        andl    $~CR0_PE, %eax
        movl    %eax, %cr0
        ljmp    $REAL_MODE_BASE >> 4, $REAL(real_mode)

real_mode:
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $REAL_MODE_STACK, %sp
        xorw    %ax, %ax
        movw    %ax, %es

        /* COM1: 115200 baud, 8 bits, no parity, FIFOs on, no interrupts. */
        movw    $REAL(serial_setup), %si
        movw    $7, %cx
1:      lodsw                                   /* AL: register, AH: value */
        movzbw  %al, %dx
        addw    $COM1, %dx
        movb    %ah, %al
        outb    %al, %dx
        loop    1b

        /* Vector 80h of the interrupt table at 0000:0000 prints the text at DS:SI. */
        movw    $REAL(print16), %es:0x80 * 4
        movw    %cs, %es:0x80 * 4 + 2
        movw    $REAL(real_mode_text), %si
        int     $0x80

        movl    %cr0, %eax
        orl     $CR0_PE, %eax
        movl    %eax, %cr0
        ljmpl   $SELECTOR_CODE32, $protected_mode

print16:
        lodsb
        testb   %al, %al
        jz      2f
        movb    %al, %ah
        movw    $COM1 + 5, %dx
1:      inb     %dx, %al
        testb   $0x20, %al                      /* transmitter holding register empty */
        jz      1b
        movw    $COM1, %dx
        movb    %ah, %al
        outb    %al, %dx
        jmp     print16
2:      iretw

        .balign 4
real_mode_idt:
        .word   0x3ff
        .long   0
serial_setup:
        .byte   1, 0x00, 3, 0x80, 0, 0x01, 1, 0x00, 3, 0x03, 2, 0x07, 4, 0x03
real_mode_text:
        .ascii  "Hagen demo guest\n"
        .asciz  "  real mode       printed by 16-bit code through int 80h\n"
real_mode_end:

/* ---- 32-bit code ------------------------------------------------------------------------ */

        .text
        .code32
protected_mode:
        movw    $SELECTOR_KERNEL_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $kernel_stack_top, %esp
        movl    $protected_mode_text, %esi
        call    print32

        movl    $0x80000000, %eax
        cpuid
        cmpl    $0x80000001, %eax
        jb      no_long_mode
        movl    $0x80000001, %eax
        cpuid
        btl     $29, %edx
        jnc     no_long_mode

        /* The first 2 MiB, mapped by one large page; the kernel makes finer tables later. */
        movl    $boot_pdpt + 0x003, boot_pml4
        movl    $boot_pd + 0x003, boot_pdpt
        movl    $0x083, boot_pd
        movl    $boot_pml4, %eax
        movl    %eax, %cr3
        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME | EFER_SCE, %eax
        wrmsr
        movl    $CR0_PG | CR0_WP | CR0_PE, %eax
        movl    %eax, %cr0
        ljmp    $SELECTOR_KERNEL_CODE, $long_mode

no_long_mode:
        movl    $no_long_mode_text, %esi
        call    print32
        movw    $PM1A_CONTROL, %dx
        movw    $SLEEP_S5, %ax
        outw    %ax, %dx
1:      cli
        hlt
        jmp     1b

print32:
        lodsb
        testb   %al, %al
        jz      2f
        movb    %al, %ah
        movl    $COM1 + 5, %edx
1:      inb     %dx, %al
        testb   $0x20, %al
        jz      1b
        movl    $COM1, %edx
        movb    %ah, %al
        outb    %al, %dx
        jmp     print32
2:      ret

/* ---- 64-bit code ------------------------------------------------------------------------ */

        .code64
long_mode:
        xorl    %eax, %eax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    $kernel_stack_top, %esp
        call    kernel_main

        .section .rodata
protected_mode_text:
        .asciz  "  protected mode  printed by 32-bit code\n"
no_long_mode_text:
        .asciz  "this processor has no long mode; the demo ends here\n"

        .data
        .balign 8
        .globl  gdt
gdt:
        .quad   0
        .quad   0x00af9b000000ffff              /* kernel code, 64-bit */
        .quad   0x00cf93000000ffff              /* kernel data */
        .quad   0                               /* SYSRET's 32-bit code, not used */
        .quad   0x00cff3000000ffff              /* user data */
        .quad   0x00affb000000ffff              /* user code, 64-bit */
        .quad   0, 0                            /* task state segment, filled in later */
        .quad   0x00cf9b000000ffff              /* code, 32-bit */
        .quad   0x00009b000000ffff | REAL_MODE_BASE << 16
        .quad   0x000093000000ffff | REAL_MODE_BASE << 16
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .quad   gdt

        .bss
        .balign 4096
boot_pml4:
        .skip   4096
boot_pdpt:
        .skip   4096
boot_pd:
        .skip   4096
        .skip   8192
        .globl  kernel_stack_top
kernel_stack_top:

        .section .note.GNU-stack, "", @progbits
