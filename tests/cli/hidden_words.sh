#!/bin/sh
# While a model command runs, /proc shows neither its operands nor its options.
. "$SRC/tests/cli/lib"

"$COCOCTL" help model pack >out 2>&1 || { echo "model pack is not built"; exit 77; }
[ -r /proc/self/cmdline ] || { echo "no /proc"; exit 77; }
mkdir canary-model
echo weights >canary-model/canary.bin
mkfifo pipe
"$COCOCTL" model pack canary-model -o canary-out --key - <pipe >out 2>err &
pid=$!
exec 9>pipe
sleep 0.5
tr '\0' ' ' </proc/$pid/cmdline >seen || fail "it did not wait for its key"
ps -o args= -p $pid >>seen 2>/dev/null
exec 9>&-
wait $pid
[ $? = 7 ] || fail "an empty key: $?"
has seen 'model pack'
hasnt seen canary
hasnt err canary.bin
[ ! -e canary-out ] || fail "an output was left behind"
