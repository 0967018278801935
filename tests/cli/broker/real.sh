#!/bin/sh
# The administrator's commands and the guest's against a Trustee key broker that
# somebody runs: COCOCTL_TEST_KBS=URL, COCOCTL_TEST_KBS_ADMIN_KEY=FILE. It
# registers resources below cococtl/test, reference values cococtl-test-*, and
# replaces the resource policy, so it is for a broker of tests.
. "$SRC/tests/cli/lib"
unset COCOCTL_ATTESTER COCOCTL_ATTESTER_PATH COCOCTL_INITDATA COCOCTL_TEE_KEY

if [ -z "${COCOCTL_TEST_KBS:-}" ] || [ -z "${COCOCTL_TEST_KBS_ADMIN_KEY:-}" ]; then
	echo "skip: no key broker: COCOCTL_TEST_KBS and COCOCTL_TEST_KBS_ADMIN_KEY are not set"
	exit 77
fi
url=$COCOCTL_TEST_KBS
admin=$COCOCTL_TEST_KBS_ADMIN_KEY

printf 'canary-resource-0123456789' >secret
chmod 600 secret
expect 0 key generate --type ed25519 -o other.pem
expect 0 key generate --type content -o model.key
printf 'package policy\ndefault allow = true\n' >all.rego
printf 'package policy\ndefault allow = false\n' >none.rego
printf 'no rego' >bad.rego
: >log

broker() { # EXIT COMMAND ARGUMENT...
	want=$1
	command=$2
	shift 2
	expect "$want" broker "$command" --broker "$url" "$@" -vv --log-file log
	for file in out err log; do
		hasnt $file canary-resource
		hasnt $file "$(sed -n 2p "$admin")"
		hasnt $file eyJhbGciOi
	done
}

broker 0 probe --admin-key "$admin"
has out "Trustee, from"
broker 0 probe --admin-key "$admin" --json
json out
# the oldest release that it may be
oldest=$(sed -n 's/.*"oldest":"v0\.\([0-9]*\)".*/\1/p' out)
[ -n "$oldest" ] || fail "no release"

broker 0 put --admin-key "$admin" --resource cococtl/test/1 --from secret
broker 0 put --admin-key "$admin" --resource cococtl/test/key --from model.key
broker 6 put --admin-key other.pem --resource cococtl/test/1 --from secret
has err '[remote.broker.admin]'
expect 0 broker token --admin-key "$admin" -o admin.token
broker 0 put --admin-token admin.token --resource cococtl/test/1 --from secret
broker 6 put --admin-key "$admin" --resource-policy bad.rego
has err '[remote.broker.policy_text]'

if [ "$oldest" -ge 14 ]; then
	broker 0 put --admin-key "$admin" --reference-value cococtl-test-a --value '["x", "y"]'
	broker 0 get --admin-key "$admin" --reference-value cococtl-test-a
	has out '["x","y"]'
	broker 6 get --admin-key "$admin" --reference-value cococtl-test-none
	has err '[remote.broker.absent]'
fi

# a guest: the sample attester, where the server's verifiers know it
if [ "$oldest" -ge 12 ]; then
	broker 0 put --admin-key "$admin" --resource-policy none.rego
	broker 6 get cococtl/test/1 -o got --attester sample
	has err '[remote.rcar.policy]'
	[ ! -e got ] || fail "something was written"
	broker 0 put --admin-key "$admin" --resource-policy all.rego
	for key in p256 p521 rsa; do
		rm -f got
		broker 0 get cococtl/test/1 -o got --attester sample --tee-key $key
		cmp -s secret got || fail "another resource"
	done
	broker 6 get cococtl/test/none -o none --attester sample
	has err '[remote.rcar.resource]'
	mkdir -p model
	echo model >model/file
	expect 0 model pack model -o package --key model.key
	case $url in
	https:* | http://127.*)
		COCOCTL_ATTESTER=sample
		export COCOCTL_ATTESTER
		expect 0 model open package -o opened --key "kbs+$url/cococtl/test/key"
		cmp -s model/file opened/file || fail "another model"
		;;
	esac
	broker 0 put --admin-key "$admin" --resource-policy none.rego
fi
if [ "$oldest" -ge 20 ]; then
	broker 0 delete --admin-key "$admin" --resource cococtl/test/1
	broker 6 delete --admin-key "$admin" --resource cococtl/test/1
fi
