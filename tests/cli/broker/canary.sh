#!/bin/sh
# Secrets of the broker wing: a resource, a content key, the administrator's
# key and token, the key of a client certificate, the key that seals. Whatever
# the commands print, log and write beside the secret's own place, at -vv and in
# JSON, on success and on failure, and /proc while they wait for a server that
# does not answer: none of it shows one of them.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY COCOCTL_BROKER_CA \
	COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY \
	COCOCTL_BROKER_TIMEOUT COCOCTL_CDH
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

mkdir secret seen
umask 077
expect 0 key generate --type ed25519 -o secret/admin.pem --public admin.pub
expect 0 key generate --type p256 -o secret/sealing.pem --public sealing.pub
expect 0 key generate --type content -o secret/key
expect 0 broker token --admin-key secret/admin.pem -o secret/admin.token
printf 'canary-resource-%s' 0123456789abcdef-more >secret/resource
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
	-addext "subjectAltName=IP:127.0.0.1" -keyout secret/tls.key -out tls.pem 2>/dev/null ||
	fail "no certificate"
printf 'package policy\ndefault allow = true\n' >policy.rego

# ---- what is searched for: texts, hexadecimal, base64 at each place of a group

forms() { # FILE
	od -An -v -tx1 "$1" | tr -d ' \n'
	echo
	for pad in '' x xx; do
		n=$(wc -c <"$1")
		{
			printf %s "$pad"
			cat "$1"
		} | base64 -w0 | tr -d '=' | cut -c $((${#pad} + 1 + (${#pad} > 0)))-$((n * 4 / 3))
		echo
	done
}
{
	cat secret/resource
	echo
	forms secret/resource
	forms secret/key
	forms secret/admin.token
	cat secret/admin.token
	echo
	# the middle and the end of a token, which are what a log would cut out
	cut -d. -f3 secret/admin.token
	grep -hv -- '-----' secret/admin.pem secret/sealing.pem secret/tls.key
} | awk 'length > 12' >texts
tr '_-' '/+' <texts >more
tr '/+' '_-' <texts >>more
cat more >>texts
raw=$(od -An -v -tx1 secret/key | tr -d ' \n')
[ "$(wc -l <texts)" -ge 30 ] || fail "the search itself is broken: $(wc -l <texts) texts"

clean() { # WHAT FILE-OR-DIRECTORY...
	what=$1
	shift
	find "$@" -type f >files
	[ -s files ] || fail "$what: nothing to search"
	while read -r file; do
		if LC_ALL=C grep -aqF -f texts "$file"; then
			fail "$what: in $file: $(LC_ALL=C grep -aoF -f texts "$file" | head -n 1)"
		fi
		! od -An -v -tx1 "$file" | tr -d ' \n' | grep -qF "$raw" || fail "$what: raw in $file"
	done <files
}

# the search finds what is there
for form in resource key admin.token; do
	{
		printf x
		cat secret/$form
	} | base64 -w0 >seen/trap
	(clean trap seen >/dev/null) && fail "the search finds no base64 of $form"
done
cp secret/key seen/trap
(clean trap seen >/dev/null) && fail "the search finds no raw key"
rm seen/trap

# quiet EXIT ARGUMENT...: in both forms (or those of FORMS), at -vv, with a log
FORMS='text json'
quiet() {
	want=$1
	shift
	for form in $FORMS; do
		"$COCOCTL" "$@" -vv --format $form --log-file seen/log >seen/out 2>seen/err
		got=$?
		[ $got = "$want" ] || fail "$*: exit $got, wanted $want: $(cat seen/err)"
		clean "$*" seen
	done
}

start() { # OPTION...
	"$kbs" "$@" >url 2>kbs.err &
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

# ---- the administrator, at a server of an old and of the newest release

for release in v0.14 v0.21; do
	start $release admin.pub secret/tls.key tls.pem
	set -- --broker "$url" --ca tls.pem
	quiet 0 broker probe "$@" --admin-key secret/admin.pem
	quiet 0 broker put "$@" --admin-key secret/admin.pem --resource t/m/k --from secret/resource
	quiet 0 broker put "$@" --admin-token secret/admin.token --resource t/m/key --from secret/key
	quiet 0 broker put "$@" --admin-token secret/admin.token --resource t/m/key \
		--from secret/key --client-cert tls.pem --client-key secret/tls.key
	quiet 0 broker put "$@" --admin-key secret/admin.pem --resource-policy policy.rego
	quiet 0 broker put "$@" --admin-key secret/admin.pem --reference-value svn --value '["1"]'
	quiet 0 broker get "$@" --admin-key secret/admin.pem --reference-value svn
	quiet 6 broker put "$@" --admin-key secret/sealing.pem --resource t/m/k --from secret/resource
	quiet 3 broker put "$@" --admin-key secret/admin.pem --resource t/../k --from secret/resource
	quiet 5 broker put --broker "$url" --admin-token secret/admin.token --resource t/m/k \
		--from secret/resource
	quiet 0 broker token --check secret/admin.token --trustee-version $release
	# a guest
	rm -f secret/got
	quiet 10 broker get "$@" t/m/k --attester sample -o secret/key
	for k in p256 rsa; do
		quiet 0 broker get "$@" t/m/k --attester sample --tee-key $k -o secret/got -f
		cmp -s secret/got secret/resource || fail "another resource"
	done
	quiet 6 broker get "$@" t/m/none --attester sample -o secret/none
	stop
done
quiet 3 broker token --check secret/key
quiet 3 broker token --check secret/admin.pem

# a server that repeats what it was sent, or sends the resource in the clear
start v0.21 admin.pub --plain
quiet 0 broker put --broker "$url" --admin-key secret/admin.pem --resource t/m/k \
	--from secret/resource
quiet 0 broker put --broker "$url" --admin-key secret/admin.pem --resource-policy policy.rego
quiet 3 broker get --broker "$url" t/m/k --attester sample -o secret/none
stop

# ---- key references

mkdir model
echo model >model/file
start v0.21 admin.pub --cdh
expect 0 broker put --broker "$url" --admin-key secret/admin.pem --resource t/m/key \
	--from secret/key
expect 0 broker put --broker "$url" --admin-key secret/admin.pem --resource t/m/k \
	--from secret/resource
expect 0 broker put --broker "$url" --admin-key secret/admin.pem --resource-policy policy.rego
COCOCTL_ATTESTER=sample COCOCTL_CDH=$url
export COCOCTL_ATTESTER COCOCTL_CDH
quiet 0 key inspect "kbs+$url/t/m/key"
quiet 0 key inspect cdh:///t/m/key
quiet 7 model pack model -o package --key cdh:///t/m/k
quiet 7 model pack model -o package --key "kbs+$url/t/m/k"
expect 0 model pack model -o package --key cdh:///t/m/key
quiet 8 model verify package --key "kbs+$url/t/m/key"
clean package package
stop

# ---- directories, initdata, sealed secrets, reference values

quiet 0 broker put --broker store:served --resource t/m/k --from secret/resource
quiet 0 broker put --broker store:served --resource-policy policy.rego
quiet 0 broker get --broker store:served t/m/k -o secret/got -f
quiet 0 broker get --broker store:served --resource-policy
quiet 0 broker probe --broker store:served
quiet 6 broker get --broker store:served t/m/none -o secret/none
cp policy.rego seen/policy   # the directory holds the resource, and nothing else does
find served -type f ! -name '*k' -exec cat {} + >seen/served
clean 'the rest of a directory' seen
quiet 0 initdata create --kbs-url https://kbs.example.com --kbs-cert tls.pem -o initdata.toml -f
cat secret/tls.key tls.pem >both.pem
quiet 3 initdata create --kbs-url https://kbs.example.com --kbs-cert both.pem -o none.toml
[ ! -e none.toml ] || fail "something was written"
rm both.pem
quiet 0 initdata inspect initdata.toml
quiet 0 initdata check initdata.toml
quiet 0 key seal --key secret/sealing.pem --kid kbs:///default/signing-key/sealed \
	--resource kbs:///t/m/k -o sealed -f
quiet 0 key unseal sealed --verify-key sealing.pub
quiet 7 key unseal sealed --verify-key secret/key
clean 'what was written' initdata.toml sealed

# ---- a declaration, its plan and ledger, at a directory and at a broker

cp secret/sealing.pem secret/ledger.pem
start v0.21 admin.pub
for address in store:declared "$url"; do
	cat >broker.toml <<-EOF
	schema = "cococtl.broker.v1"
	[broker]
	address = "$address"
	$([ "$address" = store:declared ] || echo 'admin_key = "secret/admin.pem"')
	[ledger]
	key = "secret/ledger.pem"
	[resource_policy]
	file = "policy.rego"
	[[key]]
	resource = "t/m/k"
	from = "secret/resource"
	[[key]]
	resource = "t/m/key"
	from = "secret/key"
	[[sealed_secret]]
	file = "sealed"
	public_key = "sealing.pub"
	EOF
	rm -f broker.ledger.jsonl
	quiet 1 broker plan broker.toml
	quiet 0 broker apply broker.toml
	quiet 0 broker plan broker.toml --all
	quiet 0 broker status broker.toml
	printf more >>secret/key
	quiet 1 broker plan broker.toml
	head -c 32 secret/key >secret/back
	mv secret/back secret/key
	for FORMS in text json; do
		quiet 0 broker apply broker.toml --disable all --reason test
		quiet 0 broker apply broker.toml --restore
	done
	FORMS='text json'
	sed 's,secret/key,secret/none,' broker.toml >bad.toml
	quiet 4 broker plan bad.toml
	clean "a ledger at $address" broker.toml broker.ledger*
done
stop
quiet 0 policy generate --resource t/m/k --release-id r7 -o generated.rego -f
quiet 0 policy lint generated.rego

# ---- /proc while a server does not answer

if [ -r /proc/self/environ ]; then
	start v0.21 admin.pub --delay 3000
	CANARY=$(cat secret/resource) "$COCOCTL" broker put --broker "$url" \
		--admin-key secret/admin.pem --resource t/m/k --from env:CANARY \
		--trustee-version v0.21 >seen/out 2>seen/err &
	command=$!
	i=0
	while [ $i -lt 25 ]; do
		sleep 0.1
		cat /proc/$command/environ >seen/environ 2>/dev/null || break
		cat /proc/$command/cmdline >seen/cmdline 2>/dev/null
		# until main has run the variable is there, for a moment
		LC_ALL=C grep -aqF canary-resource seen/environ || break
		i=$((i + 1))
	done
	kill -0 $command 2>/dev/null || fail "it did not wait"
	clean '/proc' seen
	wait $command || fail "the command failed: $(cat seen/err)"
	clean 'a slow server' seen
	stop
fi
