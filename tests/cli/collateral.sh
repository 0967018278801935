#!/bin/sh
# collateral add, list and check: every exit code, dates, the same bytes.
. "$SRC/tests/cli/lib"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out root.pem \
	-subj /CN=root -days 30 >/dev/null 2>&1 || {
	echo "skip: no openssl here"
	exit 77
}
expect 0 collateral add bundle root.pem
has out 'new in the bundle  1'
expect 0 collateral add bundle root.pem
has out 'new in the bundle  0'
openssl x509 -in root.pem -outform DER -out root.der
expect 0 collateral add bundle root.der
has out 'new in the bundle  0'
cp bundle/index.json one.json
echo '{"keys":[]}' >jwks.json
expect 0 collateral add bundle jwks.json
expect 0 collateral add other jwks.json root.pem
cmp bundle/index.json other/index.json || fail "the order of adding shows"
expect 0 collateral list bundle
has out root
expect 0 collateral list bundle --json
json out
has out '"kind":"jwks"'
tar cf bundle.tar bundle
expect 0 collateral list bundle.tar

expect 0 collateral check bundle --within 1
has out 'pass   certificate of root is valid'
expect 0 collateral check bundle --within 100
has out 'warn   certificate of root is valid'
expect 1 collateral check bundle --at 2099-01-01T00:00:00Z
has err verify.collateral.expired
expect 1 collateral check bundle --at 2001-01-01T00:00:00Z
expect 8 collateral check bundle --for "$SRC/testdata/fuzz/evidence/gpu" --within 1
has err trust.collateral.missing

# refused
echo hello >hello
expect 3 collateral add bundle hello
expect 3 collateral list hello
expect 4 collateral list nothere
mkdir full && echo x >full/x
expect 10 collateral add full root.pem
for f in bundle/*.der; do
	echo changed >"$f"
done
expect 1 collateral list bundle
has err verify.bundle.item
expect 1 evidence verify "$SRC/testdata/fuzz/evidence/payload" --collateral bundle
has err verify.bundle.item
rm bundle/*.der
expect 4 collateral list bundle
echo '{"schema":"cococtl.collateral.v1"}' >bundle/index.json
expect 3 collateral list bundle
has err index.json
