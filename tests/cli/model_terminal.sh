#!/bin/sh
# The progress of long work: a bar only on a terminal, gone before anything else
# is said; plain lines and JSON where they are asked for.
. "$SRC/tests/cli/model_lib"

mkdir m
noise 60000000 >m/a
expect 0 key generate --type content -o key
esc=$(printf '\033')
cr=$(printf '\r')

# slow OPTION...: packs in so many steps that progress is due
slow() {
	rm -rf pkg pkg.partial-*
	"$COCOCTL" model pack m -o pkg --key key --segment-size 1MiB --jobs 1 --compress zstd "$@" \
		>out 2>err &
	pid=$!
	steps=0
	while [ $steps -lt 7 ] && kill -STOP $pid 2>/dev/null; do
		sleep 0.1
		kill -CONT $pid
		sleep 0.01
		steps=$((steps + 1))
	done
	wait $pid || fail "pack $*"
}

# shows TEXT OPTION...: as slow, again when the machine was too quick for it
shows() {
	text=$1
	shift
	tries=0
	while slow "$@" && [ $tries -lt 8 ] && ! grep -qF "$text" err; do
		tries=$((tries + 1))
	done
	has err "$text"
}

slow
hasnt err "$esc"
hasnt err "$cr"
hasnt err packing
TERM=dumb COCOCTL_FORCE_TTY=80 slow
hasnt err "$esc"
COCOCTL_FORCE_TTY=80 slow --progress none
hasnt err "$cr"
COCOCTL_FORCE_TTY=80 slow -q
empty err

COCOCTL_FORCE_TTY=80
export COCOCTL_FORCE_TTY
shows "${cr}packing"
has err '%'
# what a terminal shows at the end of each line has no bar in it
sed "s/.*$esc\[2*K//; s/.*$cr//" err >shown
has shown 'manifest'
hasnt shown 'packing'
[ "$(head -n 1 shown | cut -c 1-8)" = manifest ] || fail "the bar is in the way: $(head -n 1 shown)"
NO_COLOR=1 shows "${cr}packing"
sed "s/$esc\[K//g; s/$esc\[2K//g" err >left
hasnt left "$esc"
# no line is wider than the terminal
tr '\r' '\n' <err | sed "s/$esc\[[0-9;]*[A-Za-z]//g" | awk 'length($0) > 80' >wide
grep -q packing wide && fail "a bar wider than the terminal"

unset COCOCTL_FORCE_TTY
shows packing --progress plain
hasnt err "$esc"
shows '"phase":"packing"' --progress json --json
json out
! grep -qv '^{' err || fail "not only JSON lines"
