/*
 * A boot sector that does what a Multiboot loader does, for emulators that have none: loads the
 * SECTORS sectors behind it to 1 MiB and enters them at ENTRY in 32-bit protected mode. Both are
 * given by record.sh.
 */
#define BUFFER 0x10000
#define CHUNK 64                                /* sectors that one BIOS call reads */

        .text
        .code16
        .globl  _start
_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $0x7c00, %sp
        movb    %dl, drive
        inb     $0x92, %al
        orb     $2, %al                         /* A20 */
        outb    %al, $0x92
        movl    $0x100000, %edi
        movw    $(SECTORS + CHUNK - 1) / CHUNK, %bp

read:   movw    $packet, %si
        movb    $0x42, %ah
        movb    drive, %dl
        int     $0x13
        jc      failed
        addl    $CHUNK, packet + 8

        /* Flat ES beyond 64 KiB: loaded in protected mode, kept in real mode. */
        cli
        lgdtl   gdt_pointer
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        movw    $0x10, %bx
        movw    %bx, %es
        movw    %bx, %ds
        andb    $0xfe, %al
        movl    %eax, %cr0
        movl    $BUFFER, %esi
        movl    $CHUNK * 128, %ecx
        cld
        addr32 rep movsl
        xorw    %ax, %ax
        movw    %ax, %ds
        decw    %bp
        jnz     read

        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $0x08, $protected
failed:
        hlt
        jmp     failed

        .code32
protected:
        movl    $0x10, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        movl    $0x2badb002, %eax               /* what Multiboot loaders leave in EAX */
        movl    $information, %ebx
        movl    $ENTRY, %ecx
        jmp     *%ecx

        .balign 8
gdt:
        .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        .word   23
        .long   gdt
packet:
        .byte   16, 0, CHUNK, 0
        .word   0, BUFFER >> 4
        .quad   1
information:
        .long   0
drive:
        .byte   0
        .org    510
        .word   0xaa55
