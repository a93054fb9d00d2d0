# Waits until its standard input ends (the group was dropped, or the test process died in any way),
# then ends every process that carries the group's mark in its environment, and removes its folder.
# The mark finds what no process group does: daemons that left it and what a tracer leaves behind.
mark=$1
root=$2
keep=$3
trap '' HUP INT TERM
cat >/dev/null

ours() {
    grep -lzxF -e "FIRSTBELL_MARK=$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

# Asked politely first: Xvfb removes its lock and socket then.
for pid in $(ours); do kill -TERM "$pid" 2>/dev/null; done
tries=0
while [ -n "$(ours)" ] && [ $tries -lt 20 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
tries=0
while left=$(ours) && [ -n "$left" ] && [ $tries -lt 100 ]; do
    for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
    sleep 0.05
    tries=$((tries + 1))
done
[ -n "$keep" ] || rm -rf -- "$root"
