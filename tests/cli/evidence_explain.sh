#!/bin/sh
# evidence explain: every refusal with who acts and the next step, and which
# input of the launch made the digest. The report is not signed: whoever made
# it, what it says can be explained.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/firmware_lib"

make_firmware fw
cat >guest.toml <<EOF
schema = "cococtl.launch-profile.v1"
platforms = ["snp"]

[firmware]
file = "fw"

[cpu]
counts = [2]
models = ["EPYC-v4"]
EOF

# bytes HEX: as they are
bytes() {
	printf '%s' "$1" | sed 's/../\\x&/g' >escaped
	/usr/bin/printf '%b' "$(cat escaped)"
}

# report MEASUREMENT: version 2, all other fields zero
make_report() {
	{
		bytes 02000000
		head -c 140 /dev/zero
		bytes "$1"
		head -c 992 /dev/zero
	} >report.bin
}

"$COCOCTL" measure snp --firmware fw --vcpus 7 --vcpu-type EPYC-Rome >out 2>err ||
	fail "measure snp"
value=$(sed -n 's/.*launch_digest  //p' out)
make_report "$value"
expect 0 measure snp --firmware fw --vcpus 2 --vcpu-type EPYC-v4 -o record.json
expect 1 evidence explain report.bin --reference record.json
has out 'who acts'
has out 'next'
has out 'fail'
expect 1 evidence explain report.bin --profile guest.toml --vary vcpus=1..8,vcpu-type=all
has out 'which input: snp.measurement'
has out 'EPYC-Rome'
has out 'a launch has the observed value'
expect 1 evidence explain report.bin --profile guest.toml --vary vcpus=1..4,vcpu-type=EPYC-v4 --json
json out
expect 1 evidence explain report.bin --nonce 0011223344556677
has out FRESH_NONCE_MISMATCH
expect 2 evidence explain report.bin --vary vcpus=1..4
expect 3 evidence explain fw
expect 4 evidence explain nothere
