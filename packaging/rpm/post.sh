# shellcheck shell=sh
set -e

# shellcheck source=packaging/units.sh
. packaging/units.sh
# shellcheck source=packaging/rpm/labels.sh
. packaging/rpm/labels.sh

# The files of the version before that this one does not have go later, and nobody misses them.
ready=0
make_ready || ready=$?
add_labels
[ "$ready" = 0 ] || exit "$ready"
if [ "$1" = 1 ]; then begin; else judge; fi
