#!/bin/sh
# measure vtpm: a kernel, an image and its files; what is not computed; every
# exit code.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/pe_lib"

make_pe uki.efi .sdmagic '#### LoaderInfo: systemd-stub 262.1 ####' .initrd initrd \
	.cmdline quiet .linux kernel
make_pe old.efi .sdmagic '#### LoaderInfo: systemd-stub 257 ####' .linux kernel
make_pe loader.efi .sdmagic '#### LoaderInfo: systemd-boot 262.1 ####'
make_pe a.addon.efi .cmdline one=1
make_pe vmlinuz .text kernel
printf 'timeout 0\n' >loader.conf
printf 0707 >initrd
printf secret >a.cred
sep=3d458cfe55cc03ea1f443f1562beec8df51c75e14a9fcf9a7234a13f198e7969
zero=0000000000000000000000000000000000000000000000000000000000000000

# a kernel from QEMU: both orders of the command line, from firmware's generation
set -- --kernel vmlinuz --initrd initrd --append 'a b' --bank sha256
expect 0 measure vtpm "$@" --generation edk2-stable202502
has out "tpm.pcr2   $sep"
has out "tpm.pcr12  $zero"
has out 'tpm.pcr1   not computed: ACPI tables'
has out 'give --acpi DIR'
has out 'tpm.pcr0   not computed: firmware version'
has out 'give --firmware FILE'
hasnt out 'tpm.pcr10'
expect 0 measure vtpm "$@" --generation edk2-stable202502 --explain --pcr 9
has out 'a b initrd=initrd'
hasnt out 'tpm.pcr4'
expect 0 measure vtpm "$@" --generation edk2-stable202508 --explain --pcr 9
has out 'initrd=initrd a b'
expect 0 measure vtpm "$@" --generation edk2-stable202508 --kernel-logs nothing --pcr 9
has out "tpm.pcr9  $zero"
printf 'a b' >line
expect 0 measure vtpm --kernel vmlinuz --append @line --bank sha256 --pcr 9 --explain \
	--generation edk2-stable202502
has out 'EV_EVENT_TAG'

# registers that are known: given, and said so; a bank without one stays unknown
expect 0 measure vtpm "$@" --generation edk2-stable202502 --known-value "tpm.pcr0=$zero:a log"
has out "tpm.pcr0   $zero (given, not computed: a log)"
hasnt out 'firmware version'
expect 0 measure vtpm "$@" --bank sha384 --generation edk2-stable202502 \
	--known-value tpm.pcr0=$zero
has out 'not computed: firmware version'
expect 0 measure vtpm "$@" --generation edk2-stable202502 --pcr 0 --known-value tpm.pcr0=$zero
expect 8 measure vtpm "$@" --generation edk2-stable202502 --pcr 0
expect 0 measure vtpm "$@" --generation edk2-stable202502 --pcr 2 --known-value tpm.pcr10=$zero
has out "tpm.pcr10  $zero (given"
expect 1 measure vtpm "$@" --generation edk2-stable202502 --known-value tpm.pcr2=$zero
has err '[verify.known_value.differs]'
expect 2 measure vtpm "$@" --generation edk2-stable202502 --known-value tpm.pcr24=$zero
expect 2 measure vtpm "$@" --generation edk2-stable202502 --known-value tpm.pcr2=${zero}0

# what QEMU adds to a kernel, and what is not known of it
expect 0 measure vtpm "$@" --generation edk2-stable202502 --shim
has out 'tpm.pcr4   not computed: shim'
has out 'tpm.pcr14  not computed: MokList'
expect 0 measure vtpm "$@" --generation edk2-stable202502 --dtb loader.conf
has out 'tpm.pcr4   not computed: kernel: how QEMU from 10.0 on hands over a device tree'
expect 0 measure vtpm "$@" --generation edk2-stable202502 --qemu-version 9.2 --memory 1GiB \
	--machine pc-i440fx-9.2
has out 'is known for q35 only'
expect 2 measure vtpm --uki uki.efi --dtb loader.conf
expect 3 measure vtpm "$@" --generation edk2-stable202502 --vars loader.conf
expect 2 measure vtpm "$@" --generation edk2-stable202502 --vars loader.conf --secure-boot .

# a unified kernel image: PCR 11 as systemd-measure 252 computed it
want=c62b20bc63549002b28b332513e05cbed00b26ae9d80e2c02a5e90a3fc79b540
expect 0 measure vtpm --uki uki.efi --bank sha256 --pcr 11 --phase :
has out "$want"
expect 0 measure vtpm --uki uki.efi --bank sha256 --pcr 11
has out '5 allowed values'
has out "$want"
has out 'phase enter-initrd:leave-initrd:sysinit:ready'
expect 0 measure vtpm --kernel uki.efi --generation edk2-stable202508 --bank sha256 \
	--pcr 11 --phase :
has out "$want"

# what lies beside it
expect 0 measure vtpm --uki uki.efi --loader loader.efi --loader-conf loader.conf \
	--extra a.addon.efi --extra a.cred --explain --bank sha256
has out 'one=1'
has out 'quiet one=1'
has out 'Credentials initrd'
has out 'loader.conf'
has out 'tpm.pcr5   not computed: partition table'
# a register that was asked for by name and has no value: 8, with the record written
expect 8 measure vtpm --uki old.efi --pcr 4 --bank sha256 -o unknown.json
has err '[trust.measurement.not_computed]'
has unknown.json '"not_computed"'
expect 8 measure vtpm --uki old.efi --pcr 4 --bank sha256
has out 'not computed: kernel inside'
expect 0 measure vtpm --uki uki.efi --json
json out
has out '"register":"tpm.pcr11"'
has out '"not_computed":['

# the record; no path in it
expect 0 measure vtpm --uki uki.efi -o one.json
expect 0 measure vtpm --uki uki.efi -o two.json
cmp -s one.json two.json || fail "the same image gives another record"
hasnt one.json 'uki\.efi'
expect 10 measure vtpm --uki uki.efi -o one.json
expect 0 measure vtpm --uki uki.efi -o dry.json --dry-run
[ ! -e dry.json ] || fail "--dry-run wrote"

# usage
expect 2 measure vtpm
has err 'nothing is booted'
expect 2 measure vtpm --kernel vmlinuz
has err 'firmware'
expect 2 measure vtpm --uki uki.efi --kernel vmlinuz
expect 2 measure vtpm --uki uki.efi --pcr 16
expect 2 measure vtpm --uki uki.efi --pcr x
expect 2 measure vtpm --uki uki.efi --bank md5
expect 2 measure vtpm --uki uki.efi --generation new
has err 'edk2-stable202508'
expect 2 measure vtpm --uki uki.efi --extra loader.conf
expect 2 measure vtpm --uki uki.efi --boot-device floppy
expect 2 measure vtpm --uki uki.efi --append x
expect 2 measure vtpm --kernel vmlinuz --initrd initrd --qemu-version 9.2 \
	--generation edk2-stable202508
has err 'memory'
expect 0 measure vtpm --kernel vmlinuz --initrd initrd --qemu-version 9.2 --memory 1GiB \
	--generation edk2-stable202508
expect 2 measure vtpm --kernel vmlinuz --qemu-version new --generation edk2-stable202508

# files that are something else
expect 3 measure vtpm --uki vmlinuz
expect 3 measure vtpm --uki initrd
expect 3 measure vtpm --uki uki.efi --loader vmlinuz
head -c 65536 /dev/zero >disk.img
expect 3 measure vtpm --disk disk.img
has err 'GPT'
expect 4 measure vtpm --uki missing.efi
