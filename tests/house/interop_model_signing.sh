#!/bin/sh
# What we sign, the reference tool (package model-signing) verifies, and the
# other way round: every curve, certificates, one file, links, odd names, and
# the forms that only its Python interface writes. $COCO_MODEL_SIGNING names
# the tool when it is not on the PATH.
set -u
: "${SRC:?run this through make check}" "${COCOCTL:?}"
ms=$(command -v "${COCO_MODEL_SIGNING:-model_signing}") || {
	echo "model_signing is not installed"
	exit 77
}
command -v openssl >/dev/null || {
	echo "the openssl program is not installed"
	exit 77
}

fail() {
	echo "$*"
	exit 1
}

run() { # quiet unless it fails
	"$@" >run.log 2>&1 || {
		code=$?
		cat run.log
		fail "exit $code: $*"
	}
}

expect() { # CODE COMMAND...: fails with exactly this exit code
	want=$1
	shift
	"$@" >run.log 2>&1
	got=$?
	[ "$got" = "$want" ] || {
		cat run.log
		fail "exit $got, expected $want: $*"
	}
}

refused() { # by the reference tool
	expect 1 "$ms" "$@"
}

make_model() {
	mkdir -p "m/a b" m/a m/.git m/.hidden m/deep/er/still
	printf 1 >"m/a b/x"
	printf 2 >m/a/b
	printf 3 >m/a-b
	printf 4 >m/a.b
	: >m/empty
	printf 5 >m/.git/config
	printf 6 >m/.gitignore
	printf 7 >m/.hidden/f
	printf 8 >m/c:0:1
	printf 9 >"$(printf 'm/new\nline')"
	printf 10 >"$(printf 'm/\303\251"\\')"
	seq 200000 >m/weights.bin
	printf 11 >m/deep/er/still/f
}

both_ways_with_keys() {
	for type in p256 p384 p521; do
		run "$COCOCTL" key generate --type $type -o $type.key --public $type.pub
		run "$COCOCTL" model sign --force m --key $type.key -o m/model.sig
		run "$ms" verify key m --signature m/model.sig --public_key $type.pub
		run "$COCOCTL" model verify m --signature m/model.sig --public-key $type.pub
		rm m/model.sig
		run "$ms" sign key m --private_key $type.key --signature m/model.sig
		run "$COCOCTL" model verify m --signature m/model.sig --public-key $type.pub
		rm m/model.sig
	done
	run "$COCOCTL" model sign --force m --key p256.key -o s.sig
	expect 1 "$COCOCTL" model verify m --signature s.sig --public-key p384.pub
	refused verify key m --signature s.sig --public_key p384.pub
}

changes_are_seen_by_both() {
	run "$COCOCTL" model sign --force m --key p256.key -o s.sig
	for change in 'printf x >m/a/b' 'rm m/a/b' 'printf x >m/added'; do
		rm -rf saved
		cp -R m saved
		eval "$change"
		expect 1 "$COCOCTL" model verify m --signature s.sig --public-key p256.pub
		refused verify key m --signature s.sig --public_key p256.pub
		rm -rf m
		mv saved m
	done
	printf x >m/added
	run "$COCOCTL" model verify m --signature s.sig --public-key p256.pub \
		--ignore-unsigned-files
	run "$ms" verify key m --signature s.sig --public_key p256.pub --ignore_unsigned_files
	rm m/added
}

ignored_paths() {
	run "$COCOCTL" model sign --force m --key p256.key --ignore deep --ignore a-b -o s.sig
	printf changed >m/deep/er/new
	run "$ms" verify key m --signature s.sig --public_key p256.pub --ignore-paths m/deep \
		--ignore-paths m/a-b
	run "$COCOCTL" model verify m --signature s.sig --public-key p256.pub
	run "$ms" sign key m --private_key p256.key --signature s.sig --ignore-paths m/deep
	run "$COCOCTL" model verify m --signature s.sig --public-key p256.pub
	rm m/deep/er/new
}

single_file() {
	run "$COCOCTL" model sign --force m/weights.bin --key p384.key -o s.sig
	run "$ms" verify key m/weights.bin --signature s.sig --public_key p384.pub
	run "$ms" sign key m/weights.bin --private_key p384.key --signature s.sig
	run "$COCOCTL" model verify m/weights.bin --signature s.sig --public-key p384.pub
	expect 1 "$COCOCTL" model verify m/a-b --signature s.sig --public-key p384.pub
}

links() {
	ln -s a-b m/link
	expect 4 "$COCOCTL" model sign --force m --key p256.key -o s.sig
	run "$COCOCTL" model sign --force m --key p256.key --allow-symlinks -o s.sig
	run "$ms" verify key m --signature s.sig --public_key p256.pub --allow_symlinks
	run "$ms" sign key m --private_key p256.key --signature s.sig --allow_symlinks
	expect 4 "$COCOCTL" model verify m --signature s.sig --public-key p256.pub
	run "$COCOCTL" model verify m --signature s.sig --public-key p256.pub --allow-symlinks
	rm m/link
}

certificate() { # NAME CA EXTENSIONS
	run openssl ecparam -name secp384r1 -genkey -noout -out "$1.key"
	chmod 600 "$1.key"
	printf '%s\n' "$3" >"$1.ext"
	run openssl req -new -key "$1.key" -subj "/O=cococtl test/CN=$1" -out "$1.csr"
	if [ "$2" = "$1" ]; then
		run openssl x509 -req -in "$1.csr" -signkey "$1.key" -days 30 -extfile "$1.ext" \
			-out "$1.crt"
	else
		run openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial \
			-days 30 -extfile "$1.ext" -out "$1.crt"
	fi
}

certificates() {
	ca='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'
	certificate root root "$ca"
	certificate other other "$ca"
	certificate inter root "$ca"
	certificate leaf inter 'basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=codeSigning'
	run "$COCOCTL" model sign --force m --key leaf.key --certificate leaf.crt --chain inter.crt -o s.sig
	run "$ms" verify certificate m --signature s.sig --certificate_chain root.crt
	run "$ms" sign certificate m --private_key leaf.key --signing_certificate leaf.crt \
		--certificate_chain inter.crt --signature r.sig
	for s in s.sig r.sig; do
		run "$COCOCTL" model verify m --signature $s --certificate-root root.crt \
			--expect-subject leaf
		expect 1 "$COCOCTL" model verify m --signature $s --certificate-root root.crt \
			--expect-subject inter
		expect 1 "$COCOCTL" model verify m --signature $s --certificate-root other.crt \
			--expect-subject leaf
		# the reference tool never asks for the time
		expect 1 "$COCOCTL" model verify m --signature $s --certificate-root root.crt \
			--expect-subject leaf --at 2099-01-01T00:00:00Z
	done
}

# Shards and other hashes: its command line neither writes nor verifies them.
python_forms() {
	python=$(dirname "$ms")/python
	[ -x "$python" ] || return 0
	rm m/c:0:1 # it cannot name shards of this file
	cat >forms.py <<-'EOF'
		import sys
		from model_signing import hashing, signing
		for alg in "sha256", "blake2", "blake3":
		    for shards in False, True:
		        h = hashing.Config()
		        if shards:
		            h.use_shard_serialization(hashing_algorithm=alg, shard_size=1000)
		        else:
		            h.use_file_serialization(hashing_algorithm=alg)
		        c = signing.Config().use_elliptic_key_signer(private_key=sys.argv[1])
		        name = f"{alg}-{'shards' if shards else 'files'}.sig"
		        c.set_hashing_config(h).sign(sys.argv[2], name)
	EOF
	run "$python" forms.py p256.key m
	for s in sha256-files sha256-shards blake2-files blake2-shards; do
		run "$COCOCTL" model verify m --signature $s.sig --public-key p256.pub
	done
	for s in blake3-files blake3-shards; do
		expect 8 "$COCOCTL" model verify m --signature $s.sig --public-key p256.pub
	done
	printf x >>m/weights.bin
	for s in sha256-files sha256-shards blake2-files blake2-shards; do
		expect 1 "$COCOCTL" model verify m --signature $s.sig --public-key p256.pub
	done
}

make_model
both_ways_with_keys
changes_are_seen_by_both
ignored_paths
single_file
links
certificates
python_forms
