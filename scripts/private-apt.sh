# Read by scripts/test-programs, scripts/host-image and scripts/selinux-image: packages through the machine's own apt and its signatures, into
# private directories of ${XDG_CACHE_HOME:-~/.cache}/certd. Needs no root and installs nothing. What `put_in_place`
# leaves there is complete or absent.

# Sets $cache and $arch, and the variables of /etc/os-release. The working directory goes when the script ends.
open_cache() {
  for tool in apt-get dpkg; do
    command -v "$tool" >/dev/null || fail "$tool is missing: this needs Debian or Ubuntu"
  done
  . /etc/os-release
  arch=$(dpkg --print-architecture)
  home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
  cache=${XDG_CACHE_HOME:-$home/.cache}/certd
  mkdir -p "$cache"
  work=
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# The address that this machine itself gets its packages from, whatever format and options its sources have.
archive_uri() {
  apt_update
  apt_private indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v id="$ID" -v release="${VERSION_CODENAME:-}" '
      tolower($1) != id { next }
      $2 == release { print $3; found = 1; exit }
      other == "" && $2 !~ /-/ { other = $3 }
      END { if (!found && other != "") print other }'
}

apt_update() {
  [ -e "$work/updated" ] || apt_private update >>"$work_log" || fail "apt-get update failed: see $work_log"
  : >"$work/updated"
}

# apt, writing nowhere but in $work. The sandbox user could not reach a home directory.
apt_private() {
  apt-get -q -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o Debug::NoLocking=true \
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3 "$@" \
    </dev/null 2>>"$work_log"
}

# apt for one suite of an archive, which the machine's own apt must not come to know. use_suite URI SUITE COMPONENT KEYRING
use_suite() {
  signed_by=/usr/share/keyrings/$4.gpg
  [ -e "$signed_by" ] || signed_by=/usr/share/keyrings/$4.pgp
  suite=$2
  echo "deb [signed-by=$signed_by] $1 $2 $3" >"$work/$2.list"
  mkdir -p "$work/$2/partial"
}

apt_of_suite() {
  apt_private -o Dir::Etc::sourcelist="$work/$suite.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$work/$suite" -o Dir::State::status=/dev/null "$@"
}

# Empty but for the lists of apt, which are fetched once in a run.
make_work() {
  if [ -z "$work" ]; then
    work=$(mktemp -d "$cache/.work.XXXXXX")
  else
    rm -rf "$work/cache/archives" "$work/debs" "$work/tree"
  fi
  work_log=$cache/last-$(basename "$0").log
  : >"$work_log"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/tree"
}

unpack() {
  for deb in "$1"/*.deb; do
    # A folder without one: apt had nothing to add.
    [ -e "$deb" ] || continue
    dpkg-deb -x "$deb" "$work/tree" || fail "cannot unpack $deb"
  done
}

put_in_place() {
  # Another setup may have been quicker; its result is as good.
  mv -T "$work/tree" "$1" 2>/dev/null || [ -d "$1" ] || fail "cannot write $1"
}

say() { echo "setup: $*" >&2; }
fail() { say "$*"; exit 1; }
