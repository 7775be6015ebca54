#!/bin/sh
# Makes the pictures of the README anew: records a guest, has the reports written, and photographs them with Chromium.
set -eu
umask 022

usage() {
  cat <<'EOF'
usage: docs/pictures/make.sh

Writes profile.png, tune.png and compare.png beside itself. Needs Debian's guests with the measured programs (guest-images/debian/build.sh and
guest-images/bench/build.sh) and Chromium: apt-get install chromium.
EOF
}

fail() {
  echo "make.sh: $*" >&2
  exit 1
}

case ${1-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
images=$home/target/guest-images
work=$home/target/pictures

browser=
for candidate in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || browser=$(command -v "$candidate" || true)
done
[ -n "$browser" ] || fail "needs Chromium: apt-get install chromium"
[ -r "$images/debian/vmlinuz-amd64" ] || fail "needs Debian's guests: guest-images/debian/build.sh"
[ -r "$images/bench/initrd-amd64" ] || fail "needs the measured programs: guest-images/bench/build.sh"

mkdir -p "$work"
"$home/hagen" run -kernel "$images/debian/vmlinuz-amd64" -initrd "$images/bench/initrd-amd64" \
    -append "console=ttyS0 bench=integer,system,real scale=0.05 runs=1" -m 512 -no-reboot \
    --trace-units "$work/mixed.trace" >"$work/mixed.log"
"$home/hagen" tune "$work/mixed.trace" -o "$work/tune"
"$home/hagen" profile -kernel "$images/debian/vmlinuz-amd64" -initrd "$images/bench/initrd-amd64" \
    -append "console=ttyS0 bench=integer,system scale=0.1 runs=1" -m 512 -no-reboot -serial null -o "$work/profile" \
    >"$work/profile.log"
"$home/hagen" compare --with=interpreter,simple,adaptive,paravirtual --against=simple -o "$work/compare" >"$work/compare.log"

photograph() { # page, width and height of the picture
  "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
      --disable-component-update --disable-sync --hide-scrollbars --force-device-scale-factor=1 \
      --user-data-dir="$work/browser" --window-size="$2" --screenshot="$here/$1.png" "file://$work/$1/$1.html" \
      2>"$work/browser.log" || fail "Chromium failed; see $work/browser.log"
  [ -s "$here/$1.png" ] || fail "Chromium has made no picture; see $work/browser.log"
}

photograph profile 1000,960
photograph tune 1000,740
photograph compare 1000,960
