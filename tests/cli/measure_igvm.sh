#!/bin/sh
# measure igvm: values, choices, ID blocks, and every exit code. The files have
# headers only; their values were computed apart from this program.
. "$SRC/tests/cli/lib"

one='\111\107\126\115\001\000\000\000\030\000\000\000\070\000\000\000\120\000\000\000\170\242\301\303'
two='\111\107\126\115\001\000\000\000\030\000\000\000\120\000\000\000\150\000\000\000\252\003\327\246'
idb='\111\107\126\115\001\000\000\000\030\000\000\000\370\002\000\000\020\003\000\000\017\172\075\125'
snp='\001\000\000\000\020\000\000\000\001\000\000\000\002\002\001\000\000\000\000\000\000\000\000\000'
tdx='\001\000\000\000\020\000\000\000\002\000\000\000\002\003\001\000\000\000\000\000\000\000\000\000'
page='\002\003\000\000\030\000\000\000\000\000\200\000\000\000\000\000\003\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
# shellcheck disable=SC2059
{
	printf "$one$snp$page" >one.igvm
	printf "$two$snp$tdx$page" >two.igvm
	{
		printf "$idb$snp$page"'\013\003\000\000\270\002\000\000\001\000\000\000'
		head -c 692 /dev/zero
	} >id.igvm
	printf "$one$snp" >short.igvm
	printf "$one$tdx$page" >crc.igvm
}

normal=3b5db2165614578df5be1b3a7656a147a57cf73cf1a03bcaebb0f12c00c7d1e3cb2885ad03f030aa62d0467ebe76fda3
zero=4472405c6dbc65e5629805f2be1b3df74eb119841eff12466c24f43e67083c23df5e645b2742b6d9aa0f943e095cebaa
mrtd=2018ffec224c87d39aa275ee29f5ada8af1b1578444806b71ad00dd07dff9714c31159f54ba1d727611dcd58f5e8e586

expect 0 measure igvm one.igvm
has out $normal
for r in auto igvm igvmmeasure; do
	expect 0 measure igvm one.igvm --platform snp --rules $r
	has out $normal
done
expect 0 measure igvm one.igvm --rules qemu
has out $zero
expect 0 measure igvm one.igvm --rules igvmmeasure --native-zero
has out $zero
expect 0 measure igvm two.igvm --platform tdx
has out $mrtd
expect 0 measure igvm two.igvm --platform snp --explain
has out $normal
has out normal
expect 0 measure igvm two.igvm --platform snp --json
json out
has out '"id_block":false'
expect 0 measure igvm one.igvm -o record.json
mkdir schemas
cp "$SRC/docs/formats/measurement-record.v1.schema.json" schemas/
if command -v python3 >/dev/null; then
	python3 "$SRC/tests/cli/schema_check.py" schemas record.json || fail "schema of the record"
fi
has record.json '"platform": "snp"'
expect 10 measure igvm one.igvm -o record.json
expect 0 measure igvm one.igvm -o record.json --force

# an ID block that is not for this file
expect 1 measure igvm id.igvm
has err $normal
has err 0000000000000000
expect 1 measure igvm id.igvm --json
json out
has out verify.igvm.id_block
expect 0 measure igvm id.igvm --ignore-id-block
has out $normal
has out 'id key digest'

# the file of a profile
printf 'schema = "cococtl.launch-profile.v1"\nplatforms = "snp"\n[firmware]\nigvm = "one.igvm"\n' >p.toml
expect 0 measure igvm --profile p.toml
mv out first
expect 0 measure igvm one.igvm
cmp -s out first || fail "the file of a profile"
sed -i '/igvm = /d; s/"snp"/"snp"/' p.toml
expect 2 measure igvm --profile p.toml
has err 'FILE is required, or a profile with firmware.igvm'

# what is refused
expect 2 measure igvm two.igvm
has err 'sev-snp, tdx'
expect 2 measure igvm one.igvm --platform sev-es
has err sev-snp
expect 2 measure igvm two.igvm --platform tdx --rules qemu
expect 2 measure igvm one.igvm --native-zero
expect 2 measure igvm
expect 2 measure igvm one.igvm --platform cca
expect 3 measure igvm short.igvm
expect 3 measure igvm crc.igvm
has err checksum
expect 3 measure igvm record.json
expect 4 measure igvm nothing.igvm
expect 4 measure igvm .
exit 0
