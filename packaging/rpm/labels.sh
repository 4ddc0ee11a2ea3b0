# shellcheck shell=sh
# SELinux: web servers may read what has these labels, and not what lies elsewhere in /var/lib. Where there is none, or no
# program to say so, there is nothing to do.

certificates='/var/lib/certd/(live|deployed)(/.*)?'
webroot='/var/www/certd(/.*)?'

add_labels() {
  has_labels || return 0
  add_label cert_t "$certificates"
  add_label httpd_sys_content_t "$webroot"
  restorecon -R /var/lib/certd /var/www/certd
}

# One that is there already, by the version before or a person, is given the type.
add_label() {
  semanage fcontext --add --type "$1" "$2" 2>/dev/null || semanage fcontext --modify --type "$1" "$2"
}

# Where certificates stay, servers read them: a relabelling of the host must leave them as they are.
remove_labels() {
  has_labels || return 0
  if ! has_files /var/lib/certd/live; then semanage fcontext --delete "$certificates"; fi
  semanage fcontext --delete "$webroot"
}

has_labels() { has semanage && has restorecon; }

has_files() { [ -n "$(ls -A "$1" 2>/dev/null)" ]; }
