#!/bin/sh
# Records what the test guests print under QEMU and under Bochs, and compares the two.
set -eu
umask 022

usage() {
  cat <<'END'
usage: record.sh [NAME...]

Runs the test guests, all or those named, and writes next to them
  NAME.qemu.txt      the output under QEMU (TCG, -cpu max)
  NAME.bochs.txt     the output under Bochs
  NAME.expected.txt  what Hagen has to print
A line on which both agree, or which one of them skips, is expected as it is. For every other
line expected.txt keeps the decision that is there: the line that the manual demands, below a
comment that says who disagreed and where the manual decides; a comment that begins with
"# Overrules" holds even where the rules above would choose a line. A line without a decision is
marked "# UNDECIDED", and the exit status is 1.

Debian's packages for this: qemu-system-x86 bochs bochs-term bochsbios vgabios.
QEMU=PROGRAM and BOCHS_MODEL=NAME choose another emulator program and Bochs processor.
END
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 2 ;;
esac

cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- *.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run_qemu() { # name
  timeout -k 2 10 "${QEMU:-qemu-system-x86_64}" -accel tcg -M pc -cpu max -m 64 -net none -no-reboot \
      -display none -serial null -debugcon stdio -device isa-debug-exit,iobase=0xf4 \
      -kernel "$1.elf" </dev/null >"$work/output" || true
  head -c 100000 "$work/output" | tr -cd '\n -~'
}

run_bochs() { # name
  objcopy -O binary "$1.elf" "$work/flat"
  sectors=$((($(stat -c %s "$work/flat") + 511) / 512))
  entry=$(od -A n -t u4 -j 24 -N 4 "$1.elf" | tr -d ' ')
  gcc -m32 -DSECTORS=$sectors -DENTRY="$entry" -c runtime/disk.S -o "$work/disk.o"
  ld -m elf_i386 --oformat binary -Ttext 0x7c00 -o "$work/disk" "$work/disk.o"
  cat "$work/flat" >>"$work/disk"
  truncate -s $((4 * 16 * 63 * 512)) "$work/disk"
  cat >"$work/bochsrc" <<END
display_library: term
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=${BOCHS_MODEL:-corei7_icelake_u}, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=0
memory: guest=64, host=64
ata0-master: type=disk, mode=flat, path=$work/disk, cylinders=4, heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=$work/output
clock: sync=none
speaker: enabled=1, mode=none
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
log: $work/log
panic: action=fatal
error: action=ignore
info: action=ignore
END
  echo continue >"$work/commands" # Debian's Bochs starts in its debugger
  : >"$work/output"
  timeout -k 2 10 bochs -q -f "$work/bochsrc" -rc "$work/commands" </dev/null >"$work/screen" 2>&1 || true
  head -c 100000 "$work/output" | tr -cd '\n -~'
}

undecided=0
for name; do
  name=${name%.elf}
  [ -f "$name.elf" ] || { echo "record.sh: there is no $name.elf" >&2; exit 1; }
  run_qemu "$name" >"$work/qemu"
  run_bochs "$name" >"$work/bochs"
  for emulator in qemu bochs; do
    tail -n 1 "$work/$emulator" | grep -q '^DONE$' \
        || { echo "record.sh: $name did not end under $emulator:" >&2; tail -n 3 "$work/$emulator" >&2; }
    cp "$work/$emulator" "$name.$emulator.txt"
  done
  touch "$name.expected.txt"
  awk -v name="$name" -f runtime/decide.awk \
      part=1 "$name.expected.txt" part=2 "$name.bochs.txt" part=3 "$name.qemu.txt" >"$work/expected" || undecided=1
  cp "$work/expected" "$name.expected.txt"
done
exit $undecided
