#!/bin/sh
# measure tdx with the firmware of Debian's own package ovmf: the values of the version in
# Debian 12 were computed by two other programs (see docs/measure-registers.md); of any
# other version that there is TDX metadata, and a generation.
. "$SRC/tests/cli/lib"

fw=/usr/share/ovmf/OVMF.fd
[ -r $fw ] || {
	echo "no $fw: package ovmf is not installed"
	exit 77
}
"$COCOCTL" measure tdx --firmware $fw --memory 2G,64G --explain >out 2>err || fail "OVMF.fd"
has out 'edk2-stable20'
case $(sha256sum <$fw) in
7b456907dd0786d415999e801a1ac4637b8ed4d7cf5378cfc6edbe5e574dd773*)
	has out 'firmware_generation        edk2-stable202211'
	has out acccbcc870a381adab0d3919d90a7f268ac3b0364771f202ed4bb4e892d045b33db3b32e6924cba830a724eed443f7e1
	has out 0b8772e5b0b41b83
	has out 8ae1e425351df799
	;;
esac
exit 0
