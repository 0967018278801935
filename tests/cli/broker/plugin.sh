#!/bin/sh
# The plugins of a broker: what an administrator posts to one and deletes there,
# what a guest gets from one. What they answer is written and never shown.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY COCOCTL_BROKER_CA \
	COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY COCOCTL_BROKER_TIMEOUT
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

expect 0 key generate --type ed25519 -o admin.pem --public admin.pub
printf 'canary-plugin-0123456789' >secret
chmod 600 secret
printf 'package policy\ndefault allow = true\n' >policy.rego
: >log

"$kbs" v0.21 admin.pub >url 2>kbs.err &
pid=$!
trap 'kill "$pid" 2>/dev/null' EXIT
i=0
while [ ! -s url ] && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
url=$(cat url)

broker() { # EXIT COMMAND ARGUMENT...
	want=$1
	command=$2
	shift 2
	rm -f got
	expect "$want" broker "$command" --broker "$url" "$@" -vv --log-file log
	for file in out err log; do
		hasnt $file canary-plugin
	done
}
got() { # TEXT
	printf '%s' "$1" | cmp -s - got || fail "another answer: $(cat got)"
	[ "$(mode got)" = 600 ] || fail "mode $(mode got)"
}
nothing() {
	[ ! -e got ] || fail "something was written"
}
admin() { # EXIT COMMAND ARGUMENT...
	want=$1
	command=$2
	shift 2
	broker "$want" "$command" --admin-key admin.pem "$@"
}
guest() { # EXIT ARGUMENT...
	want=$1
	shift
	broker "$want" get --attester sample "$@"
}

# ---- the administrator

admin 0 put --plugin echo/wrap --from secret -o got
got 'POST echo/wrap? canary-plugin-0123456789'
admin 0 put --plugin echo/wrap --from secret
has out answer
nothing
admin 0 put --plugin 'echo/do?a=b' -o got
got 'POST echo/do?a=b '
admin 0 put --plugin echo/wrap --from secret -o got --json
json out
has out '"answer_bytes":"40"'
admin 0 put --plugin echo/wrap --from secret -o got --dry-run
nothing
admin 0 delete --plugin echo/wrap/1-2
has out echo/wrap/1-2
broker 6 put --plugin echo/wrap --from secret -o got
has err '[remote.broker.admin]'
nothing
admin 6 put --plugin none/wrap --from secret -o got
has err '[remote.broker.route]'
admin 6 put --plugin echo/fail --from secret -o got
has err '[remote.broker.plugin]'
admin 6 delete --plugin echo/fail
nothing
admin 6 delete --plugin echo/wrap --trustee-version v0.19
has err '[remote.broker.release]'
for path in echo echo/ echo/../resource echo/a/.. 'echo/a b' 'echo/a?b c' reference-value/x; do
	admin 3 put --plugin "$path" --from secret -o got
	has err '[format.plugin.path]'
	admin 3 delete --plugin "$path"
	nothing
done
admin 2 put --plugin resource/a/b/c --from secret
admin 2 put --plugin echo/wrap --resource a/b/c --from secret
admin 2 put --plugin echo/wrap --from secret -o -
admin 2 put --resource a/b/c --from secret -o got
admin 2 delete
admin 2 delete --plugin echo/a --resource a/b/c
: >there
admin 10 put --plugin echo/wrap --from secret -o there
expect 2 broker put --broker store:dir --plugin echo/wrap --from secret
expect 2 broker delete --broker store:dir --plugin echo/wrap

# ---- the guest

guest 6 kbs+echo:///a/b -o got
has err '[remote.rcar.policy]'
admin 0 put --resource-policy policy.rego
admin 0 put --resource t/m/k --from secret
guest 0 'kbs+echo:///a/b?n=1&ip=10.0.0.2/24' -o got
got 'echo/a/b?n=1&ip=10.0.0.2/24 '
guest 0 kbs+echo:///unwrap --from secret -o got
got 'echo/unwrap? canary-plugin-0123456789'
for uri in kbs:///t/m/k kbs+resource:///t/m/k; do
	guest 0 $uri -o got
	cmp -s secret got || fail "another resource"
done
guest 6 kbs+echo:///fail -o got
has err '[remote.plugin.refused]'
guest 6 kbs+none:///a -o got
has err '[remote.broker.route]'
for uri in kbs+echo:// kbs+echo:///a/../b 'kbs+echo:///a?b#c' kbs+https://host/a/b/c kbs:///a/b \
	kbs:///a/b/c?d kbs+attest:///a; do
	guest 3 "$uri" -o got
	has err '[format.plugin.path]'
	nothing
done
guest 2 kbs+echo:///a
guest 2 t/m/k --from secret -o got
guest 2 --from secret -o got
expect 2 broker get --broker store:dir kbs+echo:///a -o got
nothing
