#!/bin/sh
# broker token: made with each kind of key, judged per release; the token and
# the key are in no output.
. "$SRC/tests/cli/lib"

expect 0 key generate --type ed25519 -o admin.pem
expect 0 key generate --type p384 -o p384.pem
expect 0 key generate --type p521 -o p521.pem

expect 0 broker token --admin-key admin.pem -o admin.token -vv --log-file log
[ "$(mode admin.token)" = 600 ] || fail "mode of the token"
signature=$(cut -d. -f3 admin.token)
[ ${#signature} = 86 ] || fail "signature"
nothing_leaks() {
	for file in out err log; do
		[ ! -e $file ] || hasnt $file "$signature"
		[ ! -e $file ] || hasnt $file "$(sed -n 2p admin.pem)"
	done
}
nothing_leaks
has err 'EdDSA'
expect 10 broker token --admin-key admin.pem -o admin.token
expect 2 broker token --admin-key admin.pem
expect 2 broker token --admin-key admin.pem -o -
expect 2 broker token -o x.token
expect 2 broker token --check admin.token --role admin
expect 2 broker token --admin-key admin.pem --trustee-version v1 -o x.token
expect 7 broker token --admin-key p521.pem -o x.token
has err '[crypto.token.key]'
expect 4 broker token --admin-key none.pem -o x.token
[ ! -e x.token ] || fail "x.token"

# every release takes it
expect 0 broker token --check admin.token -vv --log-file log
for release in v0.10 v0.17 v0.18 v0.21; do has out "$release"; done
hasnt out refused
nothing_leaks
expect 0 broker token --check admin.token --json
json out
nothing_leaks
has out '"id":"token.0.21","status":"pass"'
chmod 644 admin.token
expect 4 broker token --check admin.token
chmod 600 admin.token
# not after its time
expect 1 broker token --check admin.token --at 2126-01-01T00:00:00Z
has err '[verify.token.refused]'
has out 'it expired at'

# what only one release takes
expect 0 broker token --admin-key p384.pem --role writer --audience KBS --issuer i --subject s \
	--kid k --lifetime 60 -o p384.token
expect 0 broker token --check p384.token
has out 'only Ed25519'
expect 1 broker token --check p384.token --trustee-version v0.20
has out 'an aud'
expect 0 broker token --check p384.token --trustee-version v0.21 --json
json out
has out '"status":"warn"'

printf 'a.b' >bad.token
chmod 600 bad.token
expect 3 broker token --check bad.token
has err '[format.jws.form]'
