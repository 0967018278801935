#!/bin/sh
# INT and TERM at any time leave nothing, neither output nor key; KILL leaves
# what --resume takes up.
. "$SRC/tests/cli/model_lib"

command -v timeout >/dev/null 2>&1 || { echo "timeout is not installed"; exit 77; }
keys
mkdir m
noise 24000000 >m/a
noise 3000000 >m/b
safetensors m/t.safetensors layer 20000
expect 0 model pack m -o good --new-key key --sign signer.pem --segment-size 4MiB
expect 0 model plan m -o plan --segment-size 4MiB
for i in 1 2; do
	expect 0 model pack m -o part$i --key key --plan plan --shard $i/2
done
start=$(date +%s%N)
expect 0 model pack m -o once --key key --segment-size 4MiB
lasts=$((($(date +%s%N) - start) / 1000000))
rm -rf once

# at_some_time SIGNAL OUTPUT ARGUMENT...: interrupted or complete, never in between
interrupted=0
at_some_time() {
	sig=$1
	out=$2
	shift 2
	ms=$(($(od -An -N2 -tu2 /dev/urandom) % (lasts * 5 / 4)))
	timeout -s "$sig" --preserve-status "$((ms / 1000)).$(printf %03d $((ms % 1000)))" \
		"$COCOCTL" "$@" >stdout 2>err
	code=$?
	rm -f stdout
	case $code in
	0)
		[ -e "$out" ] || fail "$*: nothing was written"
		rm -rf "$out" newkey
		;;
	130 | 143)
		interrupted=$((interrupted + 1))
		# before main nothing can be said
		[ ! -s err ] || has err "[usage.prompt.cancelled]"
		gone "$out" newkey
		;;
	*) fail "$*: $sig after $ms ms: exit $code" ;;
	esac
}

i=0
while [ $i -lt 5 ]; do
	for sig in INT TERM; do
		at_some_time $sig new model pack m -o new --new-key newkey --sign signer.pem \
			--segment-size 4MiB
		at_some_time $sig new model open good -o new --key key --public-key signer.pub
	done
	at_some_time TERM new model merge part1 part2 -o new --key key --sign signer.pem
	at_some_time INT new model pack m -o new --key key --plan plan --shard 2/2
	at_some_time TERM new model sign m --key signer.pem -o new
	at_some_time INT new model cat good a --key key -o new
	i=$((i + 1))
done
[ $interrupted -gt 0 ] || fail "nothing was ever interrupted"
# attaching a signature: the package is whole whenever it is stopped
for ms in 002 004 006 008 010 015 020; do
	timeout -s TERM 0.$ms "$COCOCTL" model sign good --key signer.pem >stdout 2>err
	rm -f stdout
	expect 0 model verify good --public-key signer.pub
done
gone new

# killed NAME ARGUMENT...: packs into NAME until some segments are done, then kills
killed() {
	name=$1
	shift
	tries=0
	while [ $tries -lt 50 ]; do
		rm -rf "$name" "$name".partial-* newkey
		"$COCOCTL" model pack m -o "$name" --jobs 1 --compress zstd "$@" >stdout 2>err &
		pid=$!
		while kill -0 $pid 2>/dev/null; do
			done_now=$(ls "$name".partial-*/blobs/sha256 2>/dev/null | grep -vc tmp)
			if [ "$done_now" -gt 2 ]; then
				kill -KILL $pid 2>/dev/null
				break
			fi
		done
		wait $pid
		[ $? = 137 ] && rm -f stdout && return
		tries=$((tries + 1))
	done
	echo "packing is always faster than the kill"
	exit 77
}

# number KEY: of a member of the JSON answer
number() {
	sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" out
}

killed new --new-key newkey --segment-size 1MiB
[ -e newkey ] || fail "the key of the killed run is lost"
[ ! -e new ] || fail "a killed run has an output"
cp newkey before
# without --resume neither key nor output of the killed run are touched
refused 10 io.output.exists model pack m -o new --new-key newkey --segment-size 1MiB
has err 'give --resume'
expect 0 model pack m -o new --key key
has err "$(echo new.partial-*) is left of an interrupted run"
rm -rf new
# other options, another key, another model
refused 2 usage.resume.mismatch model pack m -o new --new-key newkey --resume \
	--segment-size 1MiB --compress off
refused 2 usage.resume.mismatch model pack m -o new --new-key newkey --resume \
	--segment-size 2MiB --compress zstd
refused 7 crypto.content_key.wrong model pack m -o new --key key --resume \
	--segment-size 1MiB --compress zstd
cp -p m/b b
echo changed >>m/b
refused 2 usage.resume.mismatch model pack m -o new --new-key newkey --resume \
	--segment-size 1MiB --compress zstd
mv b m/b
# a finished segment that was damaged meanwhile is packed again
blob=$(ls new.partial-*/blobs/sha256 | grep -v tmp | head -n 1)
flip "$(echo new.partial-*)/blobs/sha256/$blob" 1000
expect 0 model pack m -o new --new-key newkey --resume --segment-size 1MiB --compress zstd \
	--sign signer.pem --json
json out
cmp -s newkey before || fail "another key"
[ "$(number segments_resumed)" -gt 0 ] || fail "nothing was taken over"
total=$(($(number segments) + $(number segments_resumed)))
gone
expect 0 model inspect new --json
[ "$(number segments)" = $total ] || fail "$total segments are not $(number segments)"
expect 0 model verify new --public-key signer.pub --key newkey
expect 0 model open new -o opened --key newkey
diff -r m opened >out || fail "a resumed package opens differently"
rm -rf new opened newkey before

# a run that goes on is not taken over
"$COCOCTL" model pack m -o new --key key --segment-size 1MiB --jobs 1 --compress zstd \
	>stdout 2>err2 &
pid=$!
while kill -0 $pid 2>/dev/null && [ ! -s "$(echo new.partial-*/journal)" ]; do
	:
done
kill -STOP $pid
if [ -s "$(echo new.partial-*/journal)" ]; then
	refused 4 io.output.busy model pack m -o new --key key --segment-size 1MiB --resume \
		--compress zstd
fi
kill -CONT $pid
wait $pid || fail "the run that went on: $(cat err2)"
expect 8 model verify new --key key
rm -rf new stdout err2
gone new

# a shard alike
expect 0 model plan m -o plan1 --segment-size 1MiB
killed part3 --key key --plan plan1 --shard 1/2
refused 4 io.file.open model merge part3 -o new --key key
partial=$(echo part3.partial-*)
refused 3 format.package.plan model merge "$partial" part3 -o new --key key
expect 0 model pack m -o part3 --key key --plan plan1 --shard 1/2 --resume --compress zstd --json
[ "$(number segments_resumed)" -gt 0 ] || fail "no segment of the shard was taken over"
expect 0 model pack m -o part4 --key key --plan plan1 --shard 2/2
expect 0 model merge part4 part3 -o new --key key --sign signer.pem
expect 0 model verify new --public-key signer.pub --key key
gone
