#!/bin/sh
# dm-verity and disks against other tools: root hash, superblock and every byte
# of the tree equal to veritysetup's, its trees are accepted here and ours
# there; qcow2 of qemu-img in every form reads as the raw disk; partition
# tables and file systems made by others are read.
. "$SRC/tests/cli/lib"

PATH=$PATH:/usr/sbin:/sbin
command -v veritysetup >/dev/null || {
	echo "veritysetup (package cryptsetup-bin) is not installed"
	exit 77
}

stream() { # BYTES: reproducible noise
	head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null
}

uuid=01234567-89ab-cdef-0123-456789abcdef
same() { # BLOCKS DATA-BLOCK HASH-BLOCK ALGORITHM TYPE SALT MORE...: the same as veritysetup
	blocks=$1 dbs=$2 hbs=$3 alg=$4 type=$5 salt=$6
	shift 6
	stream $((blocks * dbs)) >data
	rm -f theirs ours root
	veritysetup format data theirs --data-block-size=$dbs --hash-block-size=$hbs --hash=$alg \
		--format=$type --salt="$salt" --uuid=$uuid --root-hash-file=root "$@" >/dev/null 2>&1 ||
		fail "veritysetup format $blocks $dbs $hbs $alg $type $salt"
	expect 0 measure verity data --data-block-size $dbs --hash-block-size $hbs --hash $alg \
		--hash-type $type --salt "$salt" --uuid $uuid --hash-output ours "$@"
	has out "$(cat root)"
	[ -e theirs ] || : >theirs
	cmp theirs ours || fail "another tree: $blocks $dbs $hbs $alg $type $salt $*"
	[ $# != 0 ] && return
	expect 0 measure verity data --hash-image theirs --root-hash "$(cat root)"
	veritysetup verify data ours "$(cat root)" >/dev/null 2>&1 ||
		fail "veritysetup does not verify our tree"
}

same 1 4096 4096 sha256 1 00
same 2 4096 4096 sha256 1 -
same 128 4096 4096 sha256 1 0123456789abcdef
same 129 4096 4096 sha256 0 0123456789abcdef
same 5000 4096 4096 sha256 1 $(printf %064d 7)
same 700 1024 4096 sha1 1 aa
same 700 4096 1024 sha512 1 bb
same 700 512 512 sha384 1 cc
same 700 512 512 sha1 0 dd
same 300 4096 4096 sha256 1 $(printf %0512d 7)
same 300 4096 4096 sha256 1 ee --no-superblock

# a changed block: both refuse, and we say which
stream 4096000 >data
rm -f theirs
veritysetup format data theirs --root-hash-file=root >/dev/null 2>&1
printf xyz | dd of=data bs=1 seek=2000000 conv=notrunc 2>/dev/null
veritysetup verify data theirs "$(cat root)" >/dev/null 2>&1 && fail "the change was not seen"
expect 1 measure verity data --hash-image theirs --root-hash "$(cat root)"
has err 'block 488'

# qcow2 of qemu-img
if command -v qemu-img >/dev/null; then
	stream 3000000 >disk
	head -c 9000000 /dev/zero | tr '\0' b >>disk
	truncate -s 24000000 disk
	truncate -s 24002560 disk
	plain=$("$COCOCTL" measure verity disk --data-block-size 512 | head -n 1)
	for form in compat=0.10 compat=1.1 cluster_size=512 cluster_size=2M compression_type=zstd; do
		for c in '' -c; do
			qemu-img convert $c -f raw -O qcow2 -o $form disk disk.qcow2 2>log || {
				echo "qemu-img cannot do $form"
				continue
			}
			through=$("$COCOCTL" measure verity disk.qcow2 --data-block-size 512 | head -n 1)
			[ "$through" = "$plain" ] || fail "another root hash through qcow2 $form $c: $through"
		done
	done
	qemu-img create -q -f qcow2 -F qcow2 -b disk.qcow2 over.qcow2
	expect 3 measure verity over.qcow2
	has err 'backing file'
	qemu-img convert -f raw -O vpc -o subformat=fixed,force_size=on disk disk.vhd
	through=$("$COCOCTL" measure verity disk.vhd --data-block-size 512 | head -n 1)
	[ "$through" = "$plain" ] || fail "another root hash through a fixed VHD: $through, not $plain"
	for f in vpc vhdx vmdk vdi; do
		qemu-img convert -f raw -O $f disk other.$f
		expect 3 measure verity other.$f
		has err 'qemu-img convert'
	done
fi
