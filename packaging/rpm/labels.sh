# shellcheck shell=sh
# SELinux: web servers may read what has these labels, and not what lies elsewhere in /var/lib. Where there is none, or no
# program to say so, there is nothing to do.

certificates='/var/lib/certd/(live|deployed)(/.*)?'
webroot='/var/www/certd(/.*)?'

add_labels() {
  has_labels || return 0
  problems=$(set_labels 2>&1) || warn set "$problems"
}

# Each of them, also where another one fails.
set_labels() {
  failed=0
  add_label cert_t "$certificates" || failed=1
  add_label httpd_sys_content_t "$webroot" || failed=1
  restorecon -R /var/lib/certd /var/www/certd || failed=1
  return "$failed"
}

# The package is installed or erased all the same. In one line: the last one says what it was.
warn() { echo "certd: SELinux labels could not be $1: $(printf '%s\n' "$2" | tail -n 1)" >&2; }

# One that is there already, by the version before or a person, is given the type.
add_label() {
  semanage fcontext --add --type "$1" "$2" 2>/dev/null || semanage fcontext --modify --type "$1" "$2"
}

# Where certificates stay, servers read them: a relabelling of the host must leave them as they are.
remove_labels() {
  has_labels || return 0
  problems=$(unset_labels 2>&1) || warn removed "$problems"
}

unset_labels() {
  failed=0
  has_files /var/lib/certd/live || semanage fcontext --delete "$certificates" || failed=1
  semanage fcontext --delete "$webroot" || failed=1
  return "$failed"
}

has_labels() { has semanage && has restorecon; }

has_files() { [ -n "$(ls -A "$1" 2>/dev/null)" ]; }
