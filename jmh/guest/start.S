# Entered in 32-bit protected mode at 1 MiB with EFER.LME set and the number of a program in EBX: switches
# to 64-bit mode with the first 4 MiB mapped one to one, and runs that program for ever.

	.code32
	.global start
start:
	movl $pml4, %edi
	movl $0x3000 / 4, %ecx
	xorl %eax, %eax
	rep stosl
	movl $pointers + 3, pml4
	movl $directory + 3, pointers
	movl $0x000083, directory
	movl $0x200083, directory + 8
	movl $pml4, %eax
	movl %eax, %cr3
	movl $0x620, %eax		# PAE, OSFXSR, OSXMMEXCPT
	movl %eax, %cr4
	movl $0x80000003, %eax		# PG, MP, PE
	movl %eax, %cr0
	lgdt gdt_pointer
	ljmp $8, $long_mode

	.code64
long_mode:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $0x200000, %esp
	movl %ebx, %edi
	call run
	ud2

	.balign 8
gdt:
	.quad 0
	.quad 0x00AF9A000000FFFF
	.quad 0x00CF92000000FFFF
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.set pml4, 0x300000
	.set pointers, 0x301000
	.set directory, 0x302000
