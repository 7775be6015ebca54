#!/bin/sh
# Runs in the guest; DebianBoot compares what it prints with the host's results.
set -e
cd /tmp
echo "MACHINE $(uname -m)"

# Files.
squares() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print i * i % 65537 }'; }
squares 20000 >data
mkdir -p some/directory
cp data some/directory/copy
mv some/directory/copy some/moved
cmp data some/moved
[ "$(wc -l <some/moved)" -eq 20000 ]
ln -s some/moved link
echo "MD5 $(md5sum <link | cut -d ' ' -f 1)"

# Compression there and back, and some of it unpacked by the host.
gzip -c data >data.gz
[ "$(wc -c <data.gz)" -lt "$(wc -c <data)" ]
echo "UNPACKED-MD5 $(gunzip -c data.gz | md5sum | cut -d ' ' -f 1)"
echo "PACKED $(squares 500 | gzip -c | base64 | tr -d '\n')"
rm -r some link data data.gz

# Pipes, with floating-point arithmetic at their end.
echo "SUM $(seq 1 5000 | grep -v x | sort -rn | awk '{ s += $1 } END { printf "%d", s }')"

# Processes.
forks=0
while [ $forks -lt 200 ]; do
  /bin/busybox true
  forks=$((forks + 1))
done
echo "FORKS $forks"
(sleep 1; exit 7) &
wait $! || [ $? -eq 7 ]

# Time passes.
read -r before rest </proc/uptime
sleep 2
read -r after rest </proc/uptime
awk -v a="$before" -v b="$after" 'BEGIN { print "SLEPT", (b - a >= 1.9 && b - a < 60) ? "yes" : b - a }'
