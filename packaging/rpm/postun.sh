# shellcheck shell=sh
set -e

# shellcheck source=packaging/units.sh
. packaging/units.sh
# shellcheck source=packaging/rpm/labels.sh
. packaging/rpm/labels.sh

if [ "$1" = 0 ]; then
  forget_units
  remove_labels
  echo 'certd: certificates, keys and configuration are kept. Without them: rm -r /etc/certd /var/lib/certd' >&2
fi
