#!/bin/sh
# A model full of canary names and marks, keys that are known: whatever the
# commands write, print or log, at -vv and in JSON, on success and on failure,
# and what a killed run leaves, none of it shows a canary. What is asked for
# shows them: open, cat, --show-names and inspect with the key.
. "$SRC/tests/cli/model_lib"

mkdir secret seen
keys
mv signer.pem other.pem secret
expect 0 key generate --type content -o secret/key
model canary-model
mkdir canary-model/canary-dir
i=0
while [ $i -lt 4000 ]; do
	echo "canary content $i"
	i=$((i + 1))
done >canary-model/canary-dir/canary-text
safetensors canary-model/canary.safetensors canary.tensor.weight 30000
noise 30000000 >canary-model/canary-noise

# ---- what is searched for

# A text in hexadecimal, and in base64 at each of its three places in a group.
forms() {
	printf '%s\n' "$1"
	printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
	echo
	printf %s "$1" | base64 | cut -c 1-$((${#1} * 4 / 3))
	printf 'x%s' "$1" | base64 | cut -c 3-$(((${#1} + 1) * 4 / 3))
	printf 'xx%s' "$1" | base64 | cut -c 4-$(((${#1} + 2) * 4 / 3))
}
forms canary >texts
od -An -v -tx1 secret/key | tr -d ' \n' >>texts
echo >>texts
base64 -w0 secret/key | tr -d '=' >>texts
echo >>texts
grep -hv -- '-----' secret/signer.pem secret/other.pem >>texts
# raw: the content key, the number of the P-256 key, the seed of the Ed25519 key
{
	od -An -v -tx1 secret/key
	for pem in signer:36 other:16; do
		grep -v -- '-----' "secret/${pem%:*}.pem" | base64 -d |
			od -An -v -tx1 -j"${pem#*:}" -N32
	done
} | tr -d ' ' | paste -sd '\0' - | fold -w 64 >raw
[ "$(wc -l <raw)" -ge 2 ] && [ "$(wc -w <texts)" -ge 8 ] || fail "the search itself is broken"

# clean WHAT FILE...: none of it is in the files or their names
clean() {
	what=$1
	shift
	find "$@" -type f >files
	[ -s files ] || fail "$what: nothing to search"
	if grep -qFi -f texts files; then
		fail "$what: in a name: $(grep -Fi -f texts files)"
	fi
	while read -r file; do
		LC_ALL=C grep -aqFi -f texts "$file" &&
			fail "$what: in $file: $(LC_ALL=C grep -aoFi -f texts "$file" | head -n 1)"
		[ "$(wc -c <"$file")" -gt 100000 ] && continue
		od -An -v -tx1 "$file" | tr -d ' \n' | grep -qF -f raw && fail "$what: raw in $file"
	done <files
}

# the search finds what is there
printf 'x%s' canary | base64 >seen/trap
(clean trap seen >/dev/null) && fail "the search finds nothing"
cp secret/key seen/trap
(clean trap seen >/dev/null) && fail "the search finds no raw key"
rm seen/trap

# quiet EXIT ARGUMENT...: at -vv, with a log; failures in text and JSON, successes in
# one of the two in turn; all of it is clean
runs=0
FORM=
quiet() {
	want=$1
	shift
	runs=$((runs + 1))
	forms='text json'
	if [ "$want" = 0 ]; then
		forms=text
		[ $((runs % 2)) = 0 ] || forms=json
	fi
	for form in ${FORM:-$forms}; do
		"$COCOCTL" "$@" -vv --format $form --log-file seen/log >seen/out 2>seen/err
		got=$?
		[ $got = "$want" ] || fail "$*: exit $got, wanted $want: $(cat seen/err)"
		clean "$*" seen
	done
}

quiet 0 model plan canary-model -o plan --segment-size 1MiB
quiet 0 model pack canary-model -o pkg --key secret/key --sign secret/signer.pem \
	--segment-size 1MiB --recipient signer.pub
quiet 0 model pack canary-model -o next --key secret/key --sign secret/other.pem --compress off \
	--previous pkg --no-plaintext-digests
quiet 0 model pack canary-model -o part1 --key secret/key --plan plan --shard 1/2
quiet 0 model pack canary-model -o part2 --key secret/key --plan plan --shard 2/2
quiet 0 model merge part1 part2 -o merged --key secret/key --sign secret/signer.pem
quiet 0 model sign pkg --key secret/other.pem
quiet 0 model sign pkg --key secret/other.pem -o pkg.sig
quiet 0 model verify pkg --public-key signer.pub --key secret/key
quiet 0 model verify merged --public-key signer.pub --key secret/key
quiet 0 model inspect pkg
# in text the files are what was asked for
FORM=json
quiet 0 model inspect pkg --key secret/key
FORM=
quiet 0 model rewrap pkg --key secret/key --recipient signer.pub
quiet 0 model open pkg -o opened --key secret/key --public-key signer.pub
quiet 0 model open pkg -o opened2 --identity secret/signer.pem --file 'canary-dir/*'
quiet 0 key wrap --recipient signer.pub --key secret/key -o wraps
quiet 0 key unwrap --identity secret/signer.pem wraps -o secret/back
quiet 0 key inspect secret/key
quiet 0 key inspect secret/signer.pem
quiet 0 key public secret/signer.pem
clean packages pkg next part1 part2 merged plan pkg.sig wraps

# ---- failures have names to hide too
quiet 1 model pack canary-model -o new --key secret/key --previous next --version 1
quiet 4 model pack canary-model/canary-none -o new --key secret/key
quiet 10 model pack canary-model -o pkg --key secret/key
quiet 2 model cat pkg canary-none --key secret/key -o new
quiet 2 model cat pkg canary-dir/canary-text:0:99999999 --key secret/key -o new
quiet 2 model open pkg -o new --key secret/key --file 'canary-none*'
quiet 7 model open pkg -o new --key secret/other.pem
expect 0 key generate --type content -o wrong
quiet 7 model open pkg -o new --key wrong
ln -s canary-text canary-model/canary-link
quiet 4 model pack canary-model -o new --key secret/key
quiet 4 model sign canary-model --key secret/signer.pem -o new
rm canary-model/canary-link
mkfifo canary-model/canary-fifo
quiet 4 model plan canary-model -o new
rm canary-model/canary-fifo
bad=$(printf 'canary-model/canary-\377')
echo x >"$bad"
quiet 3 model pack canary-model -o new --key secret/key
rm "$bad"
# a file with a broken header is packed with a warning
printf '\377\377\377\377\377\377\377\177{"canary":1}' >canary-model/canary-bad.safetensors
quiet 1 model pack canary-model -o new --key secret/key --plan plan --shard 1/2
quiet 0 model pack canary-model -o broken --key secret/key
clean broken broken
rm canary-model/canary-bad.safetensors
# damaged content; files that are not the signed ones
cp -r pkg bad
flip "$(layer bad 3)" 100000
quiet 1 model verify bad --public-key signer.pub --key secret/key
quiet 7 model open bad -o new --key secret/key
quiet 0 model sign canary-model --key secret/signer.pem -o model.sig
quiet 0 model verify canary-model --public-key signer.pub --signature model.sig
mv canary-model/canary-noise canary-model/canary-moved
echo more >>canary-model/canary-dir/canary-text
quiet 1 model verify canary-model --public-key signer.pub --signature model.sig
mv canary-model/canary-moved canary-model/canary-noise
gone new

# ---- a killed run: journal, finished and unfinished segments
i=0
while [ $i -lt 30 ]; do
	rm -rf new new.partial-*
	"$COCOCTL" model pack canary-model -o new --key secret/key --segment-size 1MiB \
		--compress zstd --jobs 1 -vv --log-file seen/log >seen/out 2>seen/err &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		if [ "$(ls new.partial-*/blobs/sha256 2>/dev/null | wc -l)" -gt 4 ]; then
			kill -KILL $pid 2>/dev/null
			break
		fi
	done
	wait $pid
	[ $? = 137 ] && break
	i=$((i + 1))
done
if [ $i -lt 30 ]; then
	clean 'a killed run' new.partial-* seen
	quiet 0 model pack canary-model -o new --key secret/key --segment-size 1MiB \
		--compress zstd --resume
	clean 'a resumed run' new
fi
rm -rf new

# ---- /proc while it waits for its key: command line and environment
if [ -r /proc/self/cmdline ]; then
	mkfifo pipe
	waiting() {
		CANARY_KEY=$(base64 secret/key) "$COCOCTL" "$@" <pipe >seen/out 2>seen/err &
		pid=$!
		exec 9>pipe
		n=0
		while [ $n -lt 50 ]; do
			sleep 0.1
			cat /proc/$pid/cmdline >seen/cmdline
			# until main has run the words are there, for a moment
			LC_ALL=C grep -aqi canary seen/cmdline || break
			n=$((n + 1))
		done
		clean "command line of $*" seen
		exec 9>&-
		wait $pid
		clean "$*" seen
	}
	waiting model pack canary-model -o canary-out --key -
	waiting model open pkg -o canary-out --file 'canary*' --key -
	waiting model cat pkg canary-dir/canary-text --key - -o canary-out
	waiting model sign canary-model --key - -o canary-out
	ln -s pkg canary-pkg
	waiting model verify canary-pkg --key - --public-key signer.pub
	waiting model rewrap canary-pkg --key - --recipient signer.pub
	rm canary-pkg
	rm -f pipe
fi

# ---- and where they are asked for they are
expect 0 model cat pkg canary-dir/canary-text --key secret/key
has out 'canary content 17'
expect 0 model inspect pkg --key secret/key --show-names
has out canary-dir/canary-text
expect 0 model inspect pkg --key secret/key --show-names --json
has out canary-dir/canary-text
[ -s opened/canary-dir/canary-text ] && [ -s opened2/canary-dir/canary-text ] || fail "open"
[ $runs -gt 35 ] || fail "only $runs runs"
