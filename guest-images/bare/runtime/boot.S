/* Multiboot's 32-bit entry; a 64-bit guest goes on to long mode from here. */
#include "layout.h"

        .section .multiboot, "a"
        .balign 4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .code32
        .globl  multiboot_entry
multiboot_entry:
        cli
        cld
        movl    $boot_stack_top, %esp
        movl    $bss_start, %edi
        movl    $bss_end, %ecx
        subl    %edi, %ecx
        xorl    %eax, %eax
        rep stosb
#ifdef __x86_64__
        movl    $page_directory_pointers + 7, page_map
        movl    $page_directory + 7, page_directory_pointers
        movl    $0x000000e7, page_directory     /* present, writable, user, A, D, 2 MiB */
        movl    $0x002000e7, page_directory + 8
        movl    $page_map, %eax
        movl    %eax, %cr3
        movl    $0x20, %eax                     /* PAE */
        movl    %eax, %cr4
        movl    $0xc0000080, %ecx               /* EFER */
        rdmsr
        orl     $0x101, %eax                    /* LME, SCE */
        wrmsr
        lgdt    boot_gdt_pointer
        movl    $0x80000033, %eax               /* PG, NE, ET, MP, PE */
        movl    %eax, %cr0
        ljmp    $KERNEL_CODE, $enter_c
        .code64
#else
        lgdt    boot_gdt_pointer
        movl    $0x33, %eax                     /* NE, ET, MP, PE */
        movl    %eax, %cr0
        xorl    %eax, %eax
        movl    %eax, %cr4
        ljmp    $KERNEL_CODE, $enter_c
#endif
enter_c:
        movl    $USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    $KERNEL_DATA, %eax
        movl    %eax, %ss
        movl    $boot_stack_top, %esp
        call    run_cases
1:      cli
        hlt
        jmp     1b

        .data
        .balign 8
        .globl  boot_gdt, boot_gdt_end
/* The GDT as every case finds it; the task states are filled in by restore_machine(). */
boot_gdt:
        .quad   0
#ifdef __x86_64__
        .quad   0x00af9b000000ffff              /* KERNEL_CODE */
#else
        .quad   0x00cf9b000000ffff
#endif
        .quad   0x00cf93000000ffff              /* KERNEL_DATA */
        .quad   0x00cffb000000ffff              /* USER_CODE32 */
        .quad   0x00cff3000000ffff              /* USER_DATA */
        .quad   0x00affb000000ffff              /* USER_CODE64 */
        .quad   0, 0, 0                         /* TASK, DOUBLE_FAULT_TASK */
        .quad   0x00cf9b000000ffff              /* KERNEL_CODE32 */
        .quad   0x00009b000000ffff              /* CODE16 */
        .quad   0x000093000000ffff              /* DATA16 */
boot_gdt_end:
boot_gdt_pointer:
        .word   boot_gdt_end - boot_gdt - 1
        .long   boot_gdt, 0

        .bss
        .balign 16
        .skip   8192
boot_stack_top:
        .skip   8192
        .globl  interrupt_stack_top
interrupt_stack_top:
#ifdef __x86_64__
        .balign 4096
        .globl  page_map, page_directory_pointers, page_directory
page_map:
        .skip   4096
page_directory_pointers:
        .skip   4096
page_directory:
        .skip   4096
#endif
        .section .note.GNU-stack, "", @progbits
