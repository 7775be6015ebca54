#!/bin/sh
# Makes the pictures of the README anew: records a guest, has the reports written, and photographs them with Chromium.
set -eu
umask 022

usage() {
  cat <<'EOF'
usage: docs/pictures/make.sh

Writes tune.png beside itself. Needs Debian's guests with the measured programs (guest-images/debian/build.sh and
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
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 --user-data-dir="$work/browser" \
    --window-size=1000,1160 --screenshot="$here/tune.png" "file://$work/tune/tune.html" 2>"$work/browser.log" ||
  fail "Chromium failed; see $work/browser.log"
[ -s "$here/tune.png" ] || fail "Chromium has made no picture; see $work/browser.log"
