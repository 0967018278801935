#!/bin/sh
# measure tdx: values, allowed values, what is missing by name, and every exit code.
# MRTD, the memory list and the registers of make_firmware were computed by a script of
# their own, from the rules alone.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/pe_lib"

put() { # FILE OFFSET OCTAL...: bytes at an offset from the end of 8192
	_file=$1
	_at=$((8192 - $2))
	shift 2
	# shellcheck disable=SC2059
	printf "$*" | dd of="$_file" bs=1 seek=$_at conv=notrunc 2>/dev/null
}

# Two pages: TDX metadata 2048 bytes before the end (BFV, TD_HOB, TEMP_MEM), named in the table.
make_firmware() { # FILE
	head -c 8192 /dev/zero >"$1"
	put "$1" 2064 '\363\371\352\351\216\026\325\104\250\353\177\115\207\070\366\256'
	put "$1" 2048 'TDVF\160\000\000\000\001\000\000\000\003\000\000\000'
	put "$1" 2032 '\000\000\000\000\000\040\000\000\000\340\377\377\000\000\000\000\000\040\000\000\000\000\000\000'
	put "$1" 2008 '\000\000\000\000\001\000\000\000'
	put "$1" 1992 '\000\220\200\000\000\000\000\000\000\040\000\000\000\000\000\000\002\000\000\000'
	put "$1" 1960 '\000\000\200\000\000\000\000\000\000\140\000\000\000\000\000\000\003\000\000\000'
	# footer, then the entry for TDX metadata
	put "$1" 50 '\050\000\336\202\265\226\262\037\367\105\272\352\243\146\305\132\010\055'
	put "$1" 72 '\000\010\000\000\026\000\065\145\172\344\112\230\230\107\206\136\106\205\247\277\216\302'
}

# A PE image without sections.
make_kernel() { # FILE
	head -c 8192 /dev/zero >"$1"
	put "$1" 8192 'MZ'
	put "$1" 8132 '\100\000\000\000'
	put "$1" 8128 'PE\000\000\144\206\000\000'
	put "$1" 8108 '\160\000\042\000'
	put "$1" 8104 '\013\002'
	put "$1" 8044 '\000\002\000\000'
}

make_firmware fw
make_kernel kernel
echo initrd >initrd
printf 'console=ttyS0 ' >line

single=bbf59e04d14dbccb2f7a118c34c288f7fde20df5e608b3362ab0d0f1cd167f501bf06cdb2ff340a6890ab1e9203cf2cb
two=3acdc766ac9063beb244ab676041eaa901b667cd160aceb908ba8bc37e795e0506aaf3176e52c4b6ca5a9707c35ecfdc
hob=3d6a4cd78cfd495f5cd09588fca961a46d7b2a3b8e83975a271e4d667aa7cf5ed068b4b9de3b7215ff38558a2d573b63
rtmr1=7d3c84fbb71ae07008e876869cfc8b9443328f13beb1de51f72dbdbcf8339c3d9e4994bd4f935291623c569cb48a8b02
suffix=ea21719056becdd9d66586a8abd467f942c4649b225f63cb76a153dbc3f1e1f89eec3bf0dae58c831580425e8494fb9d
prefix=65865e54e92513cda9f735d9d29af7099c24150517511827922a26e99c5a440446851b5b684731ab5761466788055498
a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
b=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

# MRTD: both orders, chosen by name or by QEMU's version
expect 0 measure tdx --firmware fw
has out $single
has out $two
expect 0 measure tdx --firmware fw --add-page single
has out "tdx.mrtd   $single"
expect 0 measure tdx --firmware fw --qemu-version 8.2.2
has out "tdx.mrtd   $two"
expect 0 measure tdx --firmware fw --qemu-version 10.1
has out "tdx.mrtd   $single"
expect 0 measure tdx --firmware - <fw
has out $single

# what is missing has a name and an option that supplies it
expect 0 measure tdx --firmware fw
has out 'tdx.rtmr0  not computed: TD HOB: it lists the guest'
has out 'give --memory SIZE'
has out 'tdx.rtmr0  not computed: boot: what is booted is not given; give --kernel FILE'
has out 'tdx.rtmr1  not computed: boot: what is booted is not given; give --kernel FILE'
has out 'tdx.rtmr3  000000'
expect 0 measure tdx --firmware fw --memory 2G
has out 'its generation is not known; give --firmware-generation NAME'

# some registers
expect 0 measure tdx --firmware fw --register mrtd --register rtmr3
has out tdx.mrtd
has out tdx.rtmr3
hasnt out rtmr0
expect 2 measure tdx --firmware fw --register rtmr4
has err '"rtmr4" is not mrtd or rtmr0 to rtmr3'

# kernel, initrd, command line; the generation decides on the order of the line
for append in 'console=ttyS0 ' @line; do
	expect 0 measure tdx --firmware fw --kernel kernel --initrd initrd --append "$append" \
		--firmware-generation edk2-stable202502
	has out "tdx.rtmr1  $rtmr1"
	has out "tdx.rtmr2  $suffix"
done
expect 0 measure tdx --firmware fw --kernel kernel --initrd initrd --append @line \
	--firmware-generation edk2-stable202508 --explain
has out "tdx.rtmr2  $prefix"
has out 'initrd=initrd console=ttyS0 '
has out 'firmware_generation_basis  given'
has out 'not measured'
expect 0 measure tdx --firmware fw --kernel kernel --exit-boot-services either \
	--firmware-generation edk2-stable202502
has out 'tdx.rtmr1  2 allowed values'
expect 0 measure tdx --firmware fw --kernel kernel --linux-events none \
	--firmware-generation edk2-stable202502
has out 'tdx.rtmr2  000000'

# digests that are given: RTMR0 is computed, for each memory size
given="--firmware-generation edk2-stable202302 --kernel kernel --event etc/table-loader=$a
	--event etc/acpi/rsdp=$b --event BootOrder=$a --event Boot0000=$b"
# shellcheck disable=SC2086
expect 0 measure tdx --firmware fw $given --memory 256M --explain
has out "$(printf %.16s $hob)"
hasnt out 'tdx.rtmr0  not computed'
# shellcheck disable=SC2086
expect 0 measure tdx --firmware fw $given --memory 256MiB,1G,256M --json -o set.json
json out
has set.json '"memory": "1G"'
# shellcheck disable=SC2086
expect 2 measure tdx --firmware fw $given --memory 1G --event smbios=$a
has err 'nothing is measured here under the name "smbios"'
expect 2 measure tdx --firmware fw --event kernel=12
has err '[usage.option.value]'
expect 2 measure tdx --firmware fw --event $a
expect 2 measure tdx --firmware fw --fw-cfg etc/other=00
expect 2 measure tdx --firmware fw --fw-cfg bootorder=0
expect 0 measure tdx --firmware fw --fw-cfg bootorder= --fw-cfg etc/boot-menu-wait=6400 \
	--firmware-generation edk2-stable202508 --explain
has out 'etc/boot-menu-wait'
hasnt out 'bootorder'

# ACPI files of a directory are of one machine
mkdir acpi
head -c 4096 /dev/zero >acpi/table-loader
printf '\001\000\000\000etc/acpi/tables' | dd of=acpi/table-loader conv=notrunc 2>/dev/null
printf '\100\000\000\000\001' | dd of=acpi/table-loader bs=1 seek=60 conv=notrunc 2>/dev/null
echo tables >acpi/tables
expect 0 measure tdx --firmware fw --kernel kernel --memory 1G --acpi acpi --explain \
	--firmware-generation edk2-stable202502 --event BootOrder=$a
has out 'etc/table-loader'
hasnt out 'tdx.rtmr0  not computed'
expect 2 measure tdx --firmware fw --kernel kernel --memory 1G,2G --acpi acpi
has err 'ACPI files are of one machine'

# vCPUs that could be added are QEMU's to know
printf '#!/bin/sh\necho "$@" >args\nexit 1\n' >fake-qemu
chmod +x fake-qemu
"$COCOCTL" measure tdx --firmware fw --vcpus 4 --max-vcpus 8 --qemu ./fake-qemu >out 2>err &&
	fail "an answer of a QEMU that ends"
has args '-smp 4,maxcpus=8'
expect 2 measure tdx --firmware fw --vcpus 4 --max-vcpus 3 --qemu ./fake-qemu
has err 'more than 3'
expect 2 measure tdx --firmware fw --max-vcpus 3

# what the host sets
expect 0 measure tdx --firmware fw --mrconfigid $a --mrowner $b --attributes 0000001000000000 \
	--xfam e702060000000000 --mrownerconfig $b --explain
has out "tdx.mrconfigid  "
has out 0000001000000000
expect 2 measure tdx --firmware fw --mrconfigid 00
expect 2 measure tdx --firmware fw --xfam x702060000000000

# registers that are known: given, and said so
c=cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
expect 0 measure tdx --firmware fw --add-page single --known-value tdx.rtmr0=$a \
	--known-value "tdx.mrseam=$b:TDX module 1.5" --known-value "tdx.mrseam=$c:TDX module 2.0"
has out "tdx.rtmr0   $a (given, not computed)"
hasnt out 'TD HOB'
has out 'tdx.mrseam  2 allowed values'
has out 'given TDX module 1.5  bbbb'
has out 'not computed: boot: what is booted is not given'
expect 0 measure tdx --firmware fw --known-value "tdx.mrseam=$c:TDX module 2.0" -o known.json
has known.json '"basis": "given"'
has known.json '"text": "TDX module 2.0"'
expect 0 measure tdx --firmware fw --add-page single --known-value tdx.mrtd=$single
has out "tdx.mrtd   $single"
hasnt out "(given"
expect 0 measure tdx --firmware fw --known-value tdx.mrtd=$two
expect 1 measure tdx --firmware fw --add-page single --known-value tdx.mrtd=$two
has err '[verify.known_value.differs]'
has err "computed as $single, and is known as $two"
expect 1 measure tdx --firmware fw --known-value tdx.mrtd=$a
expect 2 measure tdx --firmware fw --known-value tdx.rtmr0=$a --known-value tdx.rtmr0=$a
has err '[usage.option.conflict]'
expect 2 measure tdx --firmware fw --known-value tdx.rtmr5=$a
has err '[usage.known_value.register]'
expect 2 measure tdx --firmware fw --known-value tdx.rtmr0=aa
has err '[usage.known_value.size]'
expect 2 measure tdx --firmware fw --known-value tdx.rtmr0

# the TDINFO hash, when its fields are known
info="--attributes 0000001000000000 --xfam e702060000000000"
# shellcheck disable=SC2086
expect 0 measure tdx --firmware fw $info --add-page single --known-value tdx.rtmr0=$a
has out 'tdx.tdinfo_hash  not computed: mrowner: it is a part of TDINFO; give --mrowner HEX'
has out 'tdx.tdinfo_hash  not computed: rtmr1'
hasnt out 'not computed: rtmr0'
# shellcheck disable=SC2086
expect 0 measure tdx --firmware fw $info --mrconfigid $a --mrowner $b --mrownerconfig $b \
	--known-value tdx.rtmr0=$a --kernel kernel --firmware-generation edk2-stable202502
grep -q "tdx.tdinfo_hash  *2 allowed values" out || fail "a hash for each order of pages"
# shellcheck disable=SC2086
expect 1 measure tdx --firmware fw $info --mrconfigid $a --mrowner $b --mrownerconfig $b \
	--known-value tdx.rtmr0=$a --kernel kernel --firmware-generation edk2-stable202502 \
	--known-value tdx.tdinfo_hash=$c
hasnt out tdinfo
expect 0 measure tdx --firmware fw
hasnt out tdinfo

# what QEMU adds to a kernel
expect 0 measure tdx --firmware fw --kernel kernel --shim --firmware-generation edk2-stable202502
has out 'tdx.rtmr1  not computed: shim'
has out 'tdx.rtmr2  not computed: MokList'
expect 0 measure tdx --firmware fw --memory 1G --machine pc
has out 'tdx.rtmr0  not computed: TD HOB: the memory map is known for q35 only'
expect 2 measure tdx --firmware fw --shim

# boots from a disk, or of the files that one would hold
head -c 65536 /dev/zero >disk.img
expect 3 measure tdx --firmware fw --disk disk.img --firmware-generation edk2-stable202502
has err 'GPT'
expect 3 measure tdx --firmware fw --uki kernel --firmware-generation edk2-stable202502
expect 2 measure tdx --firmware fw --uki kernel --kernel kernel
expect 2 measure tdx --firmware fw --uki kernel --disk disk.img
make_pe uki.efi .sdmagic '#### LoaderInfo: systemd-stub 262.1 ####' .initrd initrd \
	.cmdline quiet .linux kernel
expect 0 measure tdx --firmware fw --uki uki.efi --boot-device sata:0 --explain \
	--firmware-generation edk2-stable202502
has out 'unified kernel image'
has out 'section .cmdline'
has out 'tdx.rtmr1  not computed: partition table'
grep -q '^tdx.rtmr2  *[0-9a-f]\{96\}' out || fail "RTMR2 of an image"
cp out first
expect 0 measure tdx --firmware fw --kernel uki.efi --firmware-generation edk2-stable202502
[ "$(grep '^tdx.rtmr2' out)" = "$(grep '^tdx.rtmr2' first)" ] || fail "RTMR2 of an image, from QEMU"
printf 'schema = "cococtl.launch-profile.v1"\nplatforms = "tdx"\n[firmware]\nfile = "fw"\n%s\n' \
	'generation = "edk2-stable202502"' >p.toml
printf '[vtpm]\nuki = "uki.efi"\nboot_device = "sata:0"\n' >>p.toml
expect 0 measure tdx --profile p.toml
[ "$(grep '^tdx.rtmr2' out)" = "$(grep '^tdx.rtmr2' first)" ] || fail "RTMR2 of a profile's image"
expect 2 measure tdx --firmware fw --entry x
expect 4 measure tdx --firmware fw --disk none

# a search finds the firmware, the order of pages and the order of the command line
mkdir images
cp fw images/b
cp fw images/c
printf x | dd of=images/c bs=1 seek=10 conv=notrunc 2>/dev/null
echo none >images/a
search="measure search --platform tdx --kernel kernel --initrd initrd --append @line"
# shellcheck disable=SC2086
expect 0 $search --actual $two --register mrtd --vary firmware=images
has out "made by"
has out "images/b"
has out "candidates skipped  1"
# shellcheck disable=SC2086
expect 0 $search --actual $prefix --firmware fw --vary firmware-generation=all --json
json out
# shellcheck disable=SC2086
expect 0 $search --actual $suffix --firmware fw --firmware-generation all
sed -n 's/^made by .*: cococtl //p' out >command
eval "set -- $(cat command)"
expect 0 "$@"
has out "$suffix"
search="measure search --platform tdx"
# shellcheck disable=SC2086
expect 0 $search --actual $rtmr1 --register rtmr1 --firmware fw --memory 1G,2G \
	--firmware-generation edk2-stable202502 --qemu-version 10.1 \
	--kernel kernel --initrd initrd --append @line
# shellcheck disable=SC2086
expect 1 $search --actual $a --register mrtd --firmware fw
has out "is that of no candidate"
# shellcheck disable=SC2086
expect 8 $search --actual $a --register rtmr0 --firmware fw
has err "no register could be computed: TD HOB"
for words in "--register mrtd" "--register pcr4 --firmware fw" \
	"--firmware fw --vary qemu-version=x" "--firmware fw --vary firmware-generation=old"; do
	# shellcheck disable=SC2086
	expect 2 $search --actual $a $words
done
# shellcheck disable=SC2086
expect 3 measure search --platform tdx --actual $a --firmware fw --uki kernel
has err 'no section .linux'
expect 2 measure search --platform tpm --actual $a --register pcr10 --firmware fw
has err "PCR 10 belongs to the kernel"

# usage
for list in 0 2 2g 2G, ,2G 2G,,3G 99999999999999999999G 1G,x; do
	expect 2 measure tdx --firmware fw --memory "$list"
	has err '[usage.guest.memory]'
done
expect 2 measure tdx --firmware fw --memory 4M
has err 'lies outside of it'
for version in x .1 10x 0 9999; do
	expect 2 measure tdx --firmware fw --qemu-version $version
done
expect 2 measure tdx --firmware fw --vcpus 2
expect 2 measure tdx --firmware fw --append x
expect 2 measure tdx --firmware fw --firmware-generation 2022
expect 2 measure tdx

# a matrix is the same on any number of threads
make_kernel linux
put linux 7678 'HdrS\017\002'
put linux 7636 '\377\377\377\067'
for jobs in 1 3; do
	expect 0 measure tdx --firmware fw --kernel linux --initrd initrd --append @line \
		--memory 128M,256M,512M,1G,2G --qemu-version 9 --jobs $jobs -o jobs$jobs.json \
		--firmware-generation edk2-stable202502
done
cmp -s jobs1.json jobs3.json || fail "the record depends on --jobs"
has jobs1.json 512M

# records
expect 0 measure tdx --firmware fw -o a.json
cp fw other-name
expect 0 measure tdx --firmware ./other-name -o b.json
cmp -s a.json b.json || fail "records of the same inputs differ"
hasnt b.json other-name
expect 10 measure tdx --firmware fw -o a.json
expect 0 measure tdx --firmware fw -o a.json -f
expect 4 measure tdx --firmware none

# bad files
expect 3 measure tdx --firmware initrd
has err '[format.firmware.size]'
head -c 8192 /dev/zero >bare
expect 3 measure tdx --firmware bare
has err '[format.tdvf.none]'
has err 'OVMF.inteltdx.ms.fd'
cp fw bad
put bad 2040 '\002'
expect 3 measure tdx --firmware bad
has err '[format.tdvf.metadata]'
cp fw bad
put bad 2028 '\000\100\000\000'
expect 3 measure tdx --firmware bad
has err '[format.tdvf.section]'
expect 3 measure tdx --firmware fw --kernel initrd --firmware-generation edk2-stable202502
exit 0
