#!/bin/sh
# Key wraps open with jwcrypto, and wraps that jwcrypto makes open here: every
# type of key, and nothing opens with another key or after a change. Needs
# Python with the package jwcrypto; $COCO_PYTHON names another Python.
. "$SRC/tests/cli/lib"

python=${COCO_PYTHON:-python3}
"$python" -c 'import jwcrypto' 2>/dev/null || {
	echo "Python with the package jwcrypto is not installed"
	exit 77
}

cat >theirs.py <<'END'
"""open KEY.pem WRAPS OUT: the first JWE of a wraps document, with jwcrypto.
make PUB.pem SECRET OUT FINGERPRINT: a wraps document around jwcrypto's JWE.
spoil WRAPS OUT: the tag of the first JWE is changed."""
import json
import sys
from jwcrypto import jwe, jwk

ALGS = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]


def key(path):
    with open(path, "rb") as f:
        return jwk.JWK.from_pem(f.read())


def load(path):
    with open(path) as f:
        return json.load(f)


what, *args = sys.argv[1:]
if what == "open":
    token = jwe.JWE(algs=ALGS)
    token.deserialize(json.dumps(load(args[1])["wraps"][0]["jwe"]))
    token.decrypt(key(args[0]))
    with open(args[2], "wb") as f:
        f.write(token.payload)
elif what == "make":
    public = key(args[0])
    with open(args[1], "rb") as f:
        token = jwe.JWE(f.read(), json.dumps({"enc": "A256GCM"}), algs=ALGS)
    alg = "RSA-OAEP-256" if public["kty"] == "RSA" else "ECDH-ES+A256KW"
    token.add_recipient(public, json.dumps({"alg": alg}))
    wrap = {"type": "jwe", "recipient": args[3], "jwe": json.loads(token.serialize())}
    with open(args[2], "w") as f:
        json.dump({"format": "cococtl/key-wraps", "format_version": 1, "wraps": [wrap]}, f)
else:
    doc = load(args[0])
    tag = doc["wraps"][0]["jwe"]["tag"]
    doc["wraps"][0]["jwe"]["tag"] = ("B" if tag[0] == "A" else "A") + tag[1:]
    with open(args[1], "w") as f:
        json.dump(doc, f)
END

theirs() {
	"$python" theirs.py "$@" >err 2>&1
}

expect 0 key generate --type content -o content.key
for type in p256 p384 p521 rsa3072; do
	expect 0 key generate --type $type -o $type.pem --public $type.pub
	expect 0 key wrap --recipient $type.pub --key content.key -o $type.json
	theirs open $type.pem $type.json opened || fail "jwcrypto does not open $type"
	cmp content.key opened || fail "jwcrypto opens $type as something else"
	theirs spoil $type.json spoiled.json || fail "spoil $type"
	! theirs open $type.pem spoiled.json x || fail "jwcrypto opens a changed $type"
	expect 7 key unwrap --identity $type.pem spoiled.json -o x

	fingerprint=$(openssl pkey -pubin -in $type.pub -outform DER | sha256sum | cut -c 1-64)
	theirs make $type.pub content.key theirs.json "sha256:$fingerprint" || fail "make $type"
	expect 0 key unwrap --identity $type.pem theirs.json -o unwrapped.key --force
	cmp content.key unwrapped.key || fail "$type of jwcrypto opens as something else"
	theirs spoil theirs.json spoiled.json || fail "spoil $type"
	expect 7 key unwrap --identity $type.pem spoiled.json -o x
	[ ! -e x ] || fail "something was left behind"
done
! theirs open p384.pem p256.json x || fail "jwcrypto opens with another key"
expect 7 key unwrap --identity p384.pem p256.json -o x
