#!/bin/sh
# Completion scripts: syntax, and what they offer.
. "$SRC/tests/cli/lib"

expect 0 completion bash
cmp -s out "$SRC/completions/cococtl.bash" || fail "completions/cococtl.bash differs"
expect 0 completion zsh
cmp -s out "$SRC/completions/_cococtl" || fail "completions/_cococtl differs"
expect 0 completion fish
cmp -s out "$SRC/completions/cococtl.fish" || fail "completions/cococtl.fish differs"

any=
if command -v bash >/dev/null 2>&1; then
	any=1
	bash -n "$SRC/completions/cococtl.bash" || fail "bash -n"
	# offer WORD...: completes the last word
	cat >offer.bash <<'END'
compopt() { :; }
. "$SRC/completions/cococtl.bash"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_cococtl
printf '%s\n' "${COMPREPLY[@]}"
END
	offer() {
		bash offer.bash "$@" >out 2>err || fail "bash completion of $*"
		empty err
	}
	offer cococtl ''
	has out key
	has out version
	hasnt out generate
	offer cococtl key ge
	[ "$(cat out)" = generate ] || fail "key ge"
	offer cococtl key generate --type p
	[ "$(tr '\n' ' ' <out)" = 'p256 p384 p521 ' ] || fail "--type p"
	offer cococtl key generate --type = p5
	[ "$(cat out)" = p521 ] || fail "--type=p5"
	offer cococtl key generate --ty
	[ "$(cat out)" = --type ] || fail "--ty"
	offer cococtl completion z
	[ "$(cat out)" = zsh ] || fail "completion z"
	offer cococtl help key pub
	[ "$(cat out)" = public ] || fail "help key pub"
	: >some.pem
	offer cococtl key inspect som
	[ "$(cat out)" = some.pem ] || fail "file"
fi
if command -v zsh >/dev/null 2>&1; then
	any=1
	zsh -n "$SRC/completions/_cococtl" || fail "zsh -n"
fi
if command -v fish >/dev/null 2>&1; then
	any=1
	HOME=$PWD fish -n "$SRC/completions/cococtl.fish" || fail "fish -n"
	offer_fish() {
		HOME=$PWD fish -c "source $SRC/completions/cococtl.fish; complete -C '$1'" >out 2>err
	}
	offer_fish 'cococtl key ge'
	has out generate
	offer_fish 'cococtl key generate --type p5'
	has out p521
	offer_fish 'cococtl key generate --pub'
	has out --public
	offer_fish 'cococtl version --pub'
	hasnt out --public
fi
[ -n "$any" ] || { echo "no shell to check a completion with"; exit 77; }
