#!/bin/sh
# broker get of a resource: the handshake with the test broker by the sample
# attester, every kind of key, every refusal with its exit code, and attesters
# that this machine does not have. Nothing secret is shown.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY COCOCTL_BROKER_CA \
	COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY COCOCTL_BROKER_TIMEOUT
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

expect 0 key generate --type ed25519 -o admin.pem --public admin.pub
printf 'canary-resource-0123456789' >secret
chmod 600 secret
cat >policy.rego <<'END'
package policy
default allow = false
allow if {
	input["submods"]["cpu0"]["ear.status"] == "affirming"
}
END
: >log

start() { # RELEASE OPTION...
	release=$1
	shift
	"$kbs" "$release" admin.pub "$@" >url 2>kbs.err &
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

register() { # what the sample attester needs
	expect 0 broker put --broker "$url" --admin-key admin.pem --resource t/m/k --from secret
	expect 0 broker put --broker "$url" --admin-key admin.pem --resource-policy policy.rego
}
values() {
	for value in 'launch_digest=["abcde"]' 'svn=["1"]' major_version=1 minimum_minor_version=1; do
		expect 0 broker put --broker "$url" --admin-key admin.pem \
			--reference-value "${value%%=*}" --value "${value#*=}"
	done
}

get() { # EXIT ARGUMENT...
	want=$1
	shift
	rm -f got
	expect "$want" broker get --broker "$url" "$@" -vv --log-file log
	for file in out err log; do
		hasnt $file canary-resource
		hasnt $file 'PRIVATE KEY'
	done
	if [ "$want" = 0 ]; then
		cmp -s secret got || fail "another resource"
		[ "$(mode got)" = 600 ] || fail "mode $(mode got)"
	else
		[ ! -e got ] || fail "something was written"
	fi
}

start v0.21
get 6 t/m/k -o got --attester sample   # no policy: not for the sample attester
has err '[remote.rcar.policy]'
register
get 6 t/m/k -o got --attester sample   # no reference values
has err '[remote.rcar.policy]'
has err 'sample attester proves nothing'
values
for key in p256 p384 p521 rsa; do
	get 0 t/m/k -o got --attester sample --tee-key $key
done
has err 0.4.0
get 0 t/m/k -o got --attester sample --json
json out
has out '"tee":"sample"'
get 0 t/m/k -o file:got --attester sample
COCOCTL_ATTESTER=sample
COCOCTL_TEE_KEY=p521
export COCOCTL_ATTESTER COCOCTL_TEE_KEY
get 0 t/m/k -o got
get 4 t/m/k -o got --attester sev-guest --attester-path ./none
unset COCOCTL_ATTESTER COCOCTL_TEE_KEY
expect 0 broker get --broker "$url" t/m/k --attester sample -o store:keys/t/m/k
expect 10 broker get --broker "$url" t/m/k --attester sample -o store:keys/t/m/k
expect 0 broker get --broker "$url" t/m/k --attester sample -o store:keys/t/m/k --force

# the token alone: a credential, so it is written like one
rm -f token
expect 0 broker get --broker "$url" --token --attester sample -o token
[ "$(mode token)" = 600 ] && [ "$(tr -cd . <token)" = .. ] || fail "no token"
for file in out err log; do
	hasnt $file "$(cut -d. -f3 token)"
done
expect 2 broker get --broker "$url" --token --attester sample
expect 2 broker get --broker "$url" --token t/m/k --attester sample -o token2
expect 2 broker get --broker store:served --token -o token2

# a directory needs no evidence, and what the environment says of TLS is not for it
COCOCTL_BROKER_CA=none.pem
export COCOCTL_BROKER_CA
expect 0 broker put --broker store:served --resource t/m/k --from secret
unset COCOCTL_BROKER_CA
rm -f got
expect 0 broker get --broker store:served t/m/k -o got
cmp -s secret got || fail "another resource"
expect 6 broker get --broker store:served t/m/other -o got2
[ ! -e got2 ] || fail "something was written"

# initdata goes with the evidence
expect 0 initdata create --kbs-url "$url" -o initdata.toml
get 0 t/m/k -o got --attester sample --initdata initdata.toml
get 3 t/m/k -o got --attester sample --initdata policy.rego
get 4 t/m/k -o got --attester sample --initdata none.toml

# what is refused, and what is wrong here
get 6 t/m/other -o got --attester sample
has err '[remote.rcar.resource]'
get 2 t/m/k --attester sample
get 2 t/m/k -o - --attester sample
get 2 t/m/k -o fd:3 --attester sample
get 3 t/m/../k -o got --attester sample
get 2 t/m/k -o got --attester sample --admin-key admin.pem
get 2 t/m/k -o got --attester sample --reference-value svn
get 2 -o got
get 2 t/m/k -o got --attester moon
get 2 t/m/k -o got --attester-path .
get 4 t/m/k -o got --attester tsm --attester-path ./none
has err '[io.attester.none]'
get 4 t/m/k -o got --attester tdx-guest --attester-path ./none
has err '[io.attester.none]'
: >device
get 4 t/m/k -o got --attester tdx-guest --attester-path ./device
has err '[io.attester.failed]'

# an administrator's answer in a file
expect 0 broker get --broker "$url" --admin-key admin.pem --reference-value svn -o value.json
[ "$(cat value.json)" = '["1"]' ] || fail "another value: $(cat value.json)"
expect 10 broker get --broker "$url" --admin-key admin.pem --reference-value svn -o value.json
stop
get 5 t/m/k -o got --attester sample --timeout 2
has err '[net.connect.refused]'

# the older handshake; initdata does not belong to it
start v0.13
register
get 6 t/m/k -o got --attester sample
has err '[remote.rcar.policy]'
get 6 t/m/k -o got --attester sample --initdata initdata.toml
has err '[remote.rcar.protocol]'
stop
start v0.11
get 6 t/m/k -o got --attester sample
has err '[remote.rcar.protocol]'
stop

# sessions and tokens that are over
start v0.21 --lapse session
get 6 t/m/k -o got --attester sample
has err '[remote.rcar.refused]'
stop
start v0.21 --lapse token
get 6 t/m/k -o got --attester sample
has err '[remote.broker.token]'
stop

# a resource that is not encrypted to this guest is not taken
start v0.21 --plain
register
values
get 3 t/m/k -o got --attester sample
stop
