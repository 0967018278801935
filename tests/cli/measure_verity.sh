#!/bin/sh
# measure verity: root hashes, trees, command lines, and every exit code.
. "$SRC/tests/cli/lib"

# 300 blocks whose root hash was computed with veritysetup 2.6.1
head -c 1228800 /dev/zero | tr '\0' 'a' >data
printf 'some other text' | dd of=data bs=4096 seek=77 conv=notrunc 2>/dev/null
root=bd56ed9ea77ff9f8b2d4f0ab0dc7f47721a9a02dc206b506f6bdb038f592c127

expect 0 measure verity data --salt 00ff
has out "verity.root_hash  $root"
has out "roothash=$root"
has out 'data partition UUID'
has out "kernel_verity_params = \"root_hash=$root,salt=00ff,data_blocks=300,data_block_size=4096,hash_block_size=4096\""
has out "ro,0 2400 verity 1 /dev/vda1 /dev/vda2 4096 4096 300 1 sha256 $root 00ff\""
expect 0 measure verity data --salt 00ff --no-superblock --json
has out "4096 4096 300 0 sha256 $root 00ff"
expect 0 measure verity data --salt 00ff --uuid 01234567-89ab-cdef-0123-456789abcdef \
	--hash-output tree -o record.json --explain
[ "$(wc -c <tree)" = 20480 ] || fail "the hash area has the wrong size"
has record.json '"cococtl.measurement-record.v1"'
has record.json "$root"
expect 10 measure verity data --hash-output tree
expect 0 measure verity data --hash-output tree --dry-run --force
expect 0 measure verity data --hash-image tree
has out 'pass'
expect 0 measure verity data --hash-image tree --root-hash $root
expect 0 measure verity data --hash-image tree --cmdline "quiet roothash=$root"
echo "root_hash=$root,salt=00ff,data_blocks=300,data_block_size=4096,hash_block_size=4096" >line
expect 0 measure verity data --cmdline @line
"$COCOCTL" measure verity - --salt 00ff <data >out 2>err || fail "standard input is not read"
has out "$root"
# shellcheck disable=SC2002
cat data | "$COCOCTL" measure verity - --salt 00ff >out 2>err || fail "a pipe is not read"
has out "$root"
for jobs in 1 3; do
	expect 0 measure verity data --salt 00ff --jobs $jobs
	has out "$root"
done

# rejected: another root hash, another salt, changed data, a changed tree
expect 1 measure verity data --salt 00ff --root-hash 00$root
expect 1 measure verity data --root-hash $root
has err '[verify.verity.mismatch]'
has err "expected $root"
cp data bad
printf x | dd of=bad bs=1 seek=409700 conv=notrunc 2>/dev/null
expect 1 measure verity bad --hash-image tree -o none.json
has err 'block 100'
[ ! -e none.json ] || fail "a record was written for a disk that does not hold"
cp tree badtree
printf x | dd of=badtree bs=1 seek=9000 conv=notrunc 2>/dev/null
expect 1 measure verity data --hash-image badtree
has err 'hash tree itself'
expect 1 measure verity bad --cmdline @line

# usage
expect 2 measure verity
expect 2 measure verity data --salt 0
expect 2 measure verity data --root-hash xy
expect 2 measure verity data --uuid 1234
expect 2 measure verity data --hash md5
expect 2 measure verity data --data-block-size 5000
has err '[usage.verity.parameter]'
expect 2 measure verity data --data-blocks 301
expect 2 measure verity data --partition 1
has err '[usage.disk.partition]'
expect 2 measure verity data --cmdline 'quiet splash'
has err 'names no root hash'
expect 2 measure verity data --hash-image tree --salt 11
has err 'superblock'
head -c 5000 data >part
expect 2 measure verity part

# malformed
expect 3 measure verity data --cmdline roothash=xyz
expect 3 measure verity data --hash-image data
has err '[format.verity.superblock]'
printf 'QFI\373\000\000\000\003' >image.qcow2
head -c 2000 /dev/zero >>image.qcow2
expect 3 measure verity image.qcow2
has err '[format.disk.container]'
printf 'vhdxfile' >image.vhdx
expect 3 measure verity image.vhdx
has err 'qemu-img convert'

# files
expect 4 measure verity missing
expect 4 measure verity .
expect 4 measure verity data --hash-image missing
expect 9 measure verity data --cmdline "$(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
	printf 'roothash=%s ' $root; done)"

# a profile has the image, its partition, its format and the root hash
printf 'schema = "cococtl.launch-profile.v1"\nplatforms = "snp"\n[[disk]]\nimage = "data"\nroot_hash = "%s"\n' \
	"$root" >p.toml
expect 0 measure verity --profile p.toml --hash-image tree
expect 1 measure verity bad --profile p.toml --hash-image tree
sed -i 's/root_hash.*/format = "qcow2"/' p.toml
expect 3 measure verity --profile p.toml
has err 'this is no qcow2 image'
expect 0 measure verity --profile p.toml --disk-format raw
sed -i /disk/,\$d p.toml
expect 2 measure verity --profile p.toml
has err 'IMAGE is required, or a profile with disk.image'
