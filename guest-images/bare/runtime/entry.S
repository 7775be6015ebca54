/* Exceptions and interrupts into C, and the way back to where an attempt began. */
#include "layout.h"

#define STUB_SIZE 16
/* The exceptions that push an error code: 8, 10 to 14, 17, 21, 29 and 30. */
#define ERROR_CODE_VECTORS 0x60227d00

        .text
        .globl  interrupt_stubs
        .balign STUB_SIZE
interrupt_stubs:
        .set    vector, 0
        .rept   256
        .balign STUB_SIZE
        .if     (vector >> 5) || !((ERROR_CODE_VECTORS >> (vector & 31)) & 1)
        push    $0
        .endif
        push    $vector
        jmp     interrupt_common
        .set    vector, vector + 1
        .endr

#ifdef __x86_64__

interrupt_common:
        push    %rax
        push    %rcx
        push    %rdx
        push    %rbx
        push    %rbp
        push    %rsi
        push    %rdi
        movl    %ds, %eax
        push    %rax
        movl    %es, %eax
        push    %rax
        movl    %fs, %eax
        push    %rax
        movl    %gs, %eax
        push    %rax
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        cld
        movq    %rsp, %rdi
        movq    %rsp, %rbx
        andq    $-16, %rsp
        call    interrupt
        movq    %rbx, %rsp
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        addq    $32, %rsp                       /* the segment registers stay */
        pop     %rdi
        pop     %rsi
        pop     %rbp
        pop     %rbx
        pop     %rdx
        pop     %rcx
        pop     %rax
        addq    $16, %rsp
        iretq

/*
 * int begin_NAME(void) returns 0 now; end_NAME(void) makes it return 1 once more, in ring 0 and
 * with the usual segments, wherever the processor is by then.
 */
        .macro  RESUMABLE name
        .globl  begin_\name, end_\name
begin_\name:
        movq    (%rsp), %rax
        movq    %rax, resume_\name
        movq    %rsp, resume_\name + 8
        movq    %rbp, resume_\name + 16
        movq    %rbx, resume_\name + 24
        movq    %r12, resume_\name + 32
        movq    %r13, resume_\name + 40
        movq    %r14, resume_\name + 48
        movq    %r15, resume_\name + 56
        xorl    %eax, %eax
        ret
end_\name:
        cli
        cld
        movl    $USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    $KERNEL_DATA, %eax
        movl    %eax, %ss
        movq    resume_\name + 8, %rsp
        movq    resume_\name + 16, %rbp
        movq    resume_\name + 24, %rbx
        movq    resume_\name + 32, %r12
        movq    resume_\name + 40, %r13
        movq    resume_\name + 48, %r14
        movq    resume_\name + 56, %r15
        push    $2
        popfq
        movq    resume_\name, %rax
        movq    %rax, (%rsp)
        movl    $1, %eax
        ret
        .endm

#else

interrupt_common:
        push    %eax
        push    %ecx
        push    %edx
        push    %ebx
        push    %ebp
        push    %esi
        push    %edi
        push    %ds
        push    %es
        push    %fs
        push    %gs
        cld
        movl    $USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %esp, %ebx
        push    %esp
        call    interrupt
        movl    %ebx, %esp
        pop     %gs
        pop     %fs
        pop     %es
        pop     %ds
        pop     %edi
        pop     %esi
        pop     %ebp
        pop     %ebx
        pop     %edx
        pop     %ecx
        pop     %eax
        addl    $8, %esp
        iretl

        .macro  RESUMABLE name
        .globl  begin_\name, end_\name
begin_\name:
        movl    (%esp), %eax
        movl    %eax, resume_\name
        movl    %esp, resume_\name + 4
        movl    %ebp, resume_\name + 8
        movl    %ebx, resume_\name + 12
        movl    %esi, resume_\name + 16
        movl    %edi, resume_\name + 20
        xorl    %eax, %eax
        ret
end_\name:
        cli
        cld
        movl    $USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    $KERNEL_DATA, %eax
        movl    %eax, %ss
        movl    resume_\name + 4, %esp
        movl    resume_\name + 8, %ebp
        movl    resume_\name + 12, %ebx
        movl    resume_\name + 16, %esi
        movl    resume_\name + 20, %edi
        push    $2
        popfl
        movl    resume_\name, %eax
        movl    %eax, (%esp)
        movl    $1, %eax
        ret
        .endm

/* Where the task of the double fault begins; it leaves by jumping out of the task. */
        .globl  double_fault_entry
double_fault_entry:
        push    $8
        jmp     interrupt_common

#endif

        RESUMABLE attempt
        RESUMABLE case

        .bss
        .balign 8
resume_attempt:
        .skip   64
resume_case:
        .skip   64

        .section .note.GNU-stack, "", @progbits
