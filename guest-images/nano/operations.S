/*
 * What is measured. Each function performs its operation UNROLL times the number that it is given, and nothing else but the
 * loop; beside them the handlers that they need.
 */
#include "layout.h"

#ifdef __x86_64__
#define AX %rax
#define BX %rbx
#define DX %rdx
#define SI %rsi
#define DI %rdi
#define SP %rsp
#define WORD 8
#define IRET iretq
#define SAVE push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; movq %rdi, %rbx
#define RESTORE pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx
#else
#define AX %eax
#define BX %ebx
#define DX %edx
#define SI %esi
#define DI %edi
#define SP %esp
#define WORD 4
#define IRET iretl
#define SAVE push %ebx; push %ebp; push %esi; push %edi; movl %eax, %ebx
#define RESTORE pop %edi; pop %esi; pop %ebp; pop %ebx
#endif

        .macro  BEGIN name
        .globl  \name
        .balign 64
\name:
        SAVE
        .endm

/* Counts down in BX, which no operation touches. */
        .macro  AGAIN target
        dec     BX
        jnz     \target
        .endm

        .macro  END
        RESTORE
        ret
        .endm

        .text

BEGIN callret
1:      .rept   UNROLL
        call    nothing
        .endr
        AGAIN   1b
        END
        .balign 64
nothing:
        ret

/* The clobbered registers of CPUID are saved by the frame, but not the counter. */
BEGIN cpuid
        mov     BX, DI
1:      .rept   UNROLL
        xorl    %eax, %eax
        cpuid
        .endr
        dec     DI
        jnz     1b
        END

BEGIN rdtsc
1:      .rept   UNROLL
        rdtsc
        .endr
        AGAIN   1b
        END

BEGIN sti_cli
1:      .rept   UNROLL
        sti
        cli
        .endr
        AGAIN   1b
        END

/* The port of the firmware's progress codes: nothing is behind it. */
BEGIN in
1:      .rept   UNROLL
        inb     $0x80, %al
        .endr
        AGAIN   1b
        END

BEGIN mmio
        movl    $LOCAL_APIC, %esi
1:      .rept   UNROLL
        movl    APIC_VERSION(SI), %eax
        .endr
        AGAIN   1b
        END

BEGIN cr3wr
        mov     %cr3, AX
1:      .rept   UNROLL
        mov     AX, %cr3
        .endr
        AGAIN   1b
        END

/* A write to CR3, then a load from each of 64 pages. */
BEGIN cr3wr64
        mov     %cr3, AX
        movl    $WINDOW, %esi
1:      .rept   UNROLL
        mov     AX, %cr3
        .set    offset, 0
        .rept   TOUCHED_PAGES
        movl    offset(SI), %edx
        .set    offset, offset + 4096
        .endr
        .endr
        AGAIN   1b
        END

BEGIN invlpg
        movl    $WINDOW, %esi
1:      .rept   UNROLL
        invlpg  (SI)
        .endr
        AGAIN   1b
        END

/* The entry of the window's first page names two frames in turn: AX and DX are the entry, SI its address, DI the page. */
        .macro  ENTRIES
        movl    $page_table, %esi
        movl    $WINDOW, %edi
        mov     (SI), AX
        mov     WORD(SI), DX
        .endm

BEGIN ptestore
        ENTRIES
1:      .rept   UNROLL / 2
        mov     DX, (SI)
        mov     AX, (SI)
        .endr
        AGAIN   1b
        invlpg  (DI)
        END

BEGIN ptemod
        ENTRIES
1:      .rept   UNROLL / 2
        mov     DX, (SI)
        invlpg  (DI)
        mov     AX, (SI)
        invlpg  (DI)
        .endr
        AGAIN   1b
        END

/* The same with a load from the page. */
BEGIN pteuse
        ENTRIES
1:      .rept   UNROLL / 2
        mov     DX, (SI)
        invlpg  (DI)
        movl    (DI), %ecx
        mov     AX, (SI)
        invlpg  (DI)
        movl    (DI), %ecx
        .endr
        AGAIN   1b
        END

/* A division by zero and a load from a page that is not there; the handlers go on behind the two bytes of either. */
BEGIN divzero
        xorl    %ecx, %ecx
        xorl    %edx, %edx
1:      .rept   UNROLL
        divl    %ecx
        .endr
        AGAIN   1b
        END

        .globl  on_divide
        .balign 64
on_divide:
#ifdef __x86_64__
        addq    $2, (%rsp)
#else
        addl    $2, (%esp)
#endif
        IRET

BEGIN pgfault
        movl    $ABSENT_PAGE, %esi
1:      .rept   UNROLL
        movb    (SI), %al
        .endr
        AGAIN   1b
        END

        .globl  on_page_fault
        .balign 64
on_page_fault:
        push    AX
        mov     %cr2, AX
        cmp     $ABSENT_PAGE, AX
        pop     AX
        jne     unexpected_page_fault
        add     $WORD, SP                       /* the error code */
#ifdef __x86_64__
        addq    $2, (%rsp)
#else
        addl    $2, (%esp)
#endif
        IRET

/* A return to the next instruction in the same ring, by a frame made by hand. */
BEGIN iret
#ifdef __x86_64__
        movl    $KERNEL_DATA, %esi
        movl    $KERNEL_CODE, %edi
        pushfq
        pop     %rdx
        movq    %rsp, %rbp
1:      .rept   UNROLL
        push    %rsi
        push    %rbp
        push    %rdx
        push    %rdi
        lea     2f(%rip), %rax
        push    %rax
        iretq
2:
        .endr
#else
        movl    $KERNEL_CODE, %edi
        pushfl
        pop     %edx
1:      .rept   UNROLL
        push    %edx
        push    %edi
        push    $2f
        iretl
2:
        .endr
#endif
        AGAIN   1b
        END

BEGIN vmcall
        mov     BX, DI
        xorl    %ebx, %ebx
1:      .rept   UNROLL
        movl    $1, %eax                        /* KVM_HC_VAPIC_POLL_IRQ */
        vmcall
        .endr
        dec     DI
        jnz     1b
        END

BEGIN vmmcall
        mov     BX, DI
        xorl    %ebx, %ebx
1:      .rept   UNROLL
        movl    $1, %eax
        vmmcall
        .endr
        dec     DI
        jnz     1b
        END

/* An interrupt that the processor sends to itself: the command, its arrival, the handler with its EOI, the way back. */
BEGIN irq
        movl    $LOCAL_APIC, %esi
        sti
1:      .rept   UNROLL
        movl    interrupts, %ecx
        movl    $COMMAND_SELF | VECTOR_SELF, APIC_COMMAND(SI)
2:      cmpl    interrupts, %ecx
        je      2b
        .endr
        AGAIN   1b
        cli
        END

        .globl  on_self
        .balign 64
on_self:
        push    AX
        movl    $LOCAL_APIC, %eax
        incl    interrupts
        movl    $0, APIC_EOI(AX)
        pop     AX
        IRET

        .globl  on_nothing
        .balign 64
on_nothing:
        IRET

/* ---- Ring 3 ----------------------------------------------------------------------------- */

        .macro  IN_RING3 name
        BEGIN   \name
        mov     SP, kernel_stack
#ifdef __x86_64__
        push    $USER_DATA
        push    $user_stack_top
        push    $2
        push    $USER_CODE
        push    $user_\name
        iretq
#else
        push    $USER_DATA
        push    $user_stack_top
        push    $2
        push    $USER_CODE
        push    $user_\name
        iretl
#endif
        .balign 64
user_\name:
        .endm

        .macro  TO_KERNEL
        int     $VECTOR_KERNEL
        .endm

/* A system call and its return, without anything that a kernel does between. */
IN_RING3 syscall
1:      .rept   UNROLL
#ifdef __x86_64__
        syscall
#else
        movl    %esp, %ecx
        movl    $2f, %edx
        sysenter
2:
#endif
        .endr
        AGAIN   1b
        TO_KERNEL

        .globl  on_system_call
        .balign 64
on_system_call:
#ifdef __x86_64__
        sysretq
#else
        sysexit
#endif

/* INT from ring 3 to a handler that returns at once. */
IN_RING3 int
1:      .rept   UNROLL
        int     $VECTOR_NOTHING
        .endr
        AGAIN   1b
        TO_KERNEL

        .globl  on_kernel
on_kernel:
        mov     kernel_stack, SP
        END

/* ---- What nobody expects ---------------------------------------------------------------- */

        .globl  exception_stubs
        .balign 16
exception_stubs:
        .set    vector, 0
        .rept   EXCEPTIONS
        .balign 16
#ifdef __x86_64__
        movl    $vector, %edi
#else
        movl    $vector, %eax
#endif
        jmp     unexpected
        .set    vector, vector + 1
        .endr
unexpected_page_fault:
#ifdef __x86_64__
        movl    $VECTOR_PAGE_FAULT, %edi
#else
        movl    $VECTOR_PAGE_FAULT, %eax
#endif
        jmp     unexpected

        .bss
        .balign 16
        .globl  interrupts, interrupt_stack_top
interrupts:
        .skip   8
kernel_stack:
        .skip   8
        .balign 16
        .skip   4096
user_stack_top:
        .skip   4096
interrupt_stack_top:
        .section .note.GNU-stack, "", @progbits
