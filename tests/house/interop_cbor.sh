#!/bin/sh
# CoRIM and COSE as Python reads them: cbor2 finds our CBOR canonical, with the
# parts where they belong, and cryptography verifies the signature over the
# structure that RFC 9052 describes. $COCO_PYTHON names another Python.
. "$SRC/tests/cli/lib"

python=${COCO_PYTHON:-python3}
"$python" -c 'import cbor2, cryptography' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import cbor2, cryptography' 2>/dev/null || {
	echo "Python with the packages cbor2 and cryptography is not installed"
	exit 77
}

cat >theirs.py <<'END'
"""check CBOR HEX: an unsigned CoRIM; verify COSE PUB CBOR: a signed one."""
import sys
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def read(path):
    with open(path, "rb") as f:
        return f.read()


what, *args = sys.argv[1:]
if what == "check":
    raw = read(args[0])
    doc = cbor2.loads(raw)
    assert cbor2.dumps(doc, canonical=True) == raw, "not canonical"
    assert doc.tag == 501
    (comid,) = doc.value[1]
    assert comid.tag == 506
    inner = cbor2.loads(comid.value)
    assert cbor2.dumps(inner, canonical=True) == comid.value, "CoMID not canonical"
    ((env, (measurement,)),) = inner[4][0]
    assert env == {0: {1: "AMD", 2: "SEV"}}, env
    assert measurement == {0: "MEASUREMENT", 1: {2: [[1, bytes.fromhex(args[1])]]}}, measurement
else:
    message = cbor2.loads(read(args[0]))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    assert unprotected == {}
    assert payload == read(args[2]), "the payload is not the unsigned CoRIM"
    header = cbor2.loads(protected)
    assert cbor2.dumps(header, canonical=True) == protected
    assert header[3] == "application/rim+cbor"
    assert list(cbor2.loads(header[8])) == [0]
    tbs = cbor2.dumps(["Signature1", protected, b"", payload])
    key = serialization.load_pem_public_key(read(args[1]))

    def verify(data):
        if header[1] == -8:
            assert isinstance(key, ed25519.Ed25519PublicKey)
            key.verify(signature, data)
            return
        size = {-7: 32, -35: 48, -36: 66}[header[1]]
        digest = {-7: hashes.SHA256, -35: hashes.SHA384, -36: hashes.SHA512}[header[1]]()
        assert len(signature) == 2 * size
        r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))

    verify(tbs)
    try:
        verify(tbs[:-1] + bytes([tbs[-1] ^ 1]))
    except InvalidSignature:
        pass
    else:
        raise SystemExit("a changed payload verifies")
END

head -c 4096 /dev/zero >fw
expect 0 measure sev --firmware fw -o plain.cbor --form corim
"$python" theirs.py check plain.cbor "$(sha256sum fw | cut -d ' ' -f 1)" || fail "unsigned CoRIM"
for type in p256 p384 p521 ed25519; do
	expect 0 key generate --type $type -o $type.pem
	expect 0 key public $type.pem -o $type.pub
	expect 0 measure sev --firmware fw -o $type.cose --form corim --sign-with $type.pem
	"$python" theirs.py verify $type.cose $type.pub plain.cbor || fail "signature with $type"
done
