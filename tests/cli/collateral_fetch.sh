#!/bin/sh
# collateral fetch as a user meets it without a server: what is refused before
# the network, and a server that is not there.
. "$SRC/tests/cli/lib"

report="$SRC/testdata/fuzz/snp_report/v2"

expect 2 collateral fetch bundle
expect 3 collateral fetch bundle --for "$SRC/testdata/fuzz/evidence/gpu"
has err 'no SEV-SNP report and no Intel'
expect 4 collateral fetch bundle --for nothere
mkdir full && echo x >full/x.pem
expect 3 collateral fetch full --for "$report"
mkdir other && echo '{"keys":[]}' >other/keys
expect 10 collateral fetch other --for "$report"
# nobody listens at port 1: the first item fails, the others are left
expect 5 collateral fetch bundle --for "$report" --kds http://127.0.0.1:1
has err net.connect.refused
has err 'its server did not answer before'
expect 2 collateral fetch bundle --for "$report" --kds ftp://127.0.0.1
expect 0 collateral list bundle
