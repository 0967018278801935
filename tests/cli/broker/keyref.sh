#!/bin/sh
# Key references that the network reaches, kbs+https:, kbs+http: (this machine
# only) and cdh:, wherever a key is taken: a model is opened with a content key
# that the test broker gives to this guest. Nothing secret is shown.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY COCOCTL_BROKER_CA \
	COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY \
	COCOCTL_BROKER_TIMEOUT COCOCTL_CDH
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

mkdir model
head -c 100000 /dev/urandom >model/weights.bin
expect 0 key generate --type ed25519 -o admin.pem --public admin.pub
expect 0 key generate --type p256 -o signer.pem --public signer.pub
expect 0 key generate --type content -o model.key
expect 0 model pack model -o package --key model.key --sign signer.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
	-addext "subjectAltName=IP:127.0.0.1" -keyout tls.key -out tls.pem 2>/dev/null ||
	fail "no certificate"
pin=sha256:$(openssl x509 -in tls.pem -pubkey -noout | openssl pkey -pubin -outform DER |
	sha256sum | cut -c 1-64)
printf 'package policy\ndefault allow = true\n' >policy.rego
text=$(base64 -w0 model.key | tr -d '=')
hex=$(od -An -v -tx1 model.key | tr -d ' \n')
: >log

start() { # OPTION...: with TLS when $tls is set
	# shellcheck disable=SC2086
	"$kbs" v0.21 admin.pub $tls "$@" >url 2>kbs.err &
	pid=$!
	i=0
	while [ ! -s url ] && [ $i -lt 100 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	url=$(cat url)
}
stop() {
	kill "$pid"
	wait "$pid" 2>/dev/null
	: >url
}
trap 'kill "$pid" 2>/dev/null' EXIT

quiet() {
	for file in out err log; do
		hasnt $file "$text"
		hasnt $file "$hex"
	done
}
open() { # EXIT REFERENCE ARGUMENT...
	want=$1
	ref=$2
	shift 2
	rm -rf opened
	expect "$want" model open package -o opened --public-key signer.pub --key "$ref" "$@" -vv \
		--log-file log
	quiet
	if [ "$want" = 0 ]; then
		cmp -s model/weights.bin opened/weights.bin || fail "another model"
	else
		[ ! -e opened ] || fail "something was written"
	fi
}

# ---- without TLS at this machine, and the data hub
tls=
start --cdh
expect 0 broker put --broker "$url" --admin-key admin.pem --resource t/model/1 --from model.key
expect 0 broker put --broker "$url" --admin-key admin.pem --resource-policy policy.rego
open 4 "kbs+$url/t/model/1"            # this machine is no guest
has err '[io.attester.none]'
COCOCTL_ATTESTER=sample
export COCOCTL_ATTESTER
open 0 "kbs+$url/t/model/1"
has err 'sample attester proves nothing'
open 6 "kbs+$url/t/model/2"
has err '[remote.rcar.resource]'
COCOCTL_TEE_KEY=p192 open 2 "kbs+$url/t/model/1"
COCOCTL_TEE_KEY=rsa open 0 "kbs+$url/t/model/1"
COCOCTL_ATTESTER=moon open 2 "kbs+$url/t/model/1"
COCOCTL_BROKER_TIMEOUT=0 open 2 "kbs+$url/t/model/1"
COCOCTL_BROKER_TIMEOUT=x open 2 "kbs+$url/t/model/1"
COCOCTL_BROKER_TIMEOUT=99999999999 open 2 "kbs+$url/t/model/1"
COCOCTL_BROKER_CLIENT_KEY="kbs+$url/t/model/1" open 2 "kbs+$url/t/model/1"
has err '[usage.keyref.loop]'
COCOCTL_INITDATA=none.toml open 4 "kbs+$url/t/model/1"
expect 0 model verify package --public-key signer.pub --key "kbs+$url/t/model/1"
quiet
expect 0 model inspect package --key "kbs+$url/t/model/1" --json
json out
expect 0 key inspect "kbs+$url/t/model/1"
quiet
expect 2 key generate --type content -o "kbs+$url/t/model/9"
has err '[usage.keyref.syntax]'

COCOCTL_CDH=$url
export COCOCTL_CDH
open 0 cdh:///t/model/1
open 6 cdh:///t/model/2
has err '[remote.cdh.refused]'
COCOCTL_CDH=$url/elsewhere open 6 cdh:///t/model/1
has err '[remote.cdh.absent]'
COCOCTL_CDH=http://192.0.2.1:8006 open 2 cdh:///t/model/1
has err '[usage.cdh.address]'
stop
open 5 cdh:///t/model/1
has err '[net.connect.refused]'
has err guest_components_rest_api

# ---- with TLS
tls='tls.key tls.pem'
start
export COCOCTL_BROKER_CA=tls.pem
expect 0 broker put --broker "$url" --admin-key admin.pem --resource t/model/1 --from model.key
expect 0 broker put --broker "$url" --admin-key admin.pem --resource-policy policy.rego
open 0 "kbs+$url/t/model/1"
COCOCTL_BROKER_PIN=$pin open 0 "kbs+$url/t/model/1"
COCOCTL_BROKER_PIN=sha256:$(printf %064d 0) open 5 "kbs+$url/t/model/1"
has err '[net.tls.pin]'
COCOCTL_BROKER_PIN=sha256:00 open 2 "kbs+$url/t/model/1"
COCOCTL_BROKER_CA=none.pem open 5 "kbs+$url/t/model/1"
unset COCOCTL_BROKER_CA
open 5 "kbs+$url/t/model/1"
has err '[net.tls.failed]'
stop

# ---- forms
open 2 kbs+http://kbs.example.com/t/model/1
open 2 kbs+https://user:word@kbs.example.com/t/model/1
hasnt err word@
open 2 'kbs+https://kbs.example.com/t/model/1?attester=sample'
open 2 kbs+https://kbs.example.com/model/1
open 2 cdh://host/t/model/1
open 2 kbs:///t/model/1
has err cdh:///repo/type/tag
