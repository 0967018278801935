#!/bin/sh
# cosign accepts the signature of a package: on the manifest file, on the
# layout, and after a copy into a registry; and refuses what is not signed so.
# The commands are those of docs/interop.md. Needs cosign 3; the registry part
# also skopeo and docker-registry.
. "$SRC/tests/cli/lib"

command -v cosign >/dev/null 2>&1 || { echo "cosign is not installed"; exit 77; }
HOME=$PWD
export HOME
type=https://cococtl/model-package/v1

signed() { # cosign must accept
	cosign "$@" >out 2>err || fail "cosign $*"
}

refused() { # cosign must not
	! cosign "$@" >out 2>err || fail "accepted: cosign $*"
}

blob() { # DIGEST: its file in the layout
	echo "$layout/blobs/sha256/${1#sha256:}"
}

# The digests in index.json: the package's manifest is the first entry, the
# signature's the last.
digests() {
	grep -o '"digest":"sha256:[0-9a-f]*"' "$layout/index.json" | cut -d'"' -f4
}

mkdir model
seq 1000 >model/weights
expect 0 key generate --type p256 -o other.pem --public other.pub
for key in p256 p384 p521 ed25519; do
	layout=$key.pkg
	expect 0 key generate --type $key -o $key.pem --public $key.pub
	expect 0 model pack model -o $layout --new-key $key.key --sign $key.pem --tag v1
	case $key in
	p384) hash=--signature-digest-algorithm=sha384 ;;
	p521) hash=--signature-digest-algorithm=sha512 ;;
	*) hash=--signature-digest-algorithm=sha256 ;;
	esac
	manifest=$(digests | head -n 1)
	signature=$(digests | tail -n 1)
	bundle=$(blob "$(grep -o '"layers":\[.*' "$(blob "$signature")" |
		grep -o 'sha256:[0-9a-f]*' | head -n 1)")
	signed verify-blob-attestation --bundle "$bundle" --key $key.pub --insecure-ignore-tlog=true \
		$hash --type $type "$(blob "$manifest")"
	refused verify-blob-attestation --bundle "$bundle" --key other.pub \
		--insecure-ignore-tlog=true --type $type "$(blob "$manifest")"
	refused verify-blob-attestation --bundle "$bundle" --key $key.pub \
		--insecure-ignore-tlog=true $hash --type $type "$(blob "$signature")"
	signed verify-attestation --local-image --key $key.pub --insecure-ignore-tlog=true $hash \
		--type $type "$layout"
	refused verify-attestation --local-image --key other.pub --insecure-ignore-tlog=true \
		--type $type "$layout"
	refused verify-attestation --local-image --key $key.pub --insecure-ignore-tlog=true $hash \
		--type slsaprovenance1 "$layout"
done

# what the documentation says is not accepted: RSA, which is PSS here
layout=rsa.pkg
expect 0 key generate --type rsa3072 -o rsa.pem --public rsa.pub
expect 0 model pack model -o $layout --new-key rsa.key --sign rsa.pem
expect 0 model verify $layout --public-key rsa.pub
refused verify-attestation --local-image --key rsa.pub --insecure-ignore-tlog=true --type $type rsa.pkg

for tool in docker-registry skopeo; do
	command -v $tool >/dev/null 2>&1 || exit 0
done
cat >registry.yml <<-END
	version: 0.1
	log: {level: info}
	storage: {filesystem: {rootdirectory: $PWD/registry}}
	http: {addr: "127.0.0.1:0"}
END
docker-registry serve registry.yml >registry.log 2>&1 &
registry=$!
trap 'kill $registry 2>/dev/null' EXIT
port=
for _ in $(seq 100); do
	port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' registry.log)
	[ -z "$port" ] || break
	sleep 0.1
done
[ -n "$port" ] || fail "the registry does not start"
repo=127.0.0.1:$port/models/m
layout=p256.pkg
manifest=$(digests | head -n 1)
signature=$(digests | tail -n 1)

# skopeo carries what a tag names, so the signature gets the tag by which
# registries without a referrers API are searched
size=$(wc -c <"$(blob "$signature")")
index='{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":['
index=$index'{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"'$signature'"'
index=$index',"size":'$size',"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json"}]}'
printf '%s' "$index" >tag-index
digest=$(sha256sum <tag-index | cut -c 1-64)
tag=sha256-${manifest#sha256:}
cp -r "$layout" pushed
cp tag-index "pushed/blobs/sha256/$digest"
entry='{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:'$digest'"'
entry=$entry',"size":'$(wc -c <tag-index)',"annotations":{"org.opencontainers.image.ref.name":"'$tag'"}}'
sed "s|]}\$|,$entry]}|" "$layout/index.json" >pushed/index.json

printf '{"default":[{"type":"insecureAcceptAnything"}]}' >policy.json
copy() {
	skopeo --policy policy.json copy --src-tls-verify=false --dest-tls-verify=false "$@" \
		>err 2>&1 || fail "skopeo copy $*"
}
copy oci:pushed:v1 "docker://$repo:v1"
refused verify-attestation --key p256.pub --insecure-ignore-tlog=true --allow-http-registry \
	--type $type "$repo:v1"
copy --all "oci:pushed:$tag" "docker://$repo:$tag"
signed verify-attestation --key p256.pub --insecure-ignore-tlog=true --allow-http-registry \
	--type $type "$repo:v1"
signed verify-attestation --key p256.pub --insecure-ignore-tlog=true --allow-http-registry \
	--type $type "$repo@$manifest"
refused verify-attestation --key other.pub --insecure-ignore-tlog=true --allow-http-registry \
	--type $type "$repo:v1"

# and back again: the same package, with its signature
mkdir back
copy "docker://$repo:v1" oci:back:v1
expect 8 model verify back --public-key p256.pub
copy --all "docker://$repo:$tag" "oci:back:$tag"
expect 0 model verify back --public-key p256.pub --key p256.key
