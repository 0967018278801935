#!/bin/sh
# measure search: what was measured is found again, and every exit code.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/firmware_lib"

make_firmware fw
echo kernel >kernel
echo initrd >initrd

# found VALUE-OF ... -- SEARCH ...: what the first words measure the others find
found() {
	_measure=
	while [ "$1" != -- ]; do
		_measure="$_measure $1"
		shift
	done
	shift
	# shellcheck disable=SC2086
	expect 0 measure $_measure
	value=$(sed -n 's/.*launch_digest  //p' out)
	expect 0 measure search --actual "$value" "$@"
	has out "made by"
	# the command that is printed computes the value
	sed -n 's/^made by *cococtl //p' out >command
	eval "set -- $(cat command)"
	expect 0 "$@"
	has out "$value"
}

found snp --firmware fw --vcpus 7 --vcpu-type EPYC-Genoa --guest-features 0x21 -- --firmware fw
found snp --firmware fw --vcpus 2 --vmm ec2 --ec2-reset rdx-0 -- --firmware fw --vcpus 1-4
found snp --firmware fw --vcpus 3 --vmm gce -- --firmware fw --vmm gce
found sev-es --firmware fw --vcpus 2 --vcpu-type EPYC-v4 -- --firmware fw
found sev --firmware fw --kernel kernel --append a -- --platform sev --firmware fw \
	--kernel kernel --append a
found snp --firmware fw --vcpus 2 --vcpu-type EPYC-Milan --kernel kernel --append it -- \
	--firmware fw --kernel kernel --append " it "
found snp --firmware fw --vcpus 1 --vcpu-sig 0xb00f00 --guest-features 0x1001 -- --firmware fw \
	--vcpus 1 --vcpu-sig 0xb00f00 --guest-features 0x1001

# lists
printf "first\nit's \"x\" \$y\n\nlast\n" >lines
mkdir dir kernels
make_firmware dir/b
cp dir/b dir/c
printf x | dd of=dir/c bs=1 seek=100 conv=notrunc 2>/dev/null
head -c 8192 /dev/zero >dir/a
cp kernel kernels/k1
echo other >kernels/k2
"$COCOCTL" measure snp --firmware dir/c --vcpus 5 --vcpu-type EPYC-Rome --kernel kernels/k2 \
	--initrd initrd --append "it's \"x\" \$y" >out
value=$(sed -n 's/.*launch_digest  //p' out)
expect 0 measure search --actual "$value" --jobs 2 --vary firmware=dir,kernel=kernels,hashes=on \
	--vary "append=@lines,vcpus=1..4,5..8,vcpu-type=EPYC-v4,EPYC-Rome" \
	--vary initrd=none,initrd,vmm=qemu,ec2,features=0x1
has out dir/c
has out kernels/k2
has out "firmware skipped  1"
sed -n 's/^made by *cococtl //p' out >command
eval "set -- $(cat command)"
expect 0 "$@"
has out "$value"
expect 0 measure search --actual "$value" --firmware dir --kernel kernels/k2 --initrd initrd \
	--append "it's \"x\" \$y" --json
json out
has out '"vcpus":5'
has out '"found":true'

# a report shows the value
{
	printf '\002\000\000\000'
	head -c 140 /dev/zero
	expect 0 measure snp --firmware fw --vcpus 9 --vmm ec2
	sed -n 's/.*launch_digest  //p' out | sed 's/../\\x&/g' >octal
	env printf "$(cat octal)"
	head -c 992 /dev/zero
} >report
expect 0 measure search --actual report --firmware fw
has out "vCPUs             9"

# nothing fits, a value on the way fits
zero=$(printf '%096d' 0)
expect 1 measure search --actual "$zero" --firmware fw --vcpus 1-4
has err verify.search.no_match
has out "candidates tried"
expect 1 measure search --actual "$zero" --firmware fw --vcpus 1-4 --json
json out
expect 0 measure snp --firmware fw --vcpus 1 --vmm ec2 --json
part=$(sed -n 's/.*"firmware_digest":"\([0-9a-f]*\)".*/\1/p' out)
expect 1 measure search --actual "$part" --firmware fw
has out "the firmware's pages alone (fw)"

# what cannot be decided, read, or tried
expect 8 measure search --actual "$zero" --vary firmware=dir/a,dir/a
has err trust.search.undecided

# an event log: "quiet" in UTF-16, and the file initrd
line=fe2fa536197ffaac159deeb10a26ff0273b357458adfc94bc682dcc3c75cd416f75aaa300bab365190c8cc39bc35b9cc
ramdisk=e58181453d5169099c4d6946594b36a0f880fc1381fd6866609c538b5ff04a0210a131f14c61cba045681702fa11e68c
event() { # DIGEST PAYLOAD
	printf '{"imr":2,"event_type":6,"digest":"%s","event":"","event_payload":"%s"}' "$1" "$2"
}
echo "[$(event $line ed223b8f00000000),$(event $ramdisk ec223b8f00000000)]" >log
expect 0 measure search --actual log --append quiet --initrd initrd
has out "the command line of event 1 is found"
expect 0 measure search --actual log --vary initrd=none,fw,initrd,append=quiet --json
json out
expect 0 measure search --actual log --initrd initrd
has out "not searched"
expect 1 measure search --actual log --append loud --initrd initrd
has out "none of the candidates"
expect 1 measure search --actual log --initrd kernel --json
json out
expect 2 measure search --actual log
echo "[$(event $line 00000000)]" >log
expect 8 measure search --actual log --append quiet
expect 0 measure search --platform tdx --actual 0e5d57bfeb5af2f9ccc980708a9cd9349a1f7a9a0b1fcd8a614673969055d5fae880164b8268b81f278ea0178979cadd --append quiet --initrd initrd
has out "the initrd is found"
expect 1 measure search --platform tpm --actual 0e5d57bfeb5af2f9ccc980708a9cd9349a1f7a9a0b1fcd8a614673969055d5fae880164b8268b81f278ea0178979cadd --append loud --initrd initrd
has out "no command line and initrd"
expect 2 measure search --platform tdx --actual 00 --append quiet
expect 3 measure search --actual "$zero" --firmware dir/a
expect 4 measure search --actual "$zero" --firmware missing
expect 4 measure search --actual missing --firmware fw
expect 2 measure search --actual "$zero"
has err usage.search.vary
expect 2 measure search --actual 00 --firmware fw
for vary in x=1 vcpus vmm=kvm hashes=maybe features=x vcpus=0 vcpu-type=486 append=@lines,append=@lines; do
	expect 2 measure search --actual "$zero" --firmware fw --vary $vary
done
seq 1000000 >many
expect 9 measure search --actual "$zero" --vary firmware=dir,kernel=kernels,append=@many,vcpus=1..4096
has err limit.search.space
echo ok
