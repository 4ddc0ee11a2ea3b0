# shellcheck shell=sh
# What the scripts of the deb and of the rpm have in common. scripts/package puts it in the place of the line that reads it,
# for neither the old nor the new version's files can be relied on while they are replaced.

# A file of its own in memory: a boot forgets it, and starts what is enabled.
hold=certd-upgrade.service

# In the order in which they are started.
units='certd-http.socket certd.service certd-deploy.path certd-deploy.timer'

# What ran before a removal. It is in memory for the same reason.
ran=/run/certd-ran

# Not in a chroot, and not in most containers.
is_booted() { [ -d /run/systemd/system ]; }

# Before other files come: nothing of certd runs any more then, for a program that is replaced while it runs finds none of
# its parts that it has not loaded yet. Whatever starts one of its services from now on (a request, a timer, a connection to port
# 80, a person) waits for release_units; where that never comes, a quarter of an hour. What ran is first in that queue.
hold_units() {
  is_booted || return 0
  again=
  if is_wanted certd.service; then again=certd.service; fi
  if is_wanted certd-deploy.path certd-deploy.timer certd-deploy.service; then again="$again certd-deploy.service"; fi
  begin_hold
  await_deployer
  for each in $again; do
    # Both halves at once, of which the second one waits: whatever ends this script, it is started again. One that is masked only ends.
    systemctl --no-block restart "$each" || systemctl --no-block stop "$each" || true
  done
  for each in $again; do await_end "$each"; done
}

# Once there is one complete program again, old or new.
release_units() {
  is_booted || return 0
  systemctl daemon-reload
  # Runs only where the hold was over before, or a boot came between: maybe with files of both versions.
  if runs certd.service; then systemctl --no-block restart certd.service; fi
  if runs "$hold"; then systemctl stop "$hold"; fi
  rm -f "/run/systemd/system/$hold"
}

# Whether one of them runs, is about to, or waits for its turn.
is_wanted() {
  systemctl show --property=ActiveState --property=Job "$@" |
    grep -Eq '^(ActiveState=(active|reloading|activating)|Job=[1-9].*)$'
}

begin_hold() {
  mkdir -p /run/systemd/system
  cat >"/run/systemd/system/$hold" <<END
[Unit]
Description=Other files of certd are being installed
Before=certd.service certd-deploy.service

[Service]
Type=oneshot
ExecStart=/bin/sleep 900
TimeoutStartSec=infinity
SuccessExitStatus=SIGTERM
END
  systemctl daemon-reload
  # One of an upgrade that was cut short begins anew, and lets nothing through meanwhile.
  systemctl --no-block restart "$hold"
}

# A deploy gets half a minute to come to its end. The stop that follows ends its hook and has that recorded, so that it is taken up later.
await_deployer() {
  seconds=0
  while [ "$seconds" -lt 30 ] && runs certd-deploy.service; do
    [ "$seconds" -gt 0 ] || echo 'certd: waiting for the deploy that is under way' >&2
    sleep 1
    seconds=$((seconds + 1))
  done
}

# Not for longer than the hold lasts: then it may run again.
await_end() {
  while runs "$1" && is_wanted "$hold"; do sleep 1; done
}

runs() {
  case $(systemctl show --value --property=ActiveState "$1") in
    active | reloading | activating | deactivating) return 0 ;;
    *) return 1 ;;
  esac
}

# Before the files go. Certificates, configuration and state stay, and what is enabled: the removal may still be broken off.
stop_units() {
  is_booted || return 0
  note_running
  systemctl stop certd-deploy.path certd-deploy.timer certd-http.socket
  await_deployer
  systemctl stop certd-deploy.service certd.service 'certd-wait@*.service'
  systemctl reset-failed 'certd*'
}

# Where a removal was cut short before, that one has seen what ran.
note_running() {
  [ ! -e "$ran" ] || return 0
  for each in $units; do ! is_wanted "$each" || echo "$each"; done >"$ran.new"
  mv "$ran.new" "$ran"
}

# After a removal that was broken off, or cut short before this installation.
start_again() {
  [ -e "$ran" ] || return 0
  stopped=$(cat "$ran")
  rm "$ran"
  # shellcheck disable=SC2086
  if [ -n "$stopped" ] && may_start && ! systemctl start $stopped; then
    echo 'certd: what the removal has stopped does not start: systemctl status certd' >&2
  fi
}

# After the files have gone, where `systemctl disable` may know nothing of the units any more.
forget_units() {
  rm -f "$ran"
  for each in $units; do rm -f /etc/systemd/system/*.wants/"$each" /etc/systemd/system/*.requires/"$each"; done
  ! is_booted || systemctl daemon-reload
}

# After the files have come. Whatever fails, what waits is let through.
make_ready() {
  made=0
  make_places || made=$?
  release_units
  [ "$made" = 0 ] || echo 'certd: its user or its directories could not be made, as said above' >&2
  return "$made"
}

# User and directories. Without systemd root has all of certd, and makes the others when it runs.
make_places() {
  failure=0
  if has systemd-sysusers; then systemd-sysusers certd.conf || failure=$?; fi
  if has systemd-tmpfiles; then
    systemd-tmpfiles --create certd.conf || failure=$?
  else
    mkdir -p /etc/certd/conf.d || failure=$?
  fi
  return "$failure"
}

has() { command -v "$1" >/dev/null; }

# After a first installation.
begin() {
  if ! has systemctl; then
    echo 'certd: installed. Without systemd: write /etc/certd/config.yaml (certd init --help), and run certd run' >&2
  elif [ ! -e /etc/certd/config.yaml ]; then
    say_begin 'installed, and nothing is enabled. Next: write /etc/certd/config.yaml (certd init --help), and'
  elif needed=$(certd check-config --units); then
    # shellcheck disable=SC2086
    enable_units $needed
  else
    say_begin '/etc/certd/config.yaml is refused as said above, so nothing is enabled. Mend it, and'
  fi
}

say_begin() {
  # shellcheck disable=SC2016
  printf 'certd: %s\n  systemctl enable --now $(certd check-config --units)\n' "$1" >&2
}

enable_units() {
  if ! systemctl --quiet enable "$@"; then
    echo "certd: could not be enabled, as said above: systemctl enable --now $*" >&2
  elif is_booted && may_start && ! systemctl start "$@"; then
    echo 'certd: enabled, but it does not start: systemctl status certd' >&2
  fi
}

# Debian's way to install services that are not to start; its answer 101 is no. install.sh has a variable for it.
may_start() {
  [ -z "${CERTD_NO_START:-}" ] || return 1
  [ ! -x /usr/sbin/policy-rc.d ] && return 0
  answer=0
  /usr/sbin/policy-rc.d certd start || answer=$?
  [ "$answer" != 101 ]
}

# The version before took this configuration, or runs with an older one: only the new program can judge.
judge() {
  [ -e /etc/certd/config.yaml ] || return 0
  if ! problems=$(certd check-config --units 2>&1); then
    printf 'certd: this version REFUSES the configuration, and renews nothing until that is mended, or the version before is back:\n%s\n' \
      "$problems" >&2
  fi
}
