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

# work that is under way stops, leaves nothing, and says by what
if "$COCOCTL" help model pack >out 2>&1; then
	mkdir model
	truncate -s 4G model/weights.bin
	expect 0 key generate --type content -o content.key
	"$COCOCTL" model pack model -o package --key content.key --json >out 2>err &
	pid=$!
	sleep 0.4
	kill -TERM $pid || fail "4 GiB were packed in 0.4 s"
	wait $pid
	[ $? = 143 ] || fail "not killed by TERM"
	json out
	has out '"exit_code":143'
	has out '"message":"stopped by SIGTERM"'
	has err 'stopped by SIGTERM'
	[ "$(ls -A | grep -c package)" = 0 ] || fail "left: $(ls -A)"
fi
