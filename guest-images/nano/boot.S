/* Multiboot's 32-bit entry: paging, descriptor tables, and on to C. */
#include "layout.h"

#define CR0 0x80010033          /* PG, WP, NE, ET, MP, PE */
#define CR4_PSE (1 << 4)
#define CR4_PAE (1 << 5)
#define MSR_EFER 0xc0000080
#define EFER_LME_SCE 0x101
#define LARGE 0xe7              /* present, writable, user, accessed, dirty, large */
#define TABLE 0x07              /* present, writable, user */

        .section .multiboot, "a"
        .balign 4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .code32
        .globl  multiboot_entry
multiboot_entry:
        cli
        cld
        movl    $stack_top, %esp
        movl    %ebx, %ebp                      /* Multiboot's information */
        movl    $directories, %edi
        movl    $LARGE, %eax
#ifdef __x86_64__
        /* Four directories of 512 pages of 2 MiB: all of 4 GiB. */
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $0x200000, %eax
        jnc     1b
        movl    $directories + TABLE, %eax
        movl    $directory_pointers, %edi
        movl    $4, %ecx
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $4096, %eax
        loop    1b
        movl    $directory_pointers + TABLE, page_map
        movl    $page_table + TABLE, directories + (WINDOW >> 21) * 8
        movl    $page_map, %eax
        movl    %eax, %cr3
        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME_SCE, %eax
        wrmsr
#else
        /* One directory of 1024 pages of 4 MiB. */
1:      movl    %eax, (%edi)
        addl    $4, %edi
        addl    $0x400000, %eax
        jnc     1b
        movl    $page_table + TABLE, directories + (WINDOW >> 22) * 4
        movl    $directories, %eax
        movl    %eax, %cr3
        movl    $CR4_PSE, %eax
        movl    %eax, %cr4
#endif
        lgdt    gdt_pointer
        movl    $CR0, %eax
        movl    %eax, %cr0
        ljmp    $KERNEL_CODE, $enter_c
#ifdef __x86_64__
        .code64
#endif
enter_c:
        movl    $KERNEL_DATA, %eax
        movl    %eax, %ss
        movl    $USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
#ifdef __x86_64__
        movl    %ebp, %edi
#else
        movl    %ebp, %eax
#endif
        call    nano
1:      cli
        hlt
        jmp     1b

        .data
        .balign 8
        .globl  gdt
gdt:
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
        .quad   0, 0                            /* TASK, which C fills in */
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   gdt, 0

        .bss
        .balign 4096
        .globl  page_table, touched
#ifdef __x86_64__
page_map:
        .skip   4096
directory_pointers:
        .skip   4096
directories:
        .skip   4 * 4096
#else
directories:
        .skip   4096
#endif
page_table:
        .skip   4096
touched:
        .skip   TOUCHED_PAGES * 4096
        .skip   16384
stack_top:
        .section .note.GNU-stack, "", @progbits
