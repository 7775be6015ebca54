#!/bin/sh
# Builds the nanobenchmark guests, nano32.elf and nano64.elf, next to their sources.
set -eu
umask 022

usage() {
  cat <<'END'
usage: build.sh [--check]

Builds the nanobenchmark guests nano32.elf and nano64.elf from the sources beside them.
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
  -fno-tree-loop-distribute-patterns -Wall -Wextra -Werror'

build() { # width, directory
  case $1 in
    32) emulation=elf_i386 convention=-mregparm=3 ;;
    64) emulation=elf_x86_64 convention= ;;
  esac
  for source in boot.S operations.S nano.c; do
    gcc -m"$1" $flags $convention -c "$source" -o "$2/${source%.*}.o"
  done
  ld -m $emulation -nostdlib -static --build-id=none -z noexecstack --nmagic --strip-all \
      --no-warn-rwx-segments -T nano.ld -o "$2/linked" "$2/boot.o" "$2/operations.o" "$2/nano.o"
  # Multiboot 1 knows 32-bit ELF only.
  objcopy -O elf32-i386 "$2/linked" "$2/nano$1.elf"
  chmod 644 "$2/nano$1.elf"
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
  echo "build.sh: the guests were built with $compiler and $assembler, which are not here" >&2
  exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for width in 32 64; do
  build $width "$work"
  if [ "${1-}" = --check ]; then
    cmp "$work/nano$width.elf" "nano$width.elf"
  else
    mv "$work/nano$width.elf" "nano$width.elf"
  fi
done
