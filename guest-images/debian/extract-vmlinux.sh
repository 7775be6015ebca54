#!/bin/sh
# Prints the uncompressed kernel (an ELF file) that a bzImage carries.
#
# The offsets are those of the Linux x86 boot protocol, version 2.08 and later: the payload
# begins payload_offset bytes behind the real-mode setup code.
set -eu

fail() {
  echo "extract-vmlinux.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "usage: extract-vmlinux.sh BZIMAGE >VMLINUX"
image=$1

number() { # offset, size in bytes: a little-endian number of the image
  od -A n -t "u$2" -j "$1" -N "$2" --endian=little "$image" | tr -d ' '
}

[ "$(dd if="$image" bs=1 skip=514 count=4 2>/dev/null)" = HdrS ] || fail "$image is no bzImage"
[ "$(number 518 2)" -ge 520 ] || fail "$image speaks a boot protocol before 2.08"
setup_sectors=$(number 497 1)
offset=$(((setup_sectors + 1) * 512 + $(number 584 4)))
length=$(number 588 4)

payload() {
  tail -c "+$((offset + 1))" "$image" | head -c "$length"
}

# The payload's last four bytes are the uncompressed size, which decompressors take for garbage.
case $(od -A n -t x1 -j "$offset" -N 4 "$image" | tr -d ' ') in
  fd377a58) payload | xz --decompress --single-stream ;;
  28b52ffd) payload | head -c "$((length - 4))" | zstd --decompress --quiet ;;
  1f8b*) payload | head -c "$((length - 4))" | gzip -d ;;
  425a68*) payload | head -c "$((length - 4))" | bzip2 -d ;;
  02214c18) payload | head -c "$((length - 4))" | lz4 -d ;;
  5d0000*) payload | head -c "$((length - 4))" | xz --format=lzma --decompress ;;
  7f454c46) payload ;;
  *) fail "$image is compressed in a way this script does not know" ;;
esac
