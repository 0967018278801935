#!/bin/sh
# Images with encrypted layers that skopeo decrypts to what they were: every
# kind of key, and the private options that another reader opens.
set -u
: "${SRC:?run this through make check}" "${COCOCTL:?}"
for t in skopeo tar gzip; do
	command -v $t >/dev/null || { echo "$t is not installed"; exit 77; }
done

fail() {
	echo "$*"
	exit 1
}

run() { # quiet unless it fails
	"$@" >run.log 2>&1 || {
		cat run.log
		fail "exit $?: $*"
	}
}

blob() { # LAYOUT FILE MEDIA: adds a file, prints its descriptor
	sum=$(sha256sum <"$2" | cut -d' ' -f1)
	cp "$2" "$1/blobs/sha256/$sum"
	printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$3" "$sum" \
		"$(stat -c %s "$2")"
}

make_image() {
	rm -rf image tree
	mkdir -p image/blobs/sha256 tree
	echo '{"imageLayoutVersion":"1.0.0"}' >image/oci-layout
	seq 200000 >tree/weights
	tar -C tree -cf one.tar .
	echo two >tree/two
	tar -C tree -cf two.tar two
	gzip -n <two.tar >two.tar.gz
	type=application/vnd.oci.image
	layers=$(blob image one.tar $type.layer.v1.tar),$(blob image two.tar.gz \
		$type.layer.v1.tar+gzip)
	printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers",
		"diff_ids":["sha256:%s","sha256:%s"]}}' "$(sha256sum <one.tar | cut -d' ' -f1)" \
		"$(sha256sum <two.tar | cut -d' ' -f1)" >config
	printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' \
		$type.manifest.v1+json "$(blob image config $type.config.v1+json)" "$layers" >manifest
	entry=$(blob image manifest $type.manifest.v1+json)
	printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"%s":"v1"}}]}' "${entry%\}}" \
		org.opencontainers.image.ref.name >image/index.json
}

# decrypted LAYOUT KEY: skopeo opens it, and the layers are those of the image
decrypted() {
	rm -rf plain
	run skopeo copy --decryption-key "$2" "oci:$1:v1" oci:plain:v1
	for f in one.tar two.tar.gz; do
		sum=$(sha256sum <$f | cut -d' ' -f1)
		cmp -s "plain/blobs/sha256/$sum" $f || fail "$2: $f is not there again"
	done
}

make_image
run skopeo inspect oci:image:v1
for type in p256 p384 p521 rsa3072; do
	run "$COCOCTL" key generate --type $type -o $type.key --public $type.pub --force
	rm -rf sealed
	run "$COCOCTL" model export --ocicrypt image:v1 --recipient $type.pub -o sealed
	decrypted sealed $type.key
done

# several recipients, and a packet for guests beside them
head -c 32 /dev/urandom >kek
chmod 600 kek
rm -rf sealed
run "$COCOCTL" model export --ocicrypt image --recipient p256.pub --recipient rsa3072.pub --key kek \
	--key-id kbs:///default/image-kek/1 -o sealed
decrypted sealed p256.key
decrypted sealed rsa3072.key
rm -rf plain
skopeo copy --decryption-key p384.key oci:sealed:v1 oci:plain:v1 >run.log 2>&1 &&
	fail "another key decrypts it"

# a tar as the only layer, and a layout in a tar
rm -rf sealed
run "$COCOCTL" model export --ocicrypt one.tar --tag v1 --recipient p256.pub -o sealed
rm -rf plain
run skopeo copy --decryption-key p256.key oci:sealed:v1 oci:plain:v1
sum=$(sha256sum <one.tar | cut -d' ' -f1)
cmp -s "plain/blobs/sha256/$sum" one.tar || fail "the tar is not there again"
tar -C image -cf image.tar .
rm -rf sealed
run "$COCOCTL" model export --ocicrypt image.tar --recipient p256.pub -o sealed
decrypted sealed p256.key

echo "skopeo decrypts what is written"
