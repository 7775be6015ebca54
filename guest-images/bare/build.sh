#!/bin/sh
# Builds the bare-metal test guests, NAME.elf next to NAME.c.
set -eu
umask 022

usage() {
  cat <<'END'
usage: build.sh [--check] [NAME...]

Builds the test guests, all or those named. A name ends in 32 or 64: the width of its C code.
  --check   builds into a temporary directory and compares with the committed files instead.
            Exit status 0: the same; 1: different; 77: this machine has another compiler than
            the one that the files were built with, or none.
END
}

# What the committed files were built with. Another compiler gives other bytes.
compiler='gcc (Debian 12.2.0-14+deb12u1) 12.2.0'
assembler='GNU assembler (GNU Binutils for Debian) 2.40'

flags='-std=gnu2x -Os -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only
  -fcf-protection=none -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident
  -fno-tree-loop-distribute-patterns -fno-toplevel-reorder -fno-omit-frame-pointer
  -Wall -Wextra -Werror -Wno-clobbered'

build() { # name, directory
  case $1 in
    *32) width=32 emulation=elf_i386 ;;
    *64) width=64 emulation=elf_x86_64 ;;
    *) echo "build.sh: $1 ends neither in 32 nor in 64" >&2; exit 2 ;;
  esac
  for source in runtime/boot.S runtime/entry.S runtime/runtime.c "$1.c"; do
    gcc -m$width $flags -I. -c "$source" -o "$2/$(basename "${source%.*}").o"
  done
  ld -m $emulation -nostdlib -static --build-id=none -z noexecstack --nmagic --strip-all \
      --no-warn-rwx-segments -T runtime/guest.ld -o "$2/linked" \
      "$2/boot.o" "$2/entry.o" "$2/runtime.o" "$2/$1.o"
  # Multiboot 1 knows 32-bit ELF only.
  objcopy -O elf32-i386 "$2/linked" "$2/$1.elf"
  chmod 644 "$2/$1.elf"
}

check=
case "${1-}" in
  -h | --help) usage; exit 0 ;;
  --check) check=yes; shift ;;
  -*) usage >&2; exit 2 ;;
esac

LC_ALL=C
export LC_ALL
cd "$(dirname "$0")"
if [ -n "$check" ] && { [ "$(gcc --version 2>/dev/null | head -n 1)" != "$compiler" ] \
    || [ "$(as --version 2>/dev/null | head -n 1)" != "$assembler" ]; }; then
  echo "build.sh: the guests were built with $compiler and $assembler, which are not here" >&2
  exit 77
fi

[ $# -gt 0 ] || set -- *.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name; do
  name=${name%.c}
  build "$name" "$work"
  if [ -n "$check" ]; then
    cmp "$work/$name.elf" "$name.elf"
  else
    mv "$work/$name.elf" "$name.elf"
  fi
done
