#!/bin/sh
# Certificates that must not be accepted: expired, not yet valid, wrong usage,
# wrong subject, wrong root, missing intermediate, not the signer's.
. "$SRC/tests/cli/model_lib"

command -v openssl >/dev/null 2>&1 || { echo "openssl is not installed"; exit 77; }

# certificate NAME ISSUER SUBJECT EXTENSIONS [DAYS]: NAME.pem, NAME.crt (P-256)
certificate() {
	openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null |
		openssl pkcs8 -topk8 -nocrypt -out "$1.pem" 2>/dev/null || fail "openssl key"
	chmod 600 "$1.pem"
	openssl req -new -key "$1.pem" -subj "$3" -out "$1.csr" 2>/dev/null || fail "openssl req"
	printf '%b' "$4" >"$1.ext"
	if [ "$2" = self ]; then
		openssl x509 -req -in "$1.csr" -signkey "$1.pem" -days "${5:-30}" -sha256 \
			-extfile "$1.ext" -out "$1.crt" 2>/dev/null || fail "openssl x509"
	else
		openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.pem" -days "${5:-30}" \
			-sha256 -set_serial "$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')" \
			-extfile "$1.ext" -out "$1.crt" 2>/dev/null || fail "openssl x509"
	fi
}

ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
signs='keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n'
certificate root self /CN=root "$ca" 3650
certificate stranger self /CN=root "$ca" 3650
certificate middle root /CN=middle "$ca" 3650
certificate leaf middle '/O=Models/CN=release' "$signs"
certificate twin middle '/O=Models/CN=nightly' "$signs"
certificate web middle '/O=Models/CN=release' \
	'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n'
certificate agree middle '/O=Models/CN=release' 'keyUsage=critical,keyAgreement\n'

mkdir m
echo weights >m/weights
subject=$(openssl x509 -in leaf.crt -noout -subject -nameopt RFC2253 | sed 's/subject=//')

# verify_as EXIT ID ARGUMENT...: verify of the package and open agree
verify_as() {
	want=$1
	id=$2
	shift 2
	if [ "$want" = 0 ]; then
		expect 0 model verify pkg "$@"
		has out 'affirmed'
		expect 0 model open pkg -o opened --key key "$@"
		rm -rf opened
		return
	fi
	refused "$want" "$id" model verify pkg "$@"
	hasnt out affirmed
	refused "$want" "$id" model open pkg -o opened --key key "$@"
	gone opened
}

expect 0 model pack m -o pkg --new-key key --sign leaf.pem --certificate leaf.crt \
	--chain middle.crt
verify_as 0 - --certificate-root root.crt --expect-subject "$subject"
for at in 2001-01-01T00:00:00Z:not_yet_valid 2999-01-01T00:00:00Z:expired; do
	verify_as 1 "verify.certificate.${at##*:}" --certificate-root root.crt \
		--expect-subject "$subject" --at "${at%:*}"
done
verify_as 1 verify.certificate.subject --certificate-root root.crt --expect-subject nobody
verify_as 1 verify.certificate.subject --certificate-root root.crt \
	--expect-subject 'CN=release,O=Models,C=DE'
verify_as 1 verify.certificate.root --certificate-root stranger.crt --expect-subject "$subject"
verify_as 1 verify.certificate.root --certificate-root twin.crt --expect-subject "$subject"
expect 0 key public leaf.pem -o leaf.pub
verify_as 1 verify.signature.method --public-key leaf.pub
refused 2 usage.option.conflict model verify pkg --certificate-root root.crt
refused 2 usage.option.conflict model verify pkg --certificate-root root.crt \
	--expect-subject "$subject" --public-key leaf.pub
refused 3 format.certificate.syntax model verify pkg --certificate-root leaf.pem \
	--expect-subject "$subject"
rm -rf pkg key

# the wrong usage: we do not sign with it, and do not accept who does
expect 0 model pack m -o pkg --new-key key
expect 0 model sign pkg --key leaf.pem -o sig
payload sig >statement
for bad in web agree; do
	refused 1 verify.certificate.usage model pack m -o new --new-key newkey \
		--sign $bad.pem --certificate $bad.crt --chain middle.crt
	gone new newkey
	forge $bad.pem statement "$(chain $bad.crt middle.crt)" >forged
	refused 1 verify.certificate.usage model verify pkg --signature forged \
		--certificate-root root.crt --expect-subject "$subject"
done
forge leaf.pem statement "$(chain leaf.crt middle.crt)" >forged
expect 0 model verify pkg --signature forged --certificate-root root.crt \
	--expect-subject "$subject"
# a good certificate, but another key signed
forge web.pem statement "$(chain leaf.crt middle.crt)" >forged
refused 1 verify.signature.mismatch model verify pkg --signature forged \
	--certificate-root root.crt --expect-subject "$subject"
rm -rf pkg key sig forged

# a chain with a hole
expect 0 model pack m -o pkg --new-key key --sign leaf.pem --certificate leaf.crt
verify_as 1 verify.certificate.root --certificate-root root.crt --expect-subject "$subject"
rm -rf pkg key

# the certificate of somebody else, found before the work
refused 7 crypto.key.mismatch model pack m -o pkg --new-key key --sign leaf.pem \
	--certificate twin.crt --chain middle.crt
gone pkg key
refused 7 crypto.key.mismatch model sign m --key leaf.pem --certificate twin.crt -o sig
gone sig

# the same for a plain directory
expect 0 model sign m --key leaf.pem --certificate leaf.crt --chain middle.crt -o sig
expect 0 model verify m --signature sig --certificate-root root.crt --expect-subject "$subject"
refused 1 verify.certificate.subject model verify m --signature sig --certificate-root root.crt \
	--expect-subject nobody
refused 1 verify.certificate.expired model verify m --signature sig --certificate-root root.crt \
	--expect-subject "$subject" --at 2999-01-01T00:00:00Z
refused 1 verify.certificate.root model verify m --signature sig \
	--certificate-root stranger.crt --expect-subject "$subject"
