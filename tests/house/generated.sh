#!/bin/sh
# What gen writes is what is committed; "make docs" brings them together.
. "$SRC/tests/cli/lib"

[ -x "$BUILT/gen" ] || { echo "gen is not built"; exit 77; }
mkdir new
"$BUILT/gen" all new "$SRC" || fail gen
(cd new && find . -type f) | sort >files
[ "$(wc -l <files)" -gt 20 ] || fail "gen wrote little: $(cat files)"
while read -r file; do
	cmp -s "new/$file" "$SRC/$file" || fail "$file is not what gen writes: run make docs"
done <files
# and nothing is left of commands that are gone
(cd "$SRC" && find ./completions ./docs/json ./docs/man -type f \
	\( -path '*/completions/*' -o -path '*/docs/json/*' -o -name '*.1' \)) | sort >committed
while read -r file; do
	grep -qxF "$file" files || fail "$file is generated no more: remove it"
done <committed
