#!/bin/sh
# Compares Hagen with QEMU's TCG on the same guests; builds what that needs. See --help.
set -eu

fail() {
  echo "compare.sh: $*" >&2
  exit 2
}

home=$(cd "$(dirname "$0")/.." && pwd)

# The first JDK that is new enough, in the order in which ./hagen looks.
java=
for candidate in "${HAGEN_JAVA_HOME-}" "${JAVA_HOME-}" "$(command -v java | xargs -r readlink -f \
    | sed 's|/bin/java$||')" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
  if [ -z "$java" ] && [ -x "$candidate/bin/java" ] \
      && [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")" -ge 25 ]; then
    java=$candidate/bin/java
  fi
done 2>/dev/null
[ -n "$java" ] || fail "needs a JDK 25 or newer; set HAGEN_JAVA_HOME to where one is."

case " $* " in
  *' --help '* | *' -h '*) ;;
  *)
    command -v qemu-system-x86_64 >/dev/null \
        || fail "needs QEMU; install it with: apt-get install qemu-system-x86"
    "$home/guest-images/bench/build.sh"
    "$home/hagen" --version >/dev/null
    ;;
esac
exec "$java" "$home/jmh/compare/Compare.java" --home="$home" "$@"
