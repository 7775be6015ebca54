#!/bin/sh
# Writes target/hagen.aot: Hagen's classes as the JVM wants them, and what it has learned about them while it ran guests. A boot of
# Linux takes 9 % less with it. Maven calls this when it has packaged the jar, and the launcher when the file is missing, older than
# the jar, or another JDK's. It is as good without; an empty file says that the JVM could not do it.
#
# The guest is profiled first and writes to the console, where a line is waited for that cannot come: so the classes for that are in it,
# too. Then it runs in 32 and 64 bits with low thresholds, so that much of its code is translated: a boot of Linux compiles some 300 methods
# to watch them before C2 does then, and 1,200 without.
#
#   JAVA_HOME   the JDK that is to run Hagen
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
home=${here%/src/main/launcher}
target=$home/target
aot=$target/hagen.aot

set -- profile "$home/guest-images/nano/nano64.elf" -append ms=20 --exit-on-serial='[^\s\S]' -o "$target/hagen-training"
for bits in 64 32; do
  for threshold in 1000 200; do
    set -- "$@" -- run -nographic "$home/guest-images/nano/nano$bits.elf" -append ms=30 --tunable=threshold=$threshold
  done
done

"$JAVA_HOME/bin/java" "@$here/jvm.options" "-Xbootclasspath/a:$target/hagen-boot.jar" -Xlog:aot=off \
    "-XX:ErrorFile=$target/hagen-training.log" \
    "-XX:AOTCacheOutput=$aot.new" -cp "$target/hagen.jar" dev.hagen.cli.Training "$@" \
    >>"$target/hagen-build.log" 2>&1 </dev/null || rm -f "$aot.new"
rm -rf "$target/hagen-training"
[ -f "$aot.new" ] || : >"$aot.new"
echo "$JAVA_HOME" >"$aot.jdk"
mv "$aot.new" "$aot"
