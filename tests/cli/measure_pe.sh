#!/bin/sh
# measure pe: values, records, warnings, and every exit code.
. "$SRC/tests/cli/lib"

put() { # FILE OFFSET TEXT: bytes at an offset
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# A PE32+ program of one section, .text: 512 bytes at 512, of which "program" is first.
make_pe() { # FILE
	head -c 1024 /dev/zero >"$1"
	put "$1" 0 'MZ'
	put "$1" 60 '\200'
	put "$1" 128 'PE\000\000\144\206\001\000'
	put "$1" 148 '\360\000\056\002\013\002'
	put "$1" 208 '\000\040\000\000\000\002\000\000'
	put "$1" 220 '\012'
	put "$1" 260 '\020'
	put "$1" 392 '.text\000\000\000\007\000\000\000\000\020\000\000\000\002\000\000\000\002\000\000'
	put "$1" 512 'program'
}

make_pe a.efi
whole=$({ head -c 216 a.efi; tail -c +221 a.efi | head -c 76; tail -c +305 a.efi; } | sha256sum)
whole=${whole%% *}
expect 0 measure pe a.efi
empty err
has out "pe.authenticode (sha256)  $whole"
has out 'pe.authenticode (sha384)  '
has out 'PE32+ for x86-64'
expect 0 measure pe a.efi --bank sha256 --explain
has out "pe.authenticode  $whole"
has out 'section .text'
has out 'offset 0x200, 512 bytes'
has out 'CheckSum: left out by the rule: offset 0xd8, 4 bytes'
expect 0 measure pe a.efi --bank sha1 --bank sha512 --json
json out
has out '"algorithm":"sha1"'
has out '"algorithm":"sha512"'
hasnt out '"algorithm":"sha256"'
has out '"sections":[{"name":".text","offset":512,"size":512,'

# the same record again, and no path in it
expect 0 measure pe a.efi -o one.json
cp a.efi copy.efi
expect 0 measure pe copy.efi -o two.json
mkdir schemas
cp "$SRC/docs/formats/measurement-record.v1.schema.json" schemas/
if command -v python3 >/dev/null 2>&1; then
	python3 "$SRC/tests/cli/schema_check.py" schemas one.json || fail "schema of the record"
fi
cmp -s one.json two.json || fail "the same image gives another record"
hasnt one.json efi
expect 10 measure pe a.efi -o one.json
expect 0 measure pe a.efi -o one.json --force
expect 0 measure pe a.efi -o three.json --dry-run
[ ! -e three.json ] || fail "--dry-run wrote"

# signing does not change the digest
{ cat a.efi; head -c 16 /dev/zero; } >signed.efi
put signed.efi 296 '\000\004\000\000\020'
expect 0 measure pe signed.efi
has out "$whole"
empty err
grep -q 'signed *yes' out || fail "not signed"
put signed.efi 296 '\000\003'
expect 0 measure pe signed.efi
has err '[format.pe.certificates_place]'

# a length that is not a multiple of 8: both digests and a warning
{ cat a.efi; printf x; } >odd.efi
expect 0 measure pe odd.efi --json
json out
has out '"padding":7'
has out 'format.pe.padding'
expect 0 measure pe odd.efi
has err '[format.pe.padding]'
has out 'image after signing'

expect 2 measure pe
expect 2 measure pe a.efi --bank md5
expect 3 measure pe /bin/sh
has err '[format.pe.signature]'
head -c 1023 a.efi >cut.efi
expect 3 measure pe cut.efi
has err '[format.pe.section]'
head -c 300 a.efi >cut.efi
expect 3 measure pe cut.efi
cp a.efi lie.efi
put lie.efi 212 '\000\000\001'
expect 3 measure pe lie.efi
has err '[format.pe.header]'
cp a.efi lie.efi
put lie.efi 300 '\001'
expect 3 measure pe lie.efi
has err '[format.pe.certificates]'
expect 4 measure pe missing
expect 4 measure pe .
truncate -s 2T huge.efi 2>/dev/null && {
	expect 9 measure pe huge.efi
	has err '[limit.input.size]'
}
exit 0
