#!/bin/sh
# Builds programs.bin, the guest of the interpreter's benchmark, next to its sources: a flat binary for 1 MiB.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -c start.S -o "$work/start.o"
gcc -m64 -O2 -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only -fcf-protection=none \
    -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident -Wall -Wextra -Werror \
    -c programs.c -o "$work/programs.o"
ld -nostdlib -static --build-id=none -z noexecstack --no-warn-rwx-segments -Ttext 0x100000 -e start \
    --oformat binary -o programs.bin "$work/start.o" "$work/programs.o"
chmod 644 programs.bin
