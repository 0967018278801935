#!/bin/sh
# broker apply --disable and --restore: keys that are released no more, the
# policy of before kept and put back, at a directory and at two releases.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/declaration_lib"
material

emergency() {
	rm -f broker.ledger.jsonl
	run 0 apply
	# one key, by its last part; the others are released on
	run 0 apply --disable 1 --reason 'ticket 4711'
	has out 'the policy of before is kept  yes'
	cmp -s broker.previous.rego policy.rego || fail "the policy of before is not kept"
	run 1 status
	has out 'ticket 4711'
	has err '[verify.broker.disabled]'
	run 1 status --json
	json out
	has out '"disabled":["tenant/key/1"]'
	run 1 plan
	has out 'held'
	run 1 apply
	has err '[verify.broker.disabled]'
	# one more, then all; what is kept stays the first
	run 0 apply --disable tenant/word/2 --reason 'and this one'
	run 0 apply --disable all --reason everything
	run 0 apply --disable tenant/word/2 --reason again
	cmp -s broker.previous.rego policy.rego || fail "the policy of before was overwritten"
	[ "$(entries disable)" = 4 ] || fail "the ledger has not four lines of it"
	run 0 apply --restore --reason 'false alarm' --json
	json out
	[ ! -e broker.previous.rego ] || fail "the kept policy is left"
	run 0 plan
	run 0 status
	run 0 apply
	has out 'registered  0'
	# what cannot be done
	run 2 apply --restore
	has err '[usage.broker.restore]'
	run 2 apply --disable none --reason x
	has err '[usage.broker.restore]'
	run 2 apply --disable all
	run 2 apply --reason x
	run 2 apply --disable all --reason x --restore
	run 0 apply --disable all --reason x -n
	[ "$(entries disable)" = 4 ] || fail "a dry run disabled keys"
}

declare_all 'address = "store:trustee"'
emergency
policy=trustee/kbs/resource-policy.rego
run 0 apply --disable tenant/key/1 --reason x
has $policy allow_unless_disabled
has $policy '{"tenant/key/1"}'
run 0 apply --disable 2 --reason x
has $policy '{"tenant/key/1", "tenant/word/2"}'
run 0 apply --disable all --reason x
hasnt $policy 'if'
has $policy 'default allow = false'
# the kept file is not trusted blindly
echo '# changed' >>broker.previous.rego
run 1 apply --restore
has err '[verify.broker.drift]'
sed -i '$d' broker.previous.rego
run 0 apply --restore
cmp -s $policy policy.rego || fail "the policy was not restored"
# killed between broker and ledger: what was kept is still the policy of before
run 0 apply --disable all --reason x
cp broker.previous.rego kept
run 0 apply --restore
printf '# Written by cococtl broker apply --disable all: nothing is released.\npackage policy\n' \
	>$policy
cp kept broker.previous.rego
run 0 apply --disable all --reason x
run 0 apply --restore
cmp -s $policy policy.rego || fail "the policy of before was lost"
# a policy that cannot be wrapped: all, not one
printf 'package policy\nallow = data.policy.allow\n' >$policy
run 3 apply --disable 1 --reason x
has err '--disable all'
run 0 apply --disable all --reason x
run 0 apply --restore
rm -f $policy

for release in v0.17 v0.21; do
	server $release --delay 0
	declare_all "address = \"$url\"
	admin_key = \"admin.pem\""
	emergency
	[ $release = v0.17 ] || break
	stop
done
# the broker shows no policy, and the declared one is another by now: only all
cp policy.rego before.rego
echo '# newer' >>policy.rego
run 2 apply --disable 1 --reason x
has err '[usage.broker.restore]'
run 0 apply --disable all --reason x
has out 'the policy of before is kept  no'
run 0 apply --restore
run 0 plan
