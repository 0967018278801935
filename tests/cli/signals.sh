#!/bin/sh
# A first signal asks to stop, a second one does not ask; the death is visible.
. "$SRC/tests/cli/lib"

mkfifo pipe
for sig in 15 1; do
	"$COCOCTL" key inspect - <pipe >out 2>err &
	pid=$!
	exec 9>pipe
	sleep 0.3
	kill -$sig $pid
	sleep 0.2
	kill -0 $pid 2>/dev/null && kill -$sig $pid
	wait $pid
	code=$?
	exec 9>&-
	[ $code = $((128 + sig)) ] || fail "signal $sig: $code"
	empty out
done

# what the parent ignores stays ignored
(trap '' HUP; exec "$COCOCTL" key inspect - <pipe >out 2>err) &
pid=$!
exec 9>pipe
sleep 0.3
kill -HUP $pid
sleep 0.2
kill -HUP $pid || fail "an ignored HUP killed"
exec 9>&-
wait $pid
[ $? -lt 128 ] || fail "an ignored HUP killed"
