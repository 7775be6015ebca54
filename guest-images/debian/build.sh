#!/bin/sh
# Builds bootable Linux guests from Debian's packages: unmodified kernels, and a BusyBox with symbols.
set -eu
umask 022

usage() {
  cat <<'END'
usage: build.sh [--force] [amd64|i386|all]

Fetches Debian's kernel, BusyBox and C library through this machine's apt sources and
writes into target/guest-images/debian:

  vmlinuz-ARCH     the kernel as Debian ships it: the cloud kernel for amd64, the 686 one for i386
  initrd-ARCH      a small initramfs: BusyBox and an init (see below). BusyBox is compiled from
                   Debian's source, with Debian's configuration and flags, so that profiles name
                   its functions. Where that cannot be done (it takes gcc, with gcc-multilib for
                   i386, make and dpkg-dev), it is Debian's, which has no symbols.
  vmlinux-ARCH     the same kernel uncompressed, an ELF file
  raid6_pq.ko-ARCH a module of that kernel that measures itself when it is loaded, for tests
  libc.so.6-ARCH   the C library, for tests that want a large real program
  versions-ARCH    the packages that all this came from

Nothing is done when the files are there and not older than the scripts. --force starts afresh.
Neither root nor any change to this machine's packages is needed.

In the guest, init mounts what is usual, prints "HAGEN-READY <seconds since boot>" and runs
  1. the script that the kernel command line carries as hagen.script=BASE64 (the whole command
     line is limited to 2047 bytes), or else
  2. the file /hagen-script of an archive that add-script.sh appended to the initrd, or else
  3. an interactive shell on the console.
After a script it prints HAGEN-SCRIPT-OK or "HAGEN-SCRIPT-FAILED <status>" and powers off.
END
}

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
output=$(cd "$here/../.." && pwd)/target/guest-images/debian
# Whatever decides how the files look; a newer one makes them stale.
sources="$here/build.sh $here/init $here/extract-vmlinux.sh"

up_to_date() { # architecture
  for name in vmlinuz initrd vmlinux raid6_pq.ko libc.so.6 versions; do
    [ -s "$output/$name-$1" ] || return 1
    for source in $sources; do
      [ -z "$(find "$source" -newer "$output/$name-$1")" ] || return 1
    done
  done
}

# Runs an apt tool with a state of its own: this machine's sources and keys, another architecture,
# nothing installed. The machine's own lists and packages stay as they are.
apt() { # architecture, tool, arguments
  state=$output/apt-$1
  architecture=$1
  tool=$2
  shift 2
  "$tool" -q \
      -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
      -o APT::Get::List-Cleanup=false -o APT::Sandbox::User="$(id -un)" \
      -o Dir::State="$state" -o Dir::State::status="$state/status" \
      -o Dir::Cache="$state/cache" -o Dir::Etc::sourcelist="$state/sources.list" \
      -o Dir::Etc::sourceparts="$state/sources.list.d" \
      -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

prepare_apt() { # architecture
  state=$output/apt-$1
  rm -rf "$state"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/sources.list.d"
  : >"$state/status"
  : >"$state/sources.list"
  # A source that is limited to this machine's architecture would offer nothing for another. Where
  # binary packages are, source packages are too, whether this machine wants them or not.
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$file" ] || sed -E '/^deb-src/d; s/arch=[^] ]*//; s/\[ *\]//
        /^deb /{p; s/^deb/deb-src/}' "$file" >"$state/${file#/etc/apt/}"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$file" ] || sed '/^Architectures:/Id; s/^Types:.*/Types: deb deb-src/I' "$file" \
        >"$state/${file#/etc/apt/}"
  done
  # A suite whose mirror is being changed meanwhile fails here; the others are still good, and
  # what is missing in the end shows when it is fetched.
  apt "$1" apt-get update >"$state/update.log" 2>&1 \
      || echo "build.sh: some apt sources failed for $1 (see $state/update.log); going on" >&2
}

# Downloads a package into the current directory unless it is there.
download() { # architecture, package[=version]
  apt "$1" apt-get download "$2" >>"$output/apt-$1/download.log" 2>&1
}

# The kernel's packages are named after their versions; a package without a version in its name
# depends on the newest. The newest may be announced already and not yet be there, so try all.
download_kernel() { # architecture, package
  for version in $(apt "$1" apt-cache madison "$2" | awk '{print $3}' | uniq); do
    kernel=$(apt "$1" apt-cache show "$2=$version" \
        | sed -n 's/^Depends:.*\(linux-image-[0-9][^ ,]*\).*/\1/p' | head -n 1)
    if [ -n "$kernel" ] && download "$1" "$kernel"; then
      return 0
    fi
  done
  return 1
}

unpack() { # package file, directory, path in the package
  dpkg-deb --fsys-tarfile "$1" | tar -C "$2" -x --wildcards "$3"
}

# Compiles BusyBox as debian/rules of its source does, but for the symbols, which stay.
build_busybox() { # architecture, directory whose bin/busybox is to be replaced
  case $1 in
    amd64) compiler="${CC:-gcc} -m64" ;;
    i386) compiler="${CC:-gcc} -m32" ;;
  esac
  apt "$1" apt-get source --download-only busybox-static || return
  dpkg-source --no-check -x busybox_*.dsc "$2/source" || return
  mkdir "$2/source/build"
  cp "$2/source/debian/config/pkg/static" "$2/source/build/.config"
  # BusyBox chooses how far to optimize.
  flags=$(dpkg-buildflags --get CFLAGS | sed -E 's/-g |-O2 //g; s/-f(file|debug)-prefix-map=[^ ]*//g')
  (cd "$2/source/build" && export KCONFIG_NOTIMESTAMP=1 \
      && yes '' | make -f ../Makefile -C . KBUILD_SRC=.. silentoldconfig \
      && make -j"$(nproc)" SKIP_STRIP=y CC="$compiler" \
          CONFIG_EXTRA_CFLAGS="$flags $(dpkg-buildflags --get CPPFLAGS)" \
          CONFIG_EXTRA_LDFLAGS="$(dpkg-buildflags --get LDFLAGS)" busybox) || return
  mv "$2/source/build/busybox" "$2/bin/busybox"
}

build_initrd() { # architecture, directory with the unpacked BusyBox, output
  root=$2/root
  mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/proc" "$root/root" "$root/run" \
      "$root/sys" "$root/tmp"
  cp "$2/bin/busybox" "$root/bin/busybox"
  cp "$here/init" "$root/init"
  chmod 755 "$root/bin/busybox" "$root/init"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  # Where this machine cannot run that BusyBox, init makes the links.
  for applet in $("$root/bin/busybox" --list 2>/dev/null); do
    [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
  done
  find "$root" -exec touch -h -d @0 {} +
  (cd "$root" && find . | LC_ALL=C sort \
      | cpio --quiet --reproducible --owner=0:0 -H newc -o) | gzip -n -9 >"$3"
}

build() { # architecture, kernel package
  echo "build.sh: fetching Debian packages for $1" >&2
  work=$output/work-$1
  rm -rf "$work"
  mkdir -p "$work/packages"
  prepare_apt "$1"
  cd "$work/packages"
  download_kernel "$1" "$2" \
      || fail "this machine's apt sources offer no $2 for $1 that can be fetched"
  for package in busybox-static libc6; do
    download "$1" "$package" \
        || fail "this machine's apt sources offer no $package for $1 that can be fetched"
  done

  unpack linux-image-*.deb "$work" './boot/*'
  unpack linux-image-*.deb "$work" '*/raid6_pq.ko*'
  unpack busybox-static_*.deb "$work" './bin/busybox'
  unpack libc6_*.deb "$work" '*/libc.so.6'
  build_busybox "$1" "$work" >"$output/busybox-$1.log" 2>&1 </dev/null \
      || echo "build.sh: BusyBox for $1 cannot be compiled (see $output/busybox-$1.log), so it is" \
          "Debian's, and profiles do not name its functions; install what is missing with:" \
          "apt-get install build-essential gcc-multilib" >&2
  build_initrd "$1" "$work" "$work/initrd"
  "$here/extract-vmlinux.sh" "$work"/boot/vmlinuz-* >"$work/vmlinux"
  ls >"$work/versions"

  # Each file appears complete or not at all, the list of versions last.
  mv "$work"/boot/vmlinuz-* "$output/vmlinuz-$1"
  mv "$work/initrd" "$output/initrd-$1"
  mv "$work/vmlinux" "$output/vmlinux-$1"
  module=$(find "$work" -name 'raid6_pq.ko*' -type f)
  case $module in
    *.xz) xz -d "$module" ;;
  esac
  mv "${module%.xz}" "$output/raid6_pq.ko-$1"
  mv "$(find "$work" -name libc.so.6 -type f)" "$output/libc.so.6-$1"
  mv "$work/versions" "$output/versions-$1"
  touch "$output"/*-"$1"
  cd "$output"
  rm -rf "$work" "$output/apt-$1"
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
  [ -n "$force" ] || ! up_to_date "$architecture" || continue
  for tool in apt-get apt-cache dpkg-deb; do
    command -v $tool >/dev/null || fail "needs a Debian system with apt, since it fetches Debian's packages ($tool is missing)"
  done
  for tool in cpio gzip xz tar awk; do
    command -v $tool >/dev/null || fail "needs $tool; install it with: apt-get install $tool"
  done
  case $architecture in
    amd64) build amd64 linux-image-cloud-amd64 ;;
    i386) build i386 linux-image-686 ;;
  esac
done
