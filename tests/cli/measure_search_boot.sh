#!/bin/sh
# measure search over boots: logs and quotes that were made from predictions are
# explained again by firmware, kernels, images, disks, ACPI files and keys, and
# every way in which they are not, with its exit code.
. "$SRC/tests/cli/lib"
mint=$BUILT/tests/demo/mint_boot   # make check builds it
[ -x "$mint" ] || fail "no maker of boots $mint"

"$mint" files .
mkdir fw ukis kernels keys acpi2 acpi4
cp new.fd newer.fd old.fd fw
cp uki.efi uki2.efi uki257.efi ukis
cp kernel kernels/k1
cp loader.efi kernels/k2
cp PK KEK db keys
printf 'none\nquiet\nloud x\n' >lines
printf 0707 >initrd
printf other >initrd2
for n in 2 4; do
	head -c 4096 /dev/zero >acpi$n/table-loader
	printf '\001\000\000\000etc/acpi/tables' | dd of=acpi$n/table-loader conv=notrunc 2>/dev/null
	printf '\100\000\000\000\001' | dd of=acpi$n/table-loader bs=1 seek=60 conv=notrunc 2>/dev/null
	echo "rsdp of $n" >acpi$n/rsdp
	echo "tables of $n" >acpi$n/tables
done

# predict NAME KIND OPTION...: NAME.json from measure KIND, NAME.log and NAME.quote from that
predict() {
	_name=$1
	_kind=$2
	shift 2
	expect 0 measure "$_kind" "$@" -o "$_name.json" --force
	_alg=sha384
	[ "$_kind" = tdx ] || _alg=sha256
	"$mint" log "$_name.json" "$_name.log" $_alg
	[ "$_kind" != tdx ] || "$mint" quote "$_name.json" "$_name.quote"
}

# commands: every command that the answer prints computes what the log has
commands() { # LOG
	sed -n 's/^made by *[^:]*: cococtl //p' out >commands
	[ -s commands ] || fail "no command in the answer"
	while read -r line; do
		eval "set -- $line"
		expect 0 "$@" -o again.json --force
		"$COCOCTL" measure diff again.json "$1" >/dev/null 2>&1
	done <commands
}

# ---- a TPM's log: a kernel from QEMU ------------------------------------------------
predict direct vtpm --firmware newer.fd --kernel kernel --initrd initrd --append 'loud x' \
	--acpi acpi4
set -- --actual direct.log --vary firmware=fw,kernel=kernels,append=@lines --vary \
	initrd=none,initrd2,initrd,acpi=acpi2,acpi4
expect 0 measure search "$@" --jobs 1
cp out one
has out 'the command line of event'
has out '"loud x" with initrd=initrd before it'
has out 'pass   tpm.pcr0 (sha256) is found'
has out 'pass   tpm.pcr4 (sha256) is found'
has out 'pass   tpm.pcr9 (sha256) is found'
has out "--firmware 'fw/newer.fd'"
has out "--kernel 'kernels/k1' --initrd 'initrd' --append 'loud x'"
has out "skip   tpm.pcr1"   # the SMBIOS tables are not there
has out "nearest             tpm.pcr1: cococtl measure vtpm --firmware 'fw/newer.fd'"
has out "--acpi 'acpi4'"
commands
expect 0 measure search "$@" --jobs 4
cmp -s one out || fail "the answer depends on --jobs"
expect 0 measure search "$@" --json
json out
has out '"found":true'

# without a kernel the firmware is still found
expect 0 measure search --actual direct.log --vary firmware=fw
has out 'pass   tpm.pcr0 (sha256) is found'
has out 'skip   tpm.pcr4 (sha256) could not be computed'
has out "measure vtpm --firmware 'fw/newer.fd'"
commands

# the wrong firmware, the wrong kernel, an event that changed, was left out, was added
expect 1 measure search --actual direct.log --firmware old.fd --kernel kernel --append 'loud x'
has err verify.search.no_match
has out 'skip   tpm.pcr0 (sha256) could not be computed (1 of 3 steps are there; firmware volumes'
has out 'fail   tpm.pcr9 (sha256) is that of no candidate (0 of 2 events agree; then "load options"'
expect 8 measure search --actual direct.log --vary firmware=old.fd,new.fd
has err '1 candidate has no value of tpm.pcr0, and the others have another'
expect 1 measure search --actual direct.log --vary firmware=new.fd,new.fd
has out 'tpm.pcr0 (sha256) is that of no candidate'
has out 'then "firmware version"'
expect 1 measure search --actual direct.log --firmware newer.fd --kernel loader.efi \
	--initrd initrd --append 'loud x'
has out 'fail   tpm.pcr4'
has out '0 of 3 events agree; then "kernel"'
hasnt out 'fail   tpm.pcr9'
for how in change drop add; do
	"$mint" log direct.json bad.log sha256 $how 2
	expect 1 measure search --actual bad.log --firmware newer.fd --kernel kernel \
		--initrd initrd --append 'loud x'
	has out 'fail   tpm.pcr0'
	has out '1 of '
	has out 'nearest'
done

# measure diff says of a register without a value which of its steps are there
expect 0 measure diff direct.json direct.log
has out 'skip   tpm.pcr1 was not compared: 6 of 6 known steps are there'
"$mint" log direct.json bad.log sha256 change 6
expect 0 measure diff direct.json bad.log
has out '5 of 6 known steps are there'

# one register by its value
value=$(sed -n 's/.*"tpm.pcr4","algorithm":"sha256".*/&/p' direct.json | head -n 1)
expect 0 measure vtpm --firmware newer.fd --kernel kernel --bank sha256 --pcr 4
value=$(sed -n 's/^tpm.pcr4 *//p' out)
expect 0 measure search --platform vtpm --register pcr4 --actual "$value" --vary \
	kernel=kernels,firmware=fw
has out "--kernel 'kernels/k1'"
expect 1 measure search --platform tpm --register pcr4 --actual "$value" --vary \
	kernel=kernels/k2,firmware=fw
has err verify.search.no_match
expect 2 measure search --platform tpm --register pcr10 --actual "$value" --firmware new.fd
expect 2 measure search --platform tpm --register pcr4 --actual "$value" --append x
has err 'there is no firmware to try'

# ---- a TPM's log: images, a disk, keys, addons ---------------------------------------
predict uki vtpm --firmware new.fd --uki uki2.efi --loader loader.efi --extra a.addon.efi \
	--secure-boot keys --boot-device virtio-blk:2
set -- --actual uki.log --uki ukis --loader loader.efi --extra a.addon.efi \
	--boot-device virtio-blk:2
expect 0 measure search "$@" --secure-boot keys --vary firmware=fw
has out "pass   the image of event"
has out "pass   tpm.pcr11 (sha256) is found"
has out "pass   tpm.pcr12 (sha256) is found"
has out "pass   tpm.pcr7 (sha256) is found"
has out "--uki 'ukis/uki2.efi'"
has out "--secure-boot 'keys'"
commands
expect 1 measure search "$@" --vary firmware=fw,uki=uki.efi
has out 'fail   tpm.pcr11'
has out 'fail   tpm.pcr7'
expect 1 measure search --actual uki.log --uki ukis --loader loader.efi --boot-device virtio-blk:2 \
	--secure-boot keys --vary firmware=fw
has out 'fail   tpm.pcr12'   # without its addon

predict disk vtpm --firmware new.fd --disk disk.img
expect 0 measure search --actual disk.log --disk disk.img --vary firmware=fw
has out "--disk 'disk.img'"
has out "pass   tpm.pcr11 (sha256) is found"
has out "pass   tpm.pcr5 (sha256) is found"
commands
expect 2 measure search --actual disk.log --disk disk.img --kernel kernel --firmware new.fd
expect 2 measure search --actual disk.log --disk disk.img --vary kernel=kernels,firmware=fw
has err 'three ways to boot'
expect 3 measure search --actual disk.log --disk kernel --firmware new.fd
has err kernel
expect 4 measure search --actual disk.log --disk missing --firmware new.fd

# the same from a launch profile, which names the platform as well
cat >guest.toml <<'TOML'
schema = "cococtl.launch-profile.v1"
platforms = ["vtpm"]
[firmware]
file = "new.fd"
[vtpm]
boot = "disk"
uki = "uki2.efi"
loader = "loader.efi"
extra = ["a.addon.efi"]
secure_boot = "keys"
boot_device = "virtio-blk:2"
TOML
expect 0 measure search --actual uki.log --profile guest.toml
has out 'pass   tpm.pcr7 (sha256) is found'
expect 0 measure search --actual uki.log --profile guest.toml --vary uki=ukis
has out "--uki 'ukis/uki2.efi'"
expect 0 measure vtpm --profile guest.toml --bank sha256 --pcr 12
value=$(sed -n 's/^tpm.pcr12 *//p' out)
expect 0 measure search --actual "$value" --register pcr12 --profile guest.toml
has out 'pass   tpm.pcr12'

# ---- TDX: logs and quotes -----------------------------------------------------------------
predict tdx tdx --firmware newer.fd --kernel kernel --initrd initrd --append 'loud x' \
	--memory 4G --qemu-version 10 --acpi acpi4 --event "smbios=$(printf '%096d' 7)"
set -- --kernel kernel --event "smbios=$(printf '%096d' 7)" --vary \
	firmware=fw,append=@lines,initrd=none,initrd,memory=2G,4G,8G,acpi=acpi2,acpi4
for seen in tdx.log tdx.quote; do
	expect 0 measure search --actual $seen "$@" --jobs 2
	has out 'pass   tdx.rtmr0 (sha384) is found'
	has out 'pass   tdx.rtmr1 (sha384) is found'
	has out 'pass   tdx.rtmr2 (sha384) is found'
	has out '--memory 4194304K'
	has out "--acpi 'acpi4'"
	commands
	expect 0 measure search --actual $seen "$@" --json
	json out
done
# MRTD tells firmware apart that RTMRs do not
expect 0 measure search --actual tdx.quote "$@"
has out "tdx.mrtd, tdx.rtmr0, tdx.rtmr1, tdx.rtmr2, tdx.rtmr3: cococtl measure tdx --firmware 'fw/newer.fd'"
expect 1 measure search --actual tdx.log --firmware newer.fd --kernel kernel --initrd initrd \
	--append 'loud x' --memory 2G --acpi acpi4 --event "smbios=$(printf '%096d' 7)"
has out 'fail   tdx.rtmr0 (sha384) is that of no candidate (0 of'
has out 'then "TD HOB"'
expect 1 measure search --actual tdx.quote --vary firmware=old.fd
has out 'fail   tdx.mrtd'
expect 0 measure search --actual tdx.quote --register mrtd --vary firmware=fw/newer.fd,old.fd
has out 'pass   tdx.mrtd'
expect 0 measure search --actual tdx.quote --append 'loud x' --initrd initrd
has out 'the command line is found'
# what was not given is not decided
expect 8 measure search --actual tdx.quote --register rtmr0 --firmware newer.fd
has err trust.search.undecided
expect 2 measure search --actual tdx.quote --platform snp --firmware newer.fd
has err 'this is a TDX quote'
expect 2 measure search --actual direct.log --platform tdx --firmware newer.fd
expect 2 measure search --actual tdx.log --firmware newer.fd --secure-boot keys
expect 2 measure search --actual direct.log --firmware newer.fd --event kernel=00

# an image on the disk of a TDX guest
predict tdisk tdx --firmware new.fd --uki uki2.efi --memory 2G --acpi acpi2 \
	--event "smbios=$(printf '%096d' 7)"
expect 0 measure search --actual tdisk.log --memory 2G --acpi acpi2 \
	--event "smbios=$(printf '%096d' 7)" --vary uki=ukis,firmware=fw
has out "--uki 'ukis/uki2.efi'"
has out 'pass   tdx.rtmr2'

# ---- what cannot be read ---------------------------------------------------------------------
: >empty.log
head -c 20 direct.log >cut.log
head -c 300 direct.log >cut2.log
head -c 500 tdx.quote >cut.quote
for f in empty.log cut.log cut2.log cut.quote kernel; do
	expect 3 measure search --actual $f --firmware new.fd
	has err $f
done
expect 4 measure search --actual fw --firmware new.fd
has err fw
expect 4 measure search --actual missing.log --firmware new.fd
expect 4 measure search --actual direct.log --firmware missing.fd
expect 4 measure search --actual direct.log --firmware new.fd --kernel missing
expect 3 measure search --actual direct.log --firmware damaged.fd
has err format.firmware
has err damaged.fd
expect 3 measure search --actual direct.log --firmware kernel
expect 8 measure search --actual direct.log --vary firmware=kernel,damaged.fd
has err 'no register could be computed'
expect 3 measure search --actual direct.log --firmware new.fd --kernel initrd --append x
has err initrd
expect 2 measure search --actual direct.log --vary nothing=x
mkdir none
expect 2 measure search --actual direct.log --vary firmware=none
expect 2 measure search --actual direct.log --firmware new.fd --vary qemu-version=x
expect 2 measure search --actual direct.log --firmware new.fd --vary firmware-generation=edk2
expect 3 measure search --actual direct.log --firmware new.fd --vary acpi=missing
has err missing/table-loader

# more candidates than are tried
seq 70000 >many
expect 9 measure search --actual direct.log --firmware new.fd --kernel kernel --vary append=@many
has err limit.search.space

# how far it is
expect 1 measure search --actual "$(printf '%096d' 0)" --platform tdx --register rtmr2 --jobs 1 \
	--firmware new.fd --kernel kernel --vary append=@lines --progress json
seq 60000 >many
expect 1 measure search --actual "$(printf '%096d' 0)" --platform tdx --register rtmr2 --jobs 1 \
	--firmware new.fd --kernel kernel --vary append=@many --progress json
has err '"phase":"searching","unit":"candidates"'
has err '"total":"60000"'
echo ok
