#!/bin/sh
# measure with --profile: values for options, what overrides what, the record,
# and every exit code.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/firmware_lib"

mkdir dir
make_firmware dir/fw
echo kernel >dir/kernel
echo initrd >dir/initrd
printf 'console=ttyS0 ' >dir/line
printf 'version = "0.1.0"\nalgorithm = "sha256"\n[data]\n' >dir/init.toml

profile() { # LINE...: dir/p.toml
	{
		echo 'schema = "cococtl.launch-profile.v1"'
		printf '%s\n' "$@"
	} >dir/p.toml
}

values() { # ARGUMENT...: the values that are computed, without labels
	expect 0 measure "$@"
	grep -oE '[0-9a-f]{64,96}' out >values
}

# a profile gives what options give
profile 'platforms = ["snp", "sev-es", "sev"]' '[firmware]' 'file = "fw"' '[boot]' 'kernel = "kernel"' \
	'initrd = "initrd"' 'append_file = "line"' '[cpu]' 'counts = [1, "3-4"]' \
	'models = ["EPYC-v4", "EPYC-Milan"]' '[guest]' 'features = 0x21'
values snp --profile dir/p.toml
cp values first
values snp --firmware dir/fw --kernel dir/kernel --initrd dir/initrd --append @dir/line \
	--vcpus 1,3,4 --vcpu-type EPYC-v4,EPYC-Milan --guest-features 0x21
cmp -s first values || fail "profile and options differ"
[ "$(wc -l <values)" = 6 ] || fail "six values"
values sev-es --profile dir/p.toml
values sev --profile dir/p.toml
[ "$(wc -l <values)" = 1 ] || fail "one value"

# options come first, and what they exclude is left out
values snp --profile dir/p.toml --vcpus 2 --vcpu-sig 0x00a00f11 --append other --guest-features 1
cp values first
values snp --firmware dir/fw --kernel dir/kernel --initrd dir/initrd --append other --vcpus 2 \
	--vcpu-type EPYC-Milan
cmp -s first values || fail "options do not override"

# the record names the profile, and not its paths
expect 0 measure snp --profile dir/p.toml -o a.json
has a.json "\"sha256\": \"$(sha256sum dir/p.toml | cut -d' ' -f1)\""
hasnt a.json dir
(cd dir && "$COCOCTL" measure snp --profile p.toml -o ../b.json) || fail "in the directory"
cmp -s a.json b.json || fail "the record depends on where it is computed"
expect 0 measure snp --profile dir/p.toml --json
json out
expect 4 measure snp --profile dir/p.toml -o dir/fw -f
has err 'io.output.same_file'

# kernel_hashes = false
profile 'platforms = ["snp"]' '[firmware]' 'file = "fw"' '[boot]' 'kernel = "kernel"' \
	'append = "a"' 'kernel_hashes = false' '[cpu]' 'models = ["EPYC-v4"]'
values snp --profile dir/p.toml
cp values first
values snp --firmware dir/fw --vcpu-type EPYC-v4
cmp -s first values || fail "kernel_hashes = false"

# host data: given, or from initdata
profile 'platforms = "snp"' '[firmware]' 'file = "fw"' '[cpu]' 'models = "EPYC-v4"' '[guest]' \
	'initdata = "init.toml"'
expect 0 measure snp --profile dir/p.toml --explain
has out "snp.host_data      $(sha256sum dir/init.toml | cut -d' ' -f1)"
echo "host_data = \"$(printf '%064d' 7)\"" >>dir/p.toml
expect 3 measure snp --profile dir/p.toml
has err 'both initdata'
sed -i /initdata/d dir/p.toml
expect 0 measure snp --profile dir/p.toml
has out "snp.host_data      $(printf '%064d' 7)"

# a signed ID block: the digests of its keys, and the launch that it is for
expect 0 measure snp --profile dir/p.toml
digest=$(sed -n 's/^snp.launch_digest  *//p' out)
expect 0 key generate --type p384 -o dir/id.pem
expect 0 measure id-block --digest "$digest" --id-key dir/id.pem --json
{
	echo '[id_block]'
	sed 's/.*"id_block":"\([^"]*\)".*/block = "\1"/' out
	sed 's/.*"id_auth":"\([^"]*\)".*/auth = "\1"/' out
} >>dir/p.toml
key=$(sed 's/.*"id_key_digest":"\([^"]*\)".*/\1/' out)
expect 0 measure snp --profile dir/p.toml
has out "snp.id_key_digest  $key"
expect 1 measure snp --profile dir/p.toml --vcpus 2
has err '[verify.profile.contradicts]'
sed -i '/id_block/,$d' dir/p.toml

# refused
expect 2 measure sev --profile dir/p.toml
has err 'the profile is for snp, and measure sev computes for sev'
expect 4 measure snp --profile nowhere
expect 3 measure snp --profile dir/kernel
profile 'platforms = ["snp"]' '[firmware]' 'fille = "fw"'
expect 3 measure snp --profile dir/p.toml
has err 'did you mean "file"?'
has err 'line 4'
profile 'platforms = ["snp"]' '[cpu]' 'models = ["EPYC-v9"]' '[firmware]' 'file = "fw"'
expect 2 measure snp --profile dir/p.toml
profile 'platforms = ["snp"]' '[cpu]' 'models = ["EPYC-v4"]'
expect 2 measure snp --profile dir/p.toml
has err '--firmware FILE is required'
profile 'platforms = ["snp"]' '[firmware]' 'file = "absent"' '[cpu]' 'models = ["EPYC-v4"]'
expect 4 measure snp --profile dir/p.toml
profile 'platforms = ["snp"]' '[firmware]' 'file = "fw"' '[boot]' 'kernel = "kernel"' 'append = "@1 x"' \
	'[cpu]' 'models = ["EPYC-v4"]'
expect 3 measure snp --profile dir/p.toml
has err append_file

# a search takes files from a profile, and varies the rest
profile 'platforms = ["snp"]' '[firmware]' 'file = "fw"' '[cpu]' 'counts = [1]' 'models = ["EPYC-Milan"]'
values snp --firmware dir/fw --vcpus 3 --vcpu-type EPYC-v4
expect 0 measure search --actual "$(cat values)" --profile dir/p.toml
has out '--vcpus 3'

# a profile serves several platforms; what a command does not have is left out
profile 'platforms = ["vtpm"]' '[firmware]' 'file = "fw"' 'generation = "nonsense"' '[boot]' 'kernel = "kernel"' \
	'[[disk]]' 'image = "no-such-disk"'
expect 2 measure vtpm --profile dir/p.toml
has err nonsense
expect 2 measure snp --profile dir/p.toml
has err 'usage.profile.platform'

# TDX: sizes, counts, given values, and what the host sets
head -c 8192 /dev/zero >dir/tdvf
put dir/tdvf 2064 '\363\371\352\351\216\026\325\104\250\353\177\115\207\070\366\256'
put dir/tdvf 2048 'TDVF\160\000\000\000\001\000\000\000\003\000\000\000'
put dir/tdvf 2032 '\000\000\000\000\000\040\000\000\000\340\377\377\000\000\000\000\000\040\000\000\000\000\000\000'
put dir/tdvf 2008 '\000\000\000\000\001\000\000\000'
put dir/tdvf 1992 '\000\220\200\000\000\000\000\000\000\040\000\000\000\000\000\000\002\000\000\000'
put dir/tdvf 1960 '\000\000\200\000\000\000\000\000\000\140\000\000\000\000\000\000\003\000\000\000'
put dir/tdvf 50 '\050\000\336\202\265\226\262\037\367\105\272\352\243\146\305\132\010\055'
put dir/tdvf 72 '\000\010\000\000\026\000\065\145\172\344\112\230\230\107\206\136\106\205\247\277\216\302'
head -c 8192 /dev/zero >dir/pe
put dir/pe 8192 'MZ'
put dir/pe 8132 '\100\000\000\000'
put dir/pe 8128 'PE\000\000\144\206\000\000'
put dir/pe 8108 '\160\000\042\000'
put dir/pe 8104 '\013\002'
put dir/pe 8044 '\000\002\000\000'
owner=$(printf '%096d' 5)
digest=$(printf '%096d' 6)
profile 'platforms = ["tdx", "snp"]' '[vmm]' 'version = "10.1"' '[firmware]' 'file = "tdvf"' \
	'generation = "edk2-stable202302"' '[boot]' 'kernel = "pe"' '[cpu]' \
	'counts = [4]' '[memory]' 'sizes = ["2GiB", "64GiB"]' '[guest]' 'initdata = "init.toml"' '[tdx]' \
	"mrowner = \"$owner\"" '[[given]]' 'register = "tdx.rtmr0"' 'event = "BootOrder"' \
	"digest = \"$digest\"" 'origin = "a log"'
expect 0 measure tdx --profile dir/p.toml
grep -v tdx.mrconfigid out >of-profile
has out "tdx.mrconfigid  $(sha256sum dir/init.toml | cut -d' ' -f1)00000000000000000000000000000000"
[ "$(grep -c "$owner" out)" = 1 ] || fail "MROWNER once"
expect 0 measure tdx --firmware dir/tdvf --qemu-version 10.1 --memory 2G,64G --mrowner "$owner" \
	--event "BootOrder=$digest" \
	--firmware-generation edk2-stable202302 --kernel dir/pe
sed 's/  */ /g' out >of-options
sed 's/  */ /g' of-profile | cmp -s - of-options || fail "tdx: profile and options differ"

# whole registers that are given; options come first, and --pcr asks for less
printf '[[given]]\nregister = "tdx.rtmr0"\ndigest = "%s"\norigin = "%s"\n' "$digest" "a quote" \
	>>dir/p.toml
expect 0 measure tdx --profile dir/p.toml
has out "tdx.rtmr0       $digest (given, not computed: a quote)"
expect 0 measure tdx --profile dir/p.toml --known-value "tdx.rtmr0=$owner"
has out "tdx.rtmr0       $owner (given, not computed)"
profile 'platforms = ["vtpm"]' '[firmware]' 'generation = "edk2-stable202502"' '[boot]' \
	'kernel = "pe"' '[vtpm]' 'banks = "sha384"' '[[given]]' 'register = "tpm.pcr0"' \
	"digest = \"$digest\"" 'origin = "a log"'
expect 0 measure vtpm --profile dir/p.toml
has out "tpm.pcr0   $digest (given, not computed: a log)"
expect 0 measure vtpm --profile dir/p.toml --pcr 2
hasnt out tpm.pcr0
sed -i 's/pcr0/pcr99/' dir/p.toml
expect 2 measure vtpm --profile dir/p.toml
has err '[usage.known_value.register]'
expect 1 measure profile check dir/p.toml
has out 'given values are of registers'

# import: what is recorded becomes a profile, which is measured
cd dir || exit 1
cat >argv.sh <<'END'
sudo qemu-system-x86_64 -machine q35,confidential-guest-support=sev0 -cpu EPYC-Milan,+x2apic \
  -smp 4,maxcpus=8 -m 4G -bios fw -kernel kernel -initrd initrd -append 'console=ttyS0 ' \
  -object sev-snp-guest,id=sev0,policy=0x30000,kernel-hashes=on,debug-swap=on -frob x
END
expect 0 measure profile import --qemu-argv argv.sh -o argv.toml
empty out
has err 'warning: -frob is not known here'
has argv.toml '# -object, kernel-hashes'
values snp --profile argv.toml
# the value of these inputs, computed with sev-snp-measure 0.0.13
[ "$(head -n 1 values)" = 15f8cd5c52c4a408c2f2611976ac32384be2a351040085658e1462f23f191d43b28be9b51c4c44d700b1c9e6befe2750 ] ||
	fail "the value of an imported profile"
expect 0 measure profile import --qemu-argv argv.sh
cmp -s out argv.toml || fail "standard output and -o differ"
tr '\n' ' ' <argv.sh | sed 's/sudo //; s/\\ //g; s/'\''console=ttyS0 '\''/APPEND/' |
	sed 's/^/["/; s/  */","/g; s/","$/"]/; s/APPEND/console=ttyS0 /' >argv.json
expect 0 measure profile import --qemu-argv argv.json
cmp -s out argv.toml || fail "JSON and shell text differ"
expect 0 measure profile import --qemu-argv argv.sh --json
json out
expect 10 measure profile import --qemu-argv argv.sh -o argv.toml
expect 0 measure profile import --qemu-argv argv.sh -o dry.toml -n
[ ! -e dry.toml ] || fail "--dry-run wrote"
echo "q -m \$SIZE" >shell
expect 3 measure profile import --qemu-argv shell
echo 'q -readconfig x' >refers
expect 3 measure profile import --qemu-argv refers
has err '-readconfig x'
expect 4 measure profile import --qemu-argv nowhere
expect 2 measure profile import
expect 2 measure profile import --qemu-argv argv.sh --kata argv.sh
expect 2 measure profile import --qemu-argv argv.sh --max-vcpus 4

cat >guest.xml <<'END'
<domain><memory unit='GiB'>4</memory><vcpu>4</vcpu><os><type machine='q35'>hvm</type><loader>fw</loader>
<kernel>kernel</kernel><initrd>initrd</initrd><cmdline>console=ttyS0 </cmdline></os>
<cpu><model>EPYC-Milan</model></cpu><launchSecurity type='sev-snp' kernelHashes='yes'/></domain>
END
expect 0 measure profile import --libvirt guest.xml -o xml.toml
values snp --profile xml.toml --guest-features 0x21
[ "$(head -n 1 values)" = 15f8cd5c52c4a408c2f2611976ac32384be2a351040085658e1462f23f191d43b28be9b51c4c44d700b1c9e6befe2750 ] ||
	fail "the value of an imported domain"
echo '<!DOCTYPE domain><domain/>' >doctype.xml
expect 3 measure profile import --libvirt doctype.xml

mkdir config.d
printf '[hypervisor.qemu]\nkernel = "kernel"\nimage = "initrd"\nfirmware = "other"\n%s\n%s\n' \
	'confidential_guest = true' 'sev_snp_guest = true' >kata.toml
printf '[hypervisor.qemu]\nfirmware = "fw"\n' >config.d/10-firmware.toml
expect 8 measure profile import --kata kata.toml
has err '--max-vcpus N'
expect 0 measure profile import --kata kata.toml --max-vcpus 3 -o kata-guest.toml
values snp --profile kata-guest.toml
[ "$(wc -l <values)" = 3 ] || fail "a value for each size of a pod"

# check: 0 complete, 1 contradiction, 8 incomplete
expect 0 measure profile check argv.toml
has out 'affirmed'
expect 0 measure profile check argv.toml --json
json out
has out '"verdict":"affirmed"'
sed -i 's/^kernel_hashes.*/kernel_hashes = false/' argv.toml
expect 1 measure profile check argv.toml
has out 'kernel_hashes is false'
sed -i '/^kernel_hashes/d; /^models/d' argv.toml
expect 8 measure profile check argv.toml
has out 'add cpu.models'
expect 8 measure profile check argv.toml --json
json out
has out '"verdict":"indeterminate"'
expect 3 measure profile check kernel
expect 4 measure profile check nowhere
expect 2 measure profile check

# three words
expect 2 measure profile
has err 'measure profile import'
expect 0 measure profile --help
expect 0 help measure profile
expect 2 measure profile chek
has err 'did you mean measure profile check?'
expect 0 schema measure profile check
