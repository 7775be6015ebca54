#!/bin/sh
# Makes an initrd that runs a script of the host in the guest.
set -eu
umask 022

usage() {
  cat <<'END'
usage: add-script.sh INITRD SCRIPT OUTPUT

Writes INITRD, followed by an archive with SCRIPT as /hagen-script, to OUTPUT. The kernel unpacks
both. The guest's init runs the script (any executable file, or shell commands), reports
HAGEN-SCRIPT-OK or "HAGEN-SCRIPT-FAILED <status>" on the console, and powers off.
END
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
esac
[ $# -eq 3 ] || { usage >&2; exit 2; }
for file in "$1" "$2"; do
  [ -r "$file" ] || { echo "add-script.sh: cannot read $file" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/hagen-script"
chmod 755 "$work/hagen-script"
touch -d @0 "$work/hagen-script"
cp "$1" "$3.part"
(cd "$work" && echo hagen-script | cpio --quiet --reproducible --owner=0:0 -H newc -o) \
    | gzip -n -9 >>"$3.part"
mv "$3.part" "$3"
