#!/bin/sh
# initdata create, inspect, check: bytes, forms, bindings, findings, every exit code.
. "$SRC/tests/cli/lib"

printf 'package agent_policy\n\ndefault ExecProcessRequest := false\n' >policy.rego
expect 0 initdata create --kbs-url http://kbs.example:8080 --policy policy.rego --release-id r7 -o a.toml
empty out
cp err report
cat >want <<'END'
version = "0.1.0"
algorithm = "sha256"

[data]
"aa.toml" = '''
[token_configs.kbs]
url = "http://kbs.example:8080"
'''
"cdh.toml" = '''
[kbc]
name = "cc_kbc"
url = "http://kbs.example:8080"
'''
"policy.rego" = '''
package agent_policy

default ExecProcessRequest := false
'''
"release.toml" = '''
id = "r7"
'''
END
cmp -s a.toml want || fail "other bytes"
digest=$(sha256sum a.toml)
digest=${digest%% *}
has report "$digest"

# the same again; the order of options does not matter
expect 0 initdata create --release-id r7 --policy policy.rego --kbs-url http://kbs.example:8080 -o b.toml
cmp -s a.toml b.toml || fail "other bytes in another order"
expect 10 initdata create --kbs-url http://k -o a.toml
expect 0 initdata create --kbs-url http://k -o b.toml --force
expect 0 initdata create --kbs-url http://k -o c.toml --dry-run
[ ! -e c.toml ] || fail "--dry-run wrote"
expect 0 initdata create --release-id r7 --policy policy.rego --kbs-url http://kbs.example:8080 -o -
cmp -s a.toml out || fail "standard output differs"

# files as entries
printf 'x = 1\n' >x.toml
expect 0 initdata create --aa x.toml --cdh x.toml --file "my name=x.toml" --algorithm sha384 -o d.toml
has d.toml 'algorithm = "sha384"'
has d.toml '"my name" = '
expect 2 initdata create --aa x.toml --kbs-url http://k -o e.toml
expect 2 initdata create -o e.toml
expect 2 initdata create --file x.toml -o e.toml
has err 'NAME=FILE'
expect 2 initdata create --file =x.toml -o e.toml
expect 2 initdata create --file x= -o e.toml
expect 2 initdata create --kbs-url kbs.example -o e.toml
has err '[usage.url.form]'
expect 2 initdata create --release-id 'a b' -o e.toml
expect 2 initdata create --aa x.toml --algorithm sha1 -o e.toml
expect 2 initdata create --kbs-cert x.toml -o e.toml
expect 3 initdata create --kbs-url https://k --kbs-cert x.toml -o e.toml
expect 3 initdata create --aa x.toml --file aa.toml=x.toml -o e.toml
has err '[format.initdata.entry]'
printf 'a\377b' >binary
expect 3 initdata create --file x=binary -o e.toml
expect 4 initdata create --aa absent -o e.toml
has err 'absent'
head -c 1048577 /dev/zero | tr '\0' x >large
expect 9 initdata create --file x=large -o e.toml
head -c 1048576 large >nearly
expect 9 initdata create --file x=nearly -o e.toml
[ ! -e e.toml ] || fail "a refused document was written"

# forms, byte for byte, also in from standard input and from the command line
for form in annotation pod pod-old image; do
	expect 0 initdata inspect a.toml --form $form -o a.$form
	expect 0 initdata inspect a.$form --form toml -o back.toml --force
	cmp -s a.toml back.toml || fail "$form and back"
	expect 0 initdata inspect a.$form
	has out "form                       $form"
	has out "$digest"
	expect 0 initdata create --release-id r7 --policy policy.rego \
		--kbs-url http://kbs.example:8080 --form $form -o same --force
	cmp -s a.$form same || fail "create and inspect give another $form"
done
has a.pod '    io.katacontainers.config.hypervisor.cc_init_data: H4sI'
has a.pod-old '    io.katacontainers.config.runtime.cc_init_data: H4sI'
[ "$(head -c 8 a.image)" = initdata ] || fail "no magic"
[ $(($(wc -c <a.image) % 512)) = 0 ] || fail "not whole blocks"
base64 -d a.annotation | gzip -dc | cmp -s - a.toml || fail "gzip reads something else"
expect 0 initdata inspect "$(cat a.annotation)" --json
json out
has out "\"digest\":\"$digest\""
has out '"form":"annotation"'
has out '{"name":"release.toml","line":'
"$COCOCTL" initdata inspect - <a.image >out 2>err || fail "standard input"
has out "$digest"
expect 0 initdata inspect a.toml --form image -o f --dry-run
[ ! -e f ] || fail "--dry-run wrote"
expect 10 initdata inspect a.toml --form image -o a.image

# bindings: cut and filled up; line ends and order count
{ head -c 32 /dev/zero; printf '%s' "$digest" | sed 's/../\\x&/g' | xargs -0 printf; } >extend
pcr=$(sha256sum extend)
expect 0 initdata inspect a.toml --json
json out
has out "\"host_data\":\"$digest\""
has out "\"mrconfigid\":\"${digest}00000000000000000000000000000000\""
has out "\"pcr8_sha256\":\"${pcr%% *}\""
d384=$(sha384sum d.toml)
expect 0 initdata inspect d.toml
has out "MRCONFIGID (TDX)           ${d384%% *}"
has out "HOST_DATA (SEV-SNP)        $(printf '%.64s' "$d384")"
has out 'none: a verifier takes sha256 digests only'
sed 's/$/\r/' a.toml >crlf.toml
crlf=$(sha256sum crlf.toml)
expect 0 initdata inspect crlf.toml --form annotation -o crlf.annotation
has err "${crlf%% *}"
expect 0 initdata inspect crlf.annotation -o crlf.back
cmp -s crlf.toml crlf.back || fail "line ends were changed"

# check
expect 0 initdata check a.toml
has out affirmed
expect 0 initdata check crlf.toml
has out 'carriage returns'
expect 1 initdata check d.toml
has out rejected
has err '[verify.initdata.unfit]'
expect 1 initdata check d.toml --json
json out
has out '"id":"initdata.url.missing"'
has out '"id":"initdata.algorithm"'
if command -v openssl >/dev/null 2>&1; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -days 30 \
		-subj /CN=kbs -addext subjectAltName=DNS:kbs -out tls.pem 2>/dev/null || fail "openssl req"
	expect 0 initdata create --kbs-url https://kbs --kbs-cert tls.pem --policy policy.rego -o tls.toml
	expect 0 initdata check tls.toml
	hasnt out fail
	hasnt out warn
	expect 1 initdata check tls.toml --at 2099-01-01T00:00:00Z
	has out 'the certificate has expired'
	# the key beside the certificate must not reach the document
	cat tls.pem tls.key >both.pem
	expect 3 initdata create --kbs-url https://kbs --kbs-cert both.pem -o g.toml
	[ ! -e g.toml ] || fail "written with a private key"
fi

# refused documents, with the line
sed 's/sha256/sha1/' a.toml >sha1.toml
for command in inspect check; do
	expect 3 initdata $command sha1.toml
	has err '[format.initdata.algorithm]'
	has err 'line 2'
	expect 3 initdata $command policy.rego
	head -c 100 a.annotation >cut
	expect 3 initdata $command cut
	expect 4 initdata $command absent
	expect 9 initdata $command large
	expect 2 initdata $command
done
sed 's/0.1.0/0.2.0/' a.toml >version.toml
expect 3 initdata inspect version.toml -o h.toml
has err '[format.initdata.version]'
[ ! -e h.toml ] || fail "a refused document was written"
{ cat a.toml; printf '"aa.toml" = ""\n'; } >twice.toml
expect 3 initdata inspect twice.toml
