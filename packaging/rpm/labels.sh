# shellcheck shell=sh
# SELinux: servers may read certificates (cert_t), and not what lies elsewhere in /var/lib. The policy itself knows below /var/www
# what a web server may read. Where there is no SELinux, or no program to say so, there is nothing to do.

certificates='/var/lib/certd/(live|deployed)(/.*)?'

add_labels() {
  has_labels || return 0
  problems=$(set_labels 2>&1) || warn set "$problems"
}

# Also what is there, where the rule could not be set.
set_labels() {
  failed=0
  is_ruled || add_rule || failed=1
  restorecon -R /var/lib/certd /var/www/certd || failed=1
  return "$failed"
}

# By the version before or a person: each change to the rules takes seconds.
is_ruled() {
  case $(has matchpathcon && matchpathcon -n /var/lib/certd/live /var/lib/certd/deployed 2>/dev/null) in
    *:cert_t:*:cert_t:*) return 0 ;;
    *) return 1 ;;
  esac
}

# One of another type is there by a person's hand, maybe for an earlier version.
add_rule() {
  semanage fcontext --add --type cert_t "$certificates" 2>/dev/null ||
    semanage fcontext --modify --type cert_t "$certificates"
}

# The package is installed or erased all the same. In one line: the last one says what it was.
warn() { echo "certd: SELinux labels could not be $1: $(printf '%s\n' "$2" | tail -n 1)" >&2; }

# Where certificates stay, servers read them: a relabelling of the host must leave them as they are.
remove_labels() {
  has_labels && ! has_files /var/lib/certd/live || return 0
  problems=$(LC_ALL=C semanage fcontext --delete "$certificates" 2>&1) && return
  case $problems in
    # A rule of somebody's own made it superfluous.
    *'is not defined'*) ;;
    *) warn removed "$problems" ;;
  esac
}

has_labels() { has semanage && has restorecon; }

has_files() { [ -n "$(ls -A "$1" 2>/dev/null)" ]; }
