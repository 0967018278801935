#!/bin/sh
# measure uki and pe against peers: systemd-measure on files of random lengths,
# in every bank and phase; pesign and sbverify on a small program. Needs
# systemd-measure; the others are asked where they are installed.
. "$SRC/tests/cli/lib"

peer=
for at in /usr/lib/systemd/systemd-measure /lib/systemd/systemd-measure; do
	[ -x $at ] && peer=$at
done
[ -n "$peer" ] || { echo "systemd-measure is not installed"; exit 77; }

# value FILE BANK PHASE: what the JSON of systemd-measure says
theirs() {
	tr '{' '\n' <theirs.json | sed -n "/\"phase\":\"$2\",/s/.*\"hash\":\"\([0-9a-f]*\)\".*/\1/p" |
		head -n 1 >value
	grep -q . value || fail "systemd-measure has no value for $1 $2"
	cat value
}

# Sections that even the oldest systemd-measure (252) knows.
round=0
while [ $round -lt 12 ]; do
	round=$((round + 1))
	set --
	for section in linux osrel cmdline initrd splash dtb pcrpkey; do
		n=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
		[ $section != linux ] && [ $((n % 3)) = 0 ] && continue
		head -c $((n + 1)) /dev/urandom >$section
		set -- "$@" --$section=$section
	done
	for bank in sha1 sha256 sha384 sha512; do
		"$peer" calculate "$@" --bank=$bank --json=short >theirs.json 2>err ||
			fail "systemd-measure $*"
		expect 0 measure uki "$@" --bank $bank
		for phase in enter-initrd enter-initrd:leave-initrd \
			enter-initrd:leave-initrd:sysinit \
			enter-initrd:leave-initrd:sysinit:ready; do
			grep -q "^phase $phase  *$(theirs $bank $phase)\$" out ||
				fail "$bank $phase differ for $*"
		done
	done
done
echo "systemd-measure: $round sets of files, four banks, four phases"

# a program of one section
head -c 1024 /dev/zero >a.efi
put() { # OFFSET TEXT
	# shellcheck disable=SC2059
	printf "$2" | dd of=a.efi bs=1 seek="$1" conv=notrunc 2>/dev/null
}
put 0 'MZ'
put 60 '\200'
put 128 'PE\000\000\144\206\001\000'
put 148 '\360\000\056\002\013\002'
put 184 '\000\020\000\000\000\002\000\000'
put 208 '\000\040\000\000\000\002\000\000'
put 220 '\012'
put 260 '\020'
put 392 '.text\000\000\000\007\000\000\000\000\020\000\000\000\002\000\000\000\002\000\000'
put 428 '\040\000\000\140'
expect 0 measure pe a.efi --bank sha256
ours=$(sed -n 's/^pe.authenticode  //p' out)
if command -v pesign >/dev/null 2>&1; then
	pesign -h -i a.efi >theirs 2>err || fail "pesign -h"
	has theirs "$ours"
	echo "pesign: one program"
fi
if command -v sbsign >/dev/null 2>&1 && command -v openssl >/dev/null 2>&1; then
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=test -keyout key.pem \
		-out cert.pem -days 2 >/dev/null 2>&1 || fail "openssl req"
	sbsign --key key.pem --cert cert.pem --output signed.efi a.efi >out 2>err || fail sbsign
	expect 0 measure pe signed.efi --bank sha256
	has out "$ours"
	grep -q 'signed *yes' out || fail "not signed"
	echo "sbsign: the digest stays"
fi
