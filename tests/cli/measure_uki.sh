#!/bin/sh
# measure uki: from an image and from files, phases, banks, policies, and every
# exit code. The values were computed with systemd-measure 252.
. "$SRC/tests/cli/lib"

put() { # FILE OFFSET TEXT: bytes at an offset
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# .linux "kernel", .cmdline "quiet", .initrd "initrd": 512 bytes each in the file
make_uki() { # FILE
	head -c 2560 /dev/zero >"$1"
	put "$1" 0 'MZ'
	put "$1" 60 '\200'
	put "$1" 128 'PE\000\000\144\206\003\000'
	put "$1" 148 '\360\000\056\002\013\002'
	put "$1" 208 '\000\000\001\000\000\004\000\000'
	put "$1" 220 '\012'
	put "$1" 260 '\020'
	put "$1" 392 '.initrd\000\006\000\000\000\000\020\000\000\000\002\000\000\000\004\000\000'
	put "$1" 432 '.cmdline\005\000\000\000\000\040\000\000\000\002\000\000\000\006\000\000'
	put "$1" 472 '.linux\000\000\006\000\000\000\000\060\000\000\000\002\000\000\000\010\000\000'
	put "$1" 1024 initrd
	put "$1" 1536 quiet
	put "$1" 2048 kernel
}

make_uki a.efi
printf kernel >linux
printf quiet >cmdline
printf initrd >initrd
set -- --linux linux --cmdline cmdline --initrd initrd

# values: the same from the image and from files
expect 0 measure uki a.efi --bank sha256 --phase :
has out 'c62b20bc63549002b28b332513e05cbed00b26ae9d80e2c02a5e90a3fc79b540'
expect 0 measure uki a.efi --bank sha256
has out '269bc02d34bd63fb65496c15373db4c825b504bed346caff0b3310cf3ae82b38'
has out '9f3e08a92f1e2078f5aa0fdc65a0ff8acf4cd10d0b3e0d4a5aec5369e3b326d1'
expect 0 measure uki "$@" --bank sha384 --phase enter-initrd
has out 'd8b0ed03b5aa974e4221b8e1c9a667a3a7adac75a2f46d9020c7205285efdb3eb66c3966f31ce53c8aefc53e1b4b1611'
for phase in enter-initrd enter-initrd:leave-initrd:sysinit:ready; do
	expect 0 measure uki a.efi --bank sha256 --phase $phase
	cp out from-image
	expect 0 measure uki "$@" --bank sha256 --phase $phase
	[ "$(grep pcr11 out)" = "$(grep pcr11 from-image)" ] || fail "image and files differ"
done
expect 0 measure uki a.efi
has out 'tpm.pcr11 (sha512)'
has out 'phase enter-initrd:leave-initrd:sysinit:ready'
has out '.cmdline'
expect 0 measure uki a.efi --bank sha384 --explain
has out 'quiet'
has out 'section .linux'
has out 'EV_IPL'
has out 'in PCR 4, by the firmware'
expect 0 measure uki a.efi --json
json out
has out '"label":{"phase":"enter-initrd"}'
has out '"sections":[{"name":".linux","size":"6",'
expect 0 measure uki a.efi -o one.json
expect 10 measure uki a.efi -o one.json
expect 0 measure uki a.efi -o one.json --force
expect 0 measure uki a.efi -o dry.json --dry-run
[ ! -e dry.json ] || fail "--dry-run wrote"
hasnt one.json efi

# policies
expect 0 key generate --type rsa3072 -o private.pem --public public.pem
expect 0 key generate --type p256 -o ec.pem --public ec.pub
expect 0 key generate --type ed25519 -o edwards.pem
expect 0 measure uki a.efi --sign private.pem --bank sha256 --phase enter-initrd
has out '{"sha256":[{"pcrs":[11],"pkfp":"'
has out '","sig":"'
cp out signed
expect 0 measure uki "$@" --sign private.pem --public-key public.pem --bank sha256 \
	--phase enter-initrd -o pcrsig.json
cmp -s signed pcrsig.json || fail "image and files give other signatures"
expect 10 measure uki a.efi --sign private.pem -o pcrsig.json
expect 0 measure uki a.efi --sign private.pem -o pcrsig.json -f
has err 'policies'
[ "$(grep -o '"sig"' pcrsig.json | wc -l)" = 16 ] || fail "not four banks times four phases"
expect 0 measure uki a.efi --sign private.pem -o none.json -n
[ ! -e none.json ] || fail "--dry-run wrote"
expect 0 measure uki a.efi --sign ec.pem --json
json out
has out '"policies":{"sha1":[{'
expect 0 measure uki a.efi --sign ec.pem --policyref model-7 --bank sha384
has out '"ref":"model-7"'
# a signature made elsewhere over what --policy-digest shows
expect 0 measure uki a.efi --policy-digest --public-key public.pem --bank sha256 \
	--phase enter-initrd
hasnt out '"sig"'
for byte in $(sed 's/.*"tbs":"\([0-9a-f]*\)".*/\1/' out | fold -w 2); do
	# shellcheck disable=SC2059
	printf "\\$(printf %03o "0x$byte")"
done >tbs
[ "$(wc -c <tbs)" = 32 ] || fail "not 32 bytes to be signed"
if command -v openssl >/dev/null 2>&1; then
	sig=$(openssl dgst -sha256 -sign private.pem tbs | base64 -w0)
	has signed "$sig"
fi

expect 2 measure uki
expect 2 measure uki a.efi b.efi
expect 2 measure uki a.efi --linux linux
expect 2 measure uki --cmdline cmdline
expect 2 measure uki "$@" --profile-number 1
expect 2 measure uki a.efi --phase a::b
expect 2 measure uki a.efi --bank md5
expect 2 measure uki a.efi --policy-digest
expect 2 measure uki a.efi --public-key public.pem
expect 2 measure uki a.efi --policyref x
expect 2 measure uki a.efi --sign private.pem --policy-digest --public-key public.pem
expect 3 measure uki a.efi --profile-number 1
has err '[format.uki.profile]'
cp a.efi plain.efi
put plain.efi 473 x
expect 3 measure uki plain.efi
has err '[format.uki.linux]'
cp a.efi twice.efi
put twice.efi 432 '.linux\000\000'
expect 3 measure uki twice.efi
has err '[format.uki.section]'
head -c 2000 a.efi >cut.efi
expect 3 measure uki cut.efi
expect 3 measure uki linux
expect 4 measure uki missing
expect 4 measure uki --linux missing
expect 4 measure uki a.efi --sign missing
chmod 644 ec.pem
expect 4 measure uki a.efi --sign ec.pem
has err '[io.secret.mode]'
expect 0 measure uki a.efi --sign ec.pem --insecure-permissions
expect 7 measure uki a.efi --sign edwards.pem
has err '[crypto.key.type]'
expect 7 measure uki a.efi --sign private.pem --public-key ec.pub
has err '[crypto.key.mismatch]'
truncate -s 2T huge.efi 2>/dev/null && expect 9 measure uki huge.efi
exit 0
