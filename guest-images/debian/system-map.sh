#!/bin/sh
# Makes the symbol table of a Debian test kernel, by asking the kernel itself.
set -eu
umask 022

usage() {
  cat <<'END'
usage: system-map.sh amd64|i386

Boots the kernel that build.sh fetched under QEMU, without address randomization, and writes its
symbols to target/guest-images/debian/System.map-ARCH. Debian's kernel packages hold no such file.
EMULATOR='COMMAND ARGUMENTS' takes the place of QEMU; it gets -kernel, -initrd and -append, and
has to print the serial console on its standard output.
END
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  amd64 | i386) ;;
  *) usage >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh" "$1"
cd "$here/../../target/guest-images/debian"
emulator=${EMULATOR:-qemu-system-x86_64 -m 512 -display none -serial stdio -net none -no-reboot}
command -v "${emulator%% *}" >/dev/null || {
  echo "system-map.sh: needs ${emulator%% *}, or another emulator in EMULATOR" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/script" <<'END'
echo BEGIN-SYMBOLS
gzip -c /proc/kallsyms | base64
echo END-SYMBOLS
END
"$here/add-script.sh" "initrd-$1" "$work/script" "$work/initrd"
$emulator -kernel "vmlinuz-$1" -initrd "$work/initrd" -append 'console=ttyS0 quiet nokaslr' \
    </dev/null | tr -d '\r' >"$work/console"
sed -n '/^BEGIN-SYMBOLS$/,/^END-SYMBOLS$/{/SYMBOLS/d;p;}' "$work/console" | base64 -d | gzip -d \
    | grep -v '\[' | LC_ALL=C sort >"$work/map"
[ "$(wc -l <"$work/map")" -gt 1000 ] || {
  echo "system-map.sh: the guest printed no symbol table:" >&2
  tail -n 5 "$work/console" >&2
  exit 1
}
mv "$work/map" "System.map-$1"
