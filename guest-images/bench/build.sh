#!/bin/sh
# Builds the measured programs and puts them into the Debian guests' initramfs.
set -eu
umask 022

usage() {
  cat <<'EOF'
usage: build.sh [--force] [amd64|i386|all]

Writes into target/guest-images/bench:

  initrd-ARCH   the Debian guest's initramfs (../debian/build.sh) that runs bench and powers off
  bench-ARCH    the same programs for the host, whose checksums are the right ones
  busybox-ARCH  the BusyBox of the initramfs, which the real programs run

The kernel is target/guest-images/debian/vmlinuz-ARCH. Its command line selects what runs, and
bench.c says what is printed:

  bench=GROUP|NAME[,...]  groups or single programs, default: all but the group 'stack'
  scale=F                 multiplies the sizes; at 1 a run takes a second or two under QEMU's TCG
  runs=N                  how often each program runs in its process, default 2
  wait=1                  a run begins when a line came from the console

  qemu-system-x86_64 -m 512 -nographic -kernel target/guest-images/debian/vmlinuz-amd64 \
      -initrd target/guest-images/bench/initrd-amd64 \
      -append "console=ttyS0 bench=integer,nbody scale=0.1"

bench=fork scale=10 makes 40,000 processes. Needs gcc, with 32-bit support for i386
(gcc-multilib), and static C libraries. Nothing is done when the files are there and not older
than the sources. The same compiler and Debian packages give the same bytes.
EOF
}

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
images=$(cd "$here/../.." && pwd)/target/guest-images
output=$images/bench

up_to_date() { # architecture
  for name in bench busybox initrd; do
    [ -s "$output/$name-$1" ] || return 1
    [ -z "$(find "$here" "$images/debian/initrd-$1" -type f -newer "$output/$name-$1")" ] || return 1
  done
}

build() { # architecture, flags for its code
  architecture=$1
  shift
  work=$output/work-$architecture
  rm -rf "$work"
  mkdir -p "$work/root/bench"

  # Vectors and calls of memcpy would make of a loop something else than what is measured.
  (cd "$here" && "${CC:-gcc}" -O2 -std=gnu11 -Wall -Wextra -static "$@" \
      -fno-tree-vectorize -fno-tree-loop-distribute-patterns -fno-math-errno \
      -o "$work/root/bench/bench" ./*.c) \
      || fail "the programs for $architecture do not build; is gcc-multilib installed?"
  cat >"$work/root/hagen-script" <<'EOF'
#!/bin/sh
exec /bench/bench --cmdline /proc/cmdline
EOF
  chmod 755 "$work/root/hagen-script"
  mkdir "$work/base"
  (cd "$work/base" && gzip -dc "$images/debian/initrd-$architecture" \
      | cpio --quiet -id bin/busybox 2>/dev/null)

  find "$work/root" -exec touch -h -d @0 {} +
  cp "$images/debian/initrd-$architecture" "$work/initrd"
  (cd "$work/root" && find . | LC_ALL=C sort \
      | cpio --quiet --reproducible --owner=0:0 -H newc -o) | gzip -n -9 >>"$work/initrd"

  # Each file appears complete or not at all.
  mv "$work/base/bin/busybox" "$output/busybox-$architecture"
  mv "$work/root/bench/bench" "$output/bench-$architecture"
  mv "$work/initrd" "$output/initrd-$architecture"
  touch "$output"/*-"$architecture"
  rm -rf "$work"
}

force=
wanted=
for argument; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    --force) force=yes ;;
    amd64 | i386) wanted=$argument ;;
    all) wanted='amd64 i386' ;;
    *) usage >&2; exit 2 ;;
  esac
done

for architecture in ${wanted:-amd64 i386}; do
  "$here/../debian/build.sh" "$architecture"
  [ -n "$force" ] || ! up_to_date "$architecture" || continue
  for tool in "${CC:-gcc}" cpio gzip; do
    command -v "$tool" >/dev/null || fail "needs $tool; install it with: apt-get install $tool"
  done
  mkdir -p "$output"
  case $architecture in
    amd64) build amd64 -m64 ;;
    i386) build i386 -m32 -msse2 -mfpmath=sse ;;
  esac
done
