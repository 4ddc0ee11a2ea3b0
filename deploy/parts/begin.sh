set -eu
umask 022
fail() {
  echo "certd: $2" >&2
  exit "$1"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
