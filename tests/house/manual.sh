#!/bin/sh
# The manual pages are clean for mandoc, and the exit codes and identifiers in
# them are the program's.
. "$SRC/tests/cli/lib"

command -v mandoc >/dev/null 2>&1 || { echo "mandoc is not installed"; exit 77; }
for page in "$SRC"/docs/man/*.[1-8]; do
	mandoc -T lint -W warning "$page" >out 2>&1 || fail "${page##*/}"
done
mandoc -T utf8 "$SRC/docs/man/cococtl-key-generate.1" | sed 's/.\x08//g' >out
has out 'cococtl key generate --type p384 -o signer.pem'
