#!/bin/sh
# The main job on a small model that is made on the spot: pack, sign, verify,
# open, compare, hand the key to a broker and get it back as a guest; then what
# must not work. make demo calls it with the program, the maker of the model and
# the broker of the tests. Ends with an error when any step misbehaves.
set -u
[ $# = 3 ] || { echo "usage: demo.sh COCOCTL MKMODEL KBS_SERVER (make demo calls it)"; exit 2; }
absolute() { (cd "$(dirname "$1")" && printf '%s/%s' "$PWD" "${1##*/}"); }
program=$(absolute "$1")
maker=$(absolute "$2")
broker=$(absolute "$3")
umask 022

# what the user's environment could change
unset COCOCTL_COLOR COCOCTL_PROGRESS COCOCTL_JOBS COCOCTL_NO_INPUT COCOCTL_LOG_FILE \
	COCOCTL_FORCE_TTY COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY \
	COCOCTL_BROKER_CA COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY \
	COCOCTL_BROKER_TIMEOUT COCOCTL_CDH
broker_pid=
work=$(mktemp -d "${TMPDIR:-/tmp}/cococtl-demo.XXXXXX") || exit 4
trap '[ -z "$broker_pid" ] || kill "$broker_pid"; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work" || exit 4

if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m')
	dim=$(printf '\033[2m')
	green=$(printf '\033[32m')
	red=$(printf '\033[31m')
	plain=$(printf '\033[0m')
else
	bold= dim= green= red= plain=
fi

now() { date +%s%N; }

since() { # START: seconds with two decimals
	awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'
}

title() {
	steps=$((steps + 1))
	printf '\n%s%d  %s%s\n' "$bold" "$steps" "$*" "$plain"
}

prompt() { printf '%s$ %s%s\n' "$dim" "$*" "$plain"; }
good() { printf '  %s%s%s\n' "$green" "$*" "$plain"; }

bad() {
	printf '  %s%s%s\n' "$red" "$*" "$plain"
	exit 1
}

shown() { # ARGUMENT...: as a shell would take them
	for word in "$@"; do
		case $word in
		*[!A-Za-z0-9_./:=@%+,-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
}

# expect CODE ARGUMENT...: shows and runs the command, fails unless it exits so
expect() {
	want=$1
	shift
	prompt "cococtl$(shown "$@")"
	start=$(now)
	"$program" "$@" >answer 2>&1
	code=$?
	took=$(since "$start")
	sed 's/^/  /' answer
	[ "$code" = "$want" ] || bad "exit code $code where $want belongs"
	if [ "$code" = 0 ]; then
		good "done in $took s"
	else
		good "refused, as it must be: exit code $code"
	fi
}

names() { # DIR: whether a name of the model's is in any byte of it
	grep -rqaE 'safetensors|tokenizer|config\.json|layers\.0|LlamaFor' "$1"
}

put() { # FILE OFFSET OCTAL...: bytes at an offset from the end of 8192
	_file=$1
	_at=$((8192 - $2))
	shift 2
	# shellcheck disable=SC2059
	printf "$*" | dd of="$_file" bs=1 seek=$_at conv=notrunc 2>/dev/null
}

# Two pages that have what firmware for SEV-SNP has: a list of its memory, the
# start of further vCPUs, a place for the hashes of a kernel.
make_firmware() { # FILE
	head -c 8192 /dev/zero >"$1"
	put "$1" 2048 'ASEV\114\000\000\000\001\000\000\000\005\000\000\000'
	put "$1" 2032 '\000\000\200\000\000\220\000\000\001\000\000\000'
	put "$1" 2020 '\000\320\200\000\000\020\000\000\002\000\000\000'
	put "$1" 2008 '\000\340\200\000\000\020\000\000\003\000\000\000'
	put "$1" 1996 '\000\360\200\000\000\020\000\000\004\000\000\000'
	put "$1" 1984 '\000\000\201\000\000\020\000\000\020\000\000\000'
	put "$1" 50 '\132\000\336\202\265\226\262\037\367\105\272\352\243\146\305\132\010\055'
	put "$1" 72 '\004\260\200\000\026\000\336\161\367\000\176\032\313\117\211\016\150\307\176\057\264\116'
	put "$1" 98 '\000\014\201\000\000\004\000\000\032\000\037\067\125\162\073\072\004\113\222\173\035\246\357\250\324\124'
	put "$1" 120 '\000\010\000\000\026\000\146\145\210\334\112\230\230\107\247\136\125\205\247\277\147\314'
}

expected_digest=15f8cd5c52c4a408c2f2611976ac32384be2a351040085658e1462f23f191d43b28be9b51c4c44d700b1c9e6befe2750

steps=0
begin=$(now)
printf '%scococtl: a model goes in, an encrypted, signed package comes out, and opens again%s\n' \
	"$bold" "$plain"

title "A model as its provider has it: sharded safetensors, made here"
start=$(now)
printf '  '
"$maker" model || bad "the model could not be made"
ls -l model | awk 'NR > 1 { printf "  %12d  %s\n", $5, $9 }'
good "made in $(since "$start") s"

title "Keys: one that signs, and later one that opens"
expect 0 key generate --type p256 -o signer.pem --public signer.pub

title "Pack: compress, encrypt and sign"
expect 0 model pack model -o release --new-key model.key --sign signer.pem
pack_took=$took

title "What everybody can see of it"
expect 0 model inspect release
prompt "grep -ra -e safetensors -e tokenizer ... release"
names model && [ -s release/index.json ] || bad "the search does not work"
if names release; then
	bad "a name of the model is in the package"
fi
good "no name, no shape, no configuration of the model is in the package"

title "What the holder of the content key can see"
expect 0 model inspect release --key model.key
ratio=$("$program" model inspect release --key model.key --json |
	sed -n 's/.*"ratio_percent":"\([0-9.]*\)".*/\1/p')
awk -v r="${ratio:-100}" 'BEGIN { exit !(r <= 67.0) }' || bad "stored: ${ratio:-?} %, not <= 67 %"

title "Verify: without the content key, and with it every chunk and file too"
expect 0 model verify release --public-key signer.pub
expect 0 model verify release --public-key signer.pub --key model.key

title "Open it, and compare with the original"
expect 0 model open release -o opened --key model.key --public-key signer.pub
open_took=$took
prompt "diff -r model opened"
diff -r model opened || bad "the opened model differs"
good "every file is the same, byte by byte"

title "Give it to a customer: wrap the content key for the customer's key"
expect 0 key generate --type p384 -o customer.pem --public customer.pub
expect 0 model rewrap release --key model.key --recipient customer.pub
expect 0 model cat release config.json --identity customer.pem --public-key signer.pub \
	-o config.json
cmp model/config.json config.json || bad "the file differs"
good "the customer reads one file with a key of its own; no segment was touched"

title "What the guest that may have the key will report, computed without the hardware"
make_firmware firmware.fd
echo kernel >vmlinuz
echo initrd >initrd.img
cat >guest.toml <<'END'
schema = "cococtl.launch-profile.v1"
platforms = ["snp"]

[firmware]
file = "firmware.fd"

[boot]
kernel = "vmlinuz"
initrd = "initrd.img"
append = "console=ttyS0 "
kernel_hashes = true

[cpu]
counts = [2, 4]
models = ["EPYC-Milan"]

[guest]
features = 0x21
END
prompt "cat guest.toml"
sed 's/^/  /' guest.toml
expect 0 measure profile check guest.toml
expect 0 measure snp --profile guest.toml
grep -q "4 vCPUs, EPYC-Milan  $expected_digest" answer || bad "the value is another"
good "4 vCPUs: the value that sev-snp-measure computes from the same files"
expect 0 measure snp --profile guest.toml --append "console=ttyS0 init=/bin/sh"
grep -q "$expected_digest" answer && bad "the command line is not measured"
good "another command line, another value: such a guest does not get the key"

title "What a broker shall hold: the key, who may have it, and what such a guest looks like"
key_id=$("$program" model inspect release --json |
	sed -n 's,.*"key_id":"kbs:///\([^"]*\)".*,\1,p')
[ -n "$key_id" ] || bad "the package names no key"
cat >policy.rego <<'END'
package policy
default allow = false
allow if {
	input["submods"]["cpu0"]["ear.status"] == "affirming"
}
END
cat >broker.toml <<END
schema = "cococtl.broker.v1"

[broker]
address = "store:trustee"

[ledger]
key = "ledger.pem"

[resource_policy]
file = "policy.rego"

[[reference_values]]
file = "values.json"

[[key]]
resource = "$key_id"
from = "model.key"
END
"$program" measure snp --profile guest.toml -o record.json -q || bad "no record"
"$program" key generate --type ed25519 -o ledger.pem -q || bad "no key"
expect 0 refval create record.json --id demo-1 -o values.json
good "the two launch digests of the step before: what the broker compares a real guest with"
prompt "cat policy.rego broker.toml"
sed 's/^/  /' policy.rego broker.toml
expect 1 broker plan broker.toml
expect 0 broker apply broker.toml
expect 0 broker plan broker.toml

title "What the guest is started with: where its broker is"
"$program" key generate --type ed25519 -o admin.pem --public admin.pub -q || bad "no key"
"$broker" v0.21 admin.pub --store trustee >url 2>broker.log &
broker_pid=$!
i=0
while [ ! -s url ] && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
url=$(cat url)
[ -n "$url" ] || bad "the test broker does not run: $(cat broker.log)"
good "the broker of the tests serves that directory at $url"
expect 0 initdata create --kbs-url "$url" --release-id demo-1 -o initdata.toml
expect 0 initdata check initdata.toml

title "The guest asks for the key. It is the sample attester of the tests, which nobody vouches for"
expect 6 broker get --broker "$url" "$key_id" --attester sample --initdata initdata.toml \
	-o fetched.key
[ ! -e fetched.key ] || bad "something was written"
expect 0 refval create --value 'launch_digest=["abcde"]' --value 'svn=["1"]' \
	--value major_version=1 --value minimum_minor_version=1 -o sample.json
printf '\n[[reference_values]]\nfile = "sample.json"\n' >>broker.toml
expect 0 broker apply broker.toml
good "now the broker knows what the sample attester claims to be"
expect 0 broker get --broker "$url" "$key_id" --attester sample --initdata initdata.toml \
	-o fetched.key
cmp model.key fetched.key || bad "another key"
good "the key that the packer registered"
expect 0 broker status broker.toml

title "The guest opens the model with the key where it is, no file in between"
COCOCTL_ATTESTER=sample
export COCOCTL_ATTESTER
prompt "export COCOCTL_ATTESTER=sample"
expect 0 model open release -o in-guest --key "kbs+$url/$key_id" --public-key signer.pub
unset COCOCTL_ATTESTER
diff -r model in-guest || bad "the opened model differs"
good "every file is the same, byte by byte"

title "One byte of one segment is changed"
segment=$(find release/blobs -type f -size +1000k | sort | head -n 1)
offset=$(($(wc -c <"$segment") / 2))
cp -r release damaged
byte=$(od -An -tu1 -j "$offset" -N 1 "$segment" | tr -d ' ')
prompt "dd conv=notrunc bs=1 seek=$offset of=damaged/blobs/sha256/$(basename "$segment" | cut -c 1-12)..."
printf '%b' "\\0$(printf '%o' $((byte ^ 1)))" |
	dd conv=notrunc bs=1 seek="$offset" of="damaged/${segment#release/}" 2>/dev/null
cmp -s "$segment" "damaged/${segment#release/}" && bad "nothing was changed"
expect 1 model verify damaged --public-key signer.pub
expect 7 model open damaged -o stolen --key model.key --public-key signer.pub
[ ! -e stolen ] || bad "something was left behind"

title "Another content key, another signer"
expect 0 key generate --type content -o other.key
expect 7 model open release -o stolen --key other.key --public-key signer.pub
expect 1 model open release -o stolen --key model.key --public-key customer.pub
[ ! -e stolen ] || bad "something was left behind"
# shellcheck disable=SC2012
[ "$(ls -d ./*.partial-* 2>/dev/null | wc -l)" = 0 ] || bad "something was left behind"

size() { find "$1" -type f -exec cat {} + | wc -c; }
printf '\n%sAll %d steps behaved.%s ' "$bold" "$steps" "$plain"
awk -v m="$(size model)" -v p="$(size release)" -v a="$pack_took" -v b="$open_took" \
	-v t="$(since "$begin")" 'BEGIN {
	printf "%.1f MB of model became a package of %.1f MB (%.1f %%),\n", m / 1e6, p / 1e6,
		100 * p / m
	printf "packed in %.2f s and opened in %.2f s; the demo took %.1f s.\n", a, b, t
}'
