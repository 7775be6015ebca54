#!/bin/sh
# Builds the demo guest, demo.elf, next to its sources.
set -eu

usage() {
  cat <<'END'
usage: build.sh [--check]

Builds demo.elf from the sources beside it.
  --check   builds into a temporary directory and compares with demo.elf instead.
            Exit status 0: the same; 1: different; 77: this machine has another compiler
            than the one that demo.elf was built with, or none.
END
}

# What demo.elf was built with. Another compiler gives other bytes.
compiler='gcc (Debian 12.2.0-14+deb12u1) 12.2.0'
assembler='GNU assembler (GNU Binutils for Debian) 2.40'

# -mgeneral-regs-only, since the kernel saves no vector registers; no red zone, since interrupts
# push below the stack pointer; sizes first, since the guest is part of a jar.
flags='-m64 -std=gnu11 -Os -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only
  -fcf-protection=none -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident
  -fno-tree-loop-distribute-patterns -Wall -Wextra -Werror'

build() { # directory for the objects and the result
  for name in boot.S entry.S kernel.c user.c; do
    gcc $flags -c "$name" -o "$1/${name%.*}.o"
  done
  ld -nostdlib -static --build-id=none -z noexecstack --nmagic --strip-all \
      -T demo.ld -o "$1/demo64.elf" "$1/boot.o" "$1/entry.o" "$1/kernel.o" "$1/user.o"
  # Multiboot 1 knows 32-bit ELF only; the 64-bit code inside does not mind.
  objcopy -O elf32-i386 "$1/demo64.elf" "$1/demo.elf"
  chmod 644 "$1/demo.elf"
}

case "${1-}" in
  '' | --check) ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

LC_ALL=C
export LC_ALL
cd "$(dirname "$0")"
if [ "${1-}" = --check ] && { [ "$(gcc --version 2>/dev/null | head -n 1)" != "$compiler" ] \
    || [ "$(as --version 2>/dev/null | head -n 1)" != "$assembler" ]; }; then
  echo "build.sh: demo.elf was built with $compiler and $assembler, which are not here" >&2
  exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build "$work"
if [ "${1-}" = --check ]; then
  cmp "$work/demo.elf" demo.elf
else
  mv "$work/demo.elf" demo.elf
fi
