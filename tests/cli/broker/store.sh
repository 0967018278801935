#!/bin/sh
# broker probe, put, get and delete on a directory in every layout. Nothing
# secret is shown, and a release that cannot read the directory is refused.
. "$SRC/tests/cli/lib"

printf 'canary-resource-0123456789' >secret
chmod 600 secret
printf 'package policy\ndefault allow = false\n' >policy.rego
: >log

store() { # EXIT COMMAND ARGUMENT...
	want=$1
	command=$2
	shift 2
	expect "$want" broker "$command" --broker "store:$dir" "$@" -vv --log-file log
	for file in out err log; do
		hasnt $file canary-resource
	done
}

all() { # ARGUMENT...
	store 0 probe "$@"
	has out "Trustee, from"
	store 0 put --resource repo/type/tag --from secret "$@"
	store 0 put --resource-policy policy.rego "$@"
	store 0 put --attestation-policy default_cpu=policy.rego "$@"
	store 0 put --reference-value ns/a --value '["x"]' "$@"
	store 0 get --reference-value ns/a
	has out '["x"]'
	store 0 get --resource-policy
	has out 'default allow = false'
	store 0 probe --json
	json out
	store 0 delete --resource repo/type/tag --json
	json out
	store 6 delete --resource repo/type/tag
	has err '[remote.broker.absent]'
	store 6 get --reference-value none
	has err '[remote.broker.absent]'
}

dir=new
all
[ -f 'new/kbs/resource-policy.rego' ] || fail "not the files of LocalFs"
[ "$(mode new/kbs/resource-policy.rego)" = 600 ] || fail "mode of a file"
store 3 probe --trustee-version v0.17
has err '[format.store.layout]'
dir=json
all --store-json
[ -f json/kbs ] || fail "not the files of LocalJson"
dir=old
all --trustee-version v0.17
[ -f old/opa/confidential-containers/kbs/policy.rego ] || fail "not the old layout"

dir=dry
store 0 put --resource a/b/c --from secret -n
[ ! -e dry ] || fail "a dry run wrote"
store 2 probe --admin-key none
has err '[usage.option.conflict]'
dir=
store 2 probe
expect 2 broker probe --broker http://127.0.0.1:1 --store-json
dir=none/deeper
store 4 put --resource a/b/c --from secret
