# shellcheck shell=sh
set -e

# shellcheck source=packaging/units.sh
. packaging/units.sh

# Not for a version that another one has replaced.
[ "$1" != 0 ] || stop_units
