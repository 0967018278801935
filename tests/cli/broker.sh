#!/bin/sh
# broker probe, put, get and delete against the test server of some releases.
# Nothing secret is shown.
. "$SRC/tests/cli/lib"
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

expect 0 key generate --type ed25519 -o admin.pem --public admin.pub
expect 0 key generate --type ed25519 -o other.pem
printf 'canary-resource-0123456789' >secret
chmod 600 secret
printf 'package policy\ndefault allow = false\n' >policy.rego
printf 'no rego' >bad.rego
: >log

server() { # RELEASE
	"$kbs" "$1" admin.pub >url &
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

broker() { # EXIT COMMAND ARGUMENT...
	want=$1
	command=$2
	shift 2
	expect "$want" broker "$command" --broker "$url" "$@" -vv --log-file log
	for file in out err log; do
		hasnt $file canary-resource
		hasnt $file "$(sed -n 2p admin.pem)"
		hasnt $file eyJhbGciOi
	done
}

for release in v0.10 v0.13 v0.17 v0.19 v0.21; do
	server $release
	broker 0 probe --admin-key admin.pem
	has out "Trustee, from"
	broker 0 put --admin-key admin.pem --resource repo/type/tag --from secret
	has out 26
	broker 0 put --admin-key admin.pem --resource-policy policy.rego
	broker 6 put --admin-key admin.pem --resource-policy bad.rego
	has err '[remote.broker.policy_text]'
	broker 0 put --admin-key admin.pem --attestation-policy default_cpu=policy.rego
	broker 6 put --admin-key other.pem --resource repo/type/tag --from secret
	has err '[remote.broker.admin]'
	broker 6 put --resource repo/type/tag --from secret
	stop
done

server v0.21
broker 0 probe --admin-key admin.pem --json
json out
has out '"oldest":"v0.21"'
expect 0 broker token --admin-key admin.pem -o admin.token
broker 0 put --admin-token admin.token --reference-value ns/a --value '[1, "x"]'
broker 0 get --admin-token admin.token --reference-value ns/a
has out '[1,"x"]'
broker 0 get --admin-token admin.token --reference-value ns/a --json
json out
broker 6 get --admin-key admin.pem --reference-value none
has err '[remote.broker.absent]'
broker 6 get --admin-key admin.pem --resource-policy
has err '[remote.broker.unreadable]'
broker 3 put --admin-key admin.pem --reference-value a --value '['
broker 3 put --admin-key admin.pem --resource a/../b --from secret
broker 4 put --admin-key admin.pem --resource a/b/c --from none
broker 2 put --admin-key admin.pem
broker 2 put --admin-key admin.pem --admin-token admin.token --resource a/b/c --from secret
broker 2 put --admin-key admin.pem --attestation-policy noequals
broker 0 put --admin-key admin.pem --resource a/b/dry --from secret -n
broker 6 delete --admin-key admin.pem --resource a/b/dry
has err '[remote.broker.absent]'
broker 0 put --admin-key admin.pem --resource a/b/c --from secret
broker 0 delete --admin-key admin.pem --resource a/b/c --json
json out
stop
broker 5 probe --admin-key admin.pem --timeout 2
has err '[net.connect.refused]'
