/* The ways into the 64-bit kernel: interrupts, exceptions and SYSCALL; and the way to ring 3. */
#include "layout.h"

#define VECTORS 48
#define STUB_SIZE 16
/* The exceptions that push an error code: 8, 10 to 14, 17, 21, 29 and 30. */
#define ERROR_CODE_VECTORS 0x60227d00

        .text
        .globl  interrupt_stubs
        .balign STUB_SIZE
interrupt_stubs:
        .set    vector, 0
        .rept   VECTORS
        .balign STUB_SIZE
        .if     (vector >> 5) || !((ERROR_CODE_VECTORS >> (vector & 31)) & 1)
        pushq   $0
        .endif
        pushq   $vector
        jmp     interrupt_common
        .set    vector, vector + 1
        .endr

/* Saves what C may change; the order is that of struct interrupt_frame. */
interrupt_common:
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        movq    %rsp, %rdi
        cld
        call    interrupt
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rax
        addq    $16, %rsp                       /* vector and error code */
        iretq

/*
 * SYSCALL switches neither stack nor GS. SWAPGS gives the address of the two words that hold the
 * kernel's stack pointer and, meanwhile, the user's. Interrupts stay off until SYSRET.
 */
        .globl  syscall_entry
syscall_entry:
        swapgs
        movq    %rsp, %gs:8
        movq    %gs:0, %rsp
        pushq   %rcx                            /* return address */
        pushq   %r11                            /* RFLAGS */
        movq    %rsi, %rdx
        movq    %rdi, %rsi
        movq    %rax, %rdi
        call    system_call
        popq    %r11
        popq    %rcx
        movq    %gs:8, %rsp
        swapgs
        sysretq

/* void enter_user_mode(void (*entry)(void), uint64_t stack) */
        .globl  enter_user_mode
enter_user_mode:
        pushq   $SELECTOR_USER_DATA | 3
        pushq   %rsi
        pushq   $0x202                          /* interrupts on */
        pushq   $SELECTOR_USER_CODE | 3
        pushq   %rdi
        iretq

        .section .note.GNU-stack, "", @progbits
