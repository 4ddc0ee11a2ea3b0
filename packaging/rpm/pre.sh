# shellcheck shell=sh
set -e

# shellcheck source=packaging/units.sh
. packaging/units.sh

hold_units
