#!/bin/sh
# Everything between a command and its broker that goes wrong: certificates,
# pinned keys, client certificates, connections that break, servers that are
# slow, silent, endless or something else. Each with its exit code, for the
# administrator's commands and for the guest's.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY COCOCTL_BROKER_CA \
	COCOCTL_BROKER_PIN COCOCTL_BROKER_CLIENT_CERT COCOCTL_BROKER_CLIENT_KEY \
	COCOCTL_BROKER_TIMEOUT
kbs=$BUILT/tests/demo/kbs_server   # make check builds it
[ -x "$kbs" ] || fail "no test server $kbs"

expect 0 key generate --type ed25519 -o admin.pem --public admin.pub
printf 'canary-resource-0123456789' >secret
chmod 600 secret
printf 'package policy\ndefault allow = true\n' >policy.rego
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
		hasnt $file canary-resource
		hasnt $file "$(sed -n 2p admin.pem)"
	done
}
put() { # EXIT ARGUMENT...
	want=$1
	shift
	expect "$want" broker put --broker "$url" --admin-key admin.pem --resource a/b/c \
		--from secret --trustee-version v0.21 "$@" -vv --log-file log
	quiet
}
get() { # EXIT ARGUMENT...
	want=$1
	shift
	rm -f got
	expect "$want" broker get --broker "$url" --attester sample a/b/c -o got "$@" -vv \
		--log-file log
	quiet
	if [ "$want" = 0 ]; then
		cmp -s secret got || fail "another resource"
	else
		[ ! -e got ] || fail "something was written"
	fi
}
both() { # EXIT IDENTIFIER ARGUMENT...
	want=$1
	id=$2
	shift 2
	put "$want" "$@"
	has err "[$id]"
	get "$want" "$@"
	has err "[$id]"
}

# ---- certificates

ca() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null || fail "no CA"
	chmod 600 "$1.key"
}
leaf() { # NAME CA EXTENSION
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "$1.key" -out "$1.csr" 2>/dev/null || fail "no request"
	printf '%s\n' "$3" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -set_serial 7 -days 2 \
		-extfile "$1.ext" -out "$1.pem" 2>/dev/null || fail "no certificate"
	chmod 600 "$1.key"
}
pin() { # CERTIFICATE
	printf 'sha256:'
	openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum |
		cut -c 1-64
}
ca private
ca strange
leaf server private subjectAltName=IP:127.0.0.1
leaf named private subjectAltName=DNS:kbs.example.com
leaf client private extendedKeyUsage=clientAuth
leaf stranger strange extendedKeyUsage=clientAuth

tls='server.key server.pem'
start
expect 0 broker put --broker "$url" --ca private.pem --admin-key admin.pem \
	--resource-policy policy.rego
put 0 --ca private.pem
get 0 --ca private.pem
get 0 --ca private.pem --pin "$(pin server.pem)"
both 5 net.tls.failed
both 5 net.tls.failed --ca strange.pem
both 5 net.tls.pin --ca private.pem --pin "$(pin named.pem)"
both 5 net.tls.failed --pin "$(pin server.pem)"   # a pin does not stand in for a CA
COCOCTL_BROKER_CA=private.pem
export COCOCTL_BROKER_CA
put 0
get 0
unset COCOCTL_BROKER_CA
url=http${url#https}
put 5 --timeout 3   # no TLS where TLS is
get 5 --timeout 3
stop

tls='named.key named.pem'
start
both 5 net.tls.failed --ca private.pem
stop

tls='server.key server.pem'
start --client-ca private.pem
put 5 --ca private.pem
get 5 --ca private.pem
put 0 --ca private.pem --client-cert client.pem --client-key client.key
expect 0 broker put --broker "$url" --ca private.pem --client-cert client.pem \
	--client-key client.key --admin-key admin.pem --resource-policy policy.rego
get 0 --ca private.pem --client-cert client.pem --client-key client.key
get 5 --ca private.pem --client-cert stranger.pem --client-key stranger.key
put 2 --ca private.pem --client-cert client.pem
stop

# ---- connections and servers

tls=
start --fault close   # the first request is lost: it is sent again
put 0
stop
expect 0 broker put --broker store:served --resource a/b/c --from secret
expect 0 broker put --broker store:served --resource-policy policy.rego
start --fault close --store served   # so does a guest
get 0
stop
start --store served   # a proxy is not for this machine
http_proxy=http://127.0.0.1:1 get 0
stop
start --fault close --faulty 999
get 5
has err '[net.connection.broken]'
stop
start --fault short --faulty 999
put 5
has err '[net.connection.broken]'
stop
start --fault silent --faulty 999
get 5 --timeout 1
has err '[net.timeout.expired]'
stop
start --delay 300   # a slow server is waited for
put 0 --timeout 2
stop
start --fault slow --faulty 1   # slow is not silent
expect 0 broker put --broker "$url" --admin-key admin.pem --resource-policy policy.rego
put 0 --timeout 2
get 0 --timeout 2
stop
start --fault page --faulty 999 --status 502
both 5 net.broker.busy
stop
start --fault page --faulty 999 --status 404
both 6 remote.broker.other
hasnt err '<html'
stop
start --fault page --faulty 999 --status 200
put 6
has err '[remote.broker.other]'
get 3
stop
start --fault huge --faulty 999
get 9
has err '[limit.answer.size]'
put 9
has err '[limit.answer.size]'
stop
start --limit 10
put 6
has err '[remote.broker.size]'
stop
get 5
has err '[net.connect.refused]'
url=http://name.invalid
put 5 --timeout 5
has err '[net.name.unknown]'
url=ftp://127.0.0.1
both 2 usage.url.form
