#!/bin/sh
# A layout with a package and a signature goes to a registry and back with
# foreign tools, and nothing is lost: docker-registry and skopeo, oras when it
# is there. The layouts are written and checked by test_layout_copy.
set -u
: "${SRC:?run this through make check}" "${B:?}"
tool="$SRC/$B/tests/lib/model/test_layout_copy"

for t in docker-registry skopeo; do
	command -v $t >/dev/null 2>&1 || { echo "$t is not installed"; exit 77; }
done
[ -x "$tool" ] || { echo "test_layout_copy is not built"; exit 77; }

fail() {
	echo "$*"
	exit 1
}

registry_pid=
trap '[ -z "$registry_pid" ] || kill "$registry_pid" 2>/dev/null' EXIT
trap 'exit 1' INT TERM

run() { # quiet unless it fails
	"$@" >run.log 2>&1 || {
		cat run.log
		fail "failed: $*"
	}
}

digest_of() { # PATH SIGNATURES: checks the layout, prints the package's digest
	"$tool" check "$1" "$2" >check.log 2>&1 || {
		cat check.log >&2
		return 1
	}
	grep '^sha256:' check.log
}

expect() { # PATH SIGNATURES: the same package is there, with all its blobs
	got=$(digest_of "$1" "$2") || fail "$1: lost something"
	[ "$got" = "$want" ] || fail "$1: package $got, it was $want"
}

start_registry() {
	cat >registry.yml <<-EOF
		version: 0.1
		log: {level: info}
		storage: {filesystem: {rootdirectory: $PWD/registry}}
		http: {addr: "127.0.0.1:0"}
	EOF
	docker-registry serve registry.yml >registry.log 2>&1 &
	registry_pid=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' registry.log)
		[ -z "$port" ] || return 0
		sleep 0.1
	done
	cat registry.log
	fail "the registry does not start"
}

start_registry
reg="127.0.0.1:$port"
policy='{"default":[{"type":"insecureAcceptAnything"}]}'
printf '%s' "$policy" >policy.json

sk() {
	run skopeo --policy policy.json copy --src-tls-verify=false --dest-tls-verify=false "$@"
}

mkdir plain tagged
run "$tool" mint plain
want=$(digest_of plain 1) || fail "the minted layout is not right"

# skopeo copies what the tag names; it does not follow referrers
sk oci:plain:v1 "docker://$reg/plain:v1"
sk "docker://$reg/plain:v1" oci:skopeo:v1
expect skopeo 0
sk oci:plain:v1 oci-archive:archive.tar:v1
expect archive.tar 0

# with the referrers tag the signature comes along
run "$tool" mint tagged
run "$tool" tag-index tagged
expect tagged 1
hex="sha256-${want#sha256:}"
sk oci:tagged:v1 "docker://$reg/tagged:v1"
sk --all "oci:tagged:$hex" "docker://$reg/tagged:$hex"
sk "docker://$reg/tagged:v1" oci:back:v1
sk --all "docker://$reg/tagged:$hex" "oci:back:$hex"
expect back 1
# into a layout that holds something already
sk --all "docker://$reg/tagged:$hex" "oci:skopeo:$hex"
expect skopeo 1

# oras follows the referrers by itself
if command -v oras >/dev/null 2>&1; then
	run oras cp -r --from-oci-layout plain:v1 --to-plain-http "$reg/oras:v1"
	run oras cp -r --from-plain-http "$reg/oras:v1" --to-oci-layout oras:v1
	expect oras 1
	sk --all "docker://$reg/oras:$hex" "oci:skopeo:$hex"
	expect skopeo 1
fi
exit 0
