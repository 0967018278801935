#!/bin/sh
# measure image: what is measured and what is not, and every exit code. The
# disk is one that tests/support/mint_image.c made.
. "$SRC/tests/cli/lib"

gzip -dc "$SRC/testdata/measure/guest.raw.gz" >guest.raw
root=05bae3765e9bf67fc1dd0329610696ab225a05fc740ddd34f587b793f9c9bcf4

expect 0 measure image guest.raw
has out "verity.root_hash  $root"
has out 'the roothash= of EFI/Linux/a.efi is that of this disk'
has out 'measured by nothing'
grep -q '^partition table .*PCR 5, RTMR1' out || fail "the partition table is not listed"
grep -q '^EFI/Linux/a.efi  .*UKI .*PCR 4, PCR 11, RTMR1, RTMR2' out || fail "the UKI is not listed"
grep -q '^partition 2 (root) .*root hash .*EFI/Linux/a.efi' out || fail "root is not covered"
grep -q '^notes.txt .*none' out || fail "a file that nothing reads is not listed"
expect 0 measure image guest.raw -o record.json
has record.json '"cococtl.measurement-record.v1"'
has record.json 'notes.txt'
hasnt record.json 'guest.raw'
expect 10 measure image guest.raw -o record.json
expect 0 measure image guest.raw --json --explain
has out '"registers":"PCR 4, PCR 11, RTMR1, RTMR2"'
has out '"measured":false'
expect 0 measure verity guest.raw --root-hash $root
has out '150 blocks of 4096 bytes'

# a changed block of root
cp guest.raw bad.raw
printf x | dd of=bad.raw bs=1 seek=1500000 conv=notrunc 2>/dev/null
expect 1 measure image bad.raw -o none.json
has err '[verify.verity.mismatch]'
[ ! -e none.json ] || fail "a record of a disk that does not hold"

expect 2 measure image
expect 2 measure image guest.raw --partition 1
head -c 4096 /dev/zero >zero
expect 3 measure image zero
has err 'measure verity'
head -c 1000000 guest.raw >short
expect 3 measure image short
has err '[format.disk.table]'
cp guest.raw bad.raw
printf x | dd of=bad.raw bs=1 seek=600 conv=notrunc 2>/dev/null
expect 3 measure image bad.raw
cp guest.raw bad.raw
printf '\003' | dd of=bad.raw bs=1 seek=1048589 conv=notrunc 2>/dev/null
expect 3 measure image bad.raw
has err '[format.fat.volume]'
expect 4 measure image missing
