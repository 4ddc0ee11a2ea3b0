#!/bin/sh
# Installs, upgrades and removes certd: docs/how-to/install-script.md. It prints nothing that it is given.
set -eu; umask 022; socket=certd-http.socket
export CERTD_NO_START="${CERTD_NO_START:-}" LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"
conf=/etc/certd/config.yaml part=/opt/.certd-new drop_in=/etc/systemd/system/certd.service.d/check-config.conf
usage='install.sh --package FILE|URL [--sha256 HEX] [CONFIGURATION] [--no-start]
install.sh --remove [--purge [--yes]]
CONFIGURATION: --config FILE|-, or --domain NAME... --agree-tos [--email E] [--webroot DIR] [--hook CMD]... [--ca CA]'

main() {
  package=${CERTD_PACKAGE:-} sha256=${CERTD_SHA256:-} begun=$(uptime)
  config='' remove='' purge='' yes='' said='' tmp='' after='nothing was done' rest=$#
  trap 'finish $?' EXIT
  trap 'fail 130 interrupted' INT TERM HUP
  # Words for `certd init` go to the end of "$@".
  while [ "$rest" -gt 0 ]; do
    words=1
    case $1 in
      --package) package=${2-} words=2 ;;
      --sha256) sha256=${2-} words=2 ;;
      --config) config=${2-} words=2 ;;
      --domain | --email | --webroot | --hook | --ca) set -- "$@" "$1=${2-}" && words=2 ;;
      --agree-tos) set -- "$@" "$1" ;;
      --no-start) CERTD_NO_START=1 ;;
      --remove) remove=1 ;;
      --purge) purge=--purge ;;
      --yes) yes=1 ;;
      --help) echo "$usage" && exit ;;
      *) fail 64 'unknown argument (see --help)' ;;
    esac
    [ "$words" -le "$rest" ] || fail 64 "$1 needs a value"
    shift "$words"
    rest=$((rest - words))
  done
  if [ -n "$remove" ]; then remove_certd; else install_certd "$@"; fi
}

install_certd() {
  if [ "$#$config" = 0 ]; then
    config=${CERTD_CONFIG:-}
    set -f # Names may have a star.
    for each in $(printf %s "${CERTD_DOMAINS:-}" | tr , ' '); do set -- "$@" "--domain=$each"; done; set +f
    [ "$#" = 0 ] || set -- "$@" ${CERTD_EMAIL:+"--email=$CERTD_EMAIL"} ${CERTD_WEBROOT:+"--webroot=$CERTD_WEBROOT"} \
      ${CERTD_HOOK:+"--hook=$CERTD_HOOK"} ${CERTD_CA:+"--ca=$CERTD_CA"}
    case ${1:+${CERTD_AGREE_TOS:-}} in 1 | yes | true) set -- "$@" --agree-tos ;; esac
  fi
  [ -z "$purge$yes" ] || fail 64 '--purge and --yes go with --remove'
  [ -n "$package" ] || fail 64 '--package is missing'
  [ "$#" = 0 ] || [ -z "$config" ] || fail 64 '--config and --domain exclude each other'
  lock_system; check_system; take_config; get_package; identify
  after='running this again mends it'; install_package
  after="certd $plain is installed: mend that and run this again"
  [ -z "$config" ] || put_config
  [ "$#" = 0 ] || certd init "$@" >&2 || fail "$?" 'the configuration was not written'
  if [ -e "$conf" ]; then start; else say 'nothing starts without a configuration: certd help init'; fi
  certd status --short || : # Its code is about certificates.
}

# dpkg and tar keep the lock when this is killed.
lock_system() {
  [ "$(id -u)" = 0 ] || fail 77 'this needs root (sudo)'
  [ -d /run/systemd/system ] || fail 72 'systemd does not run here: unpack the .tar.xz and start its bin/certd run by hand'
  exec 9>>/run/certd-install.lock
  flock -n 9 || fail 75 'another install.sh is at work: run this again later'
  dir=${TMPDIR:-/tmp}
  # A killed run's; root's alone.
  find "$dir/" -maxdepth 1 -name 'certd-install.*' -user 0 -exec rm -rf {} + || :
  rm -rf "$part" /opt/.certd-old
  tmp=$(mktemp -d "$dir/certd-install.XXXXXX") || fail 73 "$dir takes no directory"
}

check_system() {
  arch=$(uname -m); case $arch in x86_64 | aarch64) ;; *) fail 71 "certd is for x86_64 and aarch64, not for $arch" ;; esac
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc='another C library'
  case $libc in 'glibc 2.2'[89]* | 'glibc 2.'[3-9][0-9]*) ;; *) fail 71 "certd needs glibc 2.28, and this system has $libc" ;; esac
}

take_config() {
  [ "$config" != - ] || { config=$tmp/config.yaml && cat >"$config"; } || fail 73 "$dir has no room"
  exec </dev/null; [ -n "$config" ] || return 0
  [ -f "$config" ] || fail 78 'what --config names is missing'
  [ ! -e "$conf" ] || same "$config" "$conf" ||
    fail 78 "$conf is another one: edit it and leave out --config, or move it away"
}

get_package() {
  file=$package name=$package
  case $name in http*://*) name=${name%%[?#]*} ;; esac; case $name in
    *.deb) kind=deb tool=dpkg ;;
    *.rpm) kind=rpm tool=rpm ;;
    *.tar.xz) kind=tar.xz tool=xz ;;
    *) fail 65 'the package is no .deb, .rpm or .tar.xz' ;;
  esac
  command -v "$tool" >/dev/null || fail 71 "a .$kind needs $tool, which is not here"
  case $file in http://* | https://*) download ;; /*) ;; *) file=$PWD/$file ;; esac
  [ -f "$file" ] || fail 65 'the package is missing'
  [ -n "$sha256" ] || return 0
  case $file in "$tmp"/*) ;; *) room "$dir" 60; cp "$file" "$tmp/certd.$kind"; file=$tmp/certd.$kind ;; esac
  found=$(sha256sum <"$file")
  [ "${found%% *}" = "$(printf %s "$sha256" | tr A-F a-f)" ] || fail 65 "the checksum of the package is wrong: ${found%% *}"
}

download() {
  [ -n "$sha256" ] || fail 64 'a URL needs --sha256: a network is not to be trusted'
  case $package in *[!!-~]* | *[\"\\]*) fail 64 '--package has characters that no URL has' ;; esac
  file=$tmp/certd.$kind code=0; room "$dir" 60
  if command -v curl >/dev/null; then
    # By standard input: all see arguments.
    printf 'url = "%s"\n' "$package" | curl -fsSL --connect-timeout 10 -Y 1024 -y 15 --retry 1 -o "$file" -K - 9>&- || code=$?
  else
    command -v wget >/dev/null || fail 69 'the download needs curl or wget'
    printf '%s\n' "$package" | wget -q -T 15 -t 2 -O "$file" -i - 9>&- || code=$?
  fi
  [ "$code" = 0 ] || { room "$dir" 1; fail 69 "the download failed ($code): check the network and the URL"; }
}

identify() {
  before=''
  case $kind in
    deb) about=$(dpkg-deb -W --showformat="\${Package} \${Architecture} \${Version}" "$file" 2>/dev/null && dpkg-deb -e "$file" "$tmp/e")+$(digest "$tmp"/e/[!c]*) ;;
    rpm) about=$(rpm -qp --noglob --nosignature --qf '%{NAME} %{ARCH} %{VERSION}-%{RELEASE}+%{SHA256HEADER}' "$file" 2>/dev/null) || : ;;
    *) about=$(tar -tJf "$file" 2>/dev/null | sed -n '1s,^\(certd\)-\([0-9][^/ ]*\)-linux-\([a-z0-9]*\)/.*,\1 \3 \2,p;1q')+$(digest "$file") ;;
  esac
  version=${about##* }; plain=${version%+*}
  case "$arch $about" in
    'x86_64 certd amd64 '* | 'x86_64 certd x'*64\ * | 'aarch64 certd a'[ar]*64\ *) ;;
    *' certd '*) fail 71 "the package is for another machine, not $arch" ;;
    *) fail 65 'this is no package of certd, or a damaged one' ;;
  esac
  for each in deb rpm tar.xz; do
    found=$(installed "$each"); [ -n "$found" ] || continue
    [ "$each" = "$kind" ] || fail 64 "certd is here from a .$each: give one, or run install.sh --remove (certificates stay)"
    before=$found
  done
}

# Its version and build, if it came so; `broken` for half of one.
installed() {
  case $1 in
    deb)
      dpkg-query -W -f "\${db:Status-Status} \${Version}+$(digest /var/lib/dpkg/info/certd.[!lc]*)\n" certd 2>/dev/null |
        sed '/^not-/d;/^config-/d;s/^installed //;s/.* .*/broken/' ;;
    rpm) rpm -q --qf '%{VERSION}-%{RELEASE}+%{SHA256HEADER}\n' certd 2>/dev/null | sed '/ /d' ;;
    *) readlink /opt/certd | sed 's/^certd-//' ;;
  esac
}

install_package() {
  old=${before%+*}; newest=$(printf '%s\n' "$plain" "$old" | sort -V | tail -n1)
  case $old in "$plain" | broken) ;; "$newest") say "going back from certd $old to the older $plain" ;; esac
  [ "$kind" = tar.xz ] || [ "$before" != "$version" ] || ! id certd >/dev/null || return 0
  case $kind in
    deb) install_by dpkg -i ;;
    rpm) install_by rpm -U --noglob --oldpackage --replacepkgs ;;
    *) install_tree ;;
  esac
}

install_by() {
  tries=30; room /usr 200
  until "$@" "$file" >"$tmp/log" 2>&1; do
    if ! grep -q 'locked by .* process' "$tmp/log"; then
      cat "$tmp/log" >&2
      ! grep -Eq 'space left|on the .* filesystem' "$tmp/log" || fail 73 'a disk has no room'
      fail 70 "$tool failed"
    fi
    [ "$((tries -= 1))" != 0 ] || fail 75 'another program is installing packages'
    sleep 1
  done
  cat "$tmp/log" >&2
}

# A directory for each: what runs keeps its program.
install_tree() {
  new=/opt/certd-$version
  [ "$(readlink /usr/bin/certd)" = /opt/certd/bin/certd ] || [ ! -e /usr/bin/certd ] || fail 64 '/usr/bin/certd is of somebody else: move it away'
  [ -d "$new" ] || unpack
  [ ! -e "$conf" ] || "$new/bin/certd" check-config >/dev/null || fail 78 "certd $plain refuses $conf; what ran before runs on"
  for each in sysusers.d tmpfiles.d; do put_file "$new/lib/$each/certd.conf" "/etc/$each/certd.conf"; done
  for each in "$new"/lib/systemd/system/*; do put_file "$each" "/etc/systemd/system/${each##*/}"; done
  systemd-sysusers certd.conf; systemd-tmpfiles --create certd.conf
  ln -sf /opt/certd/bin/certd /usr/bin/certd
  ln -sfn "certd-$version" /opt/.certd-next && mv -T /opt/.certd-next /opt/certd
  systemctl daemon-reload
  [ "$before" = "$version" ] || drop_trees ! -name "certd-$version" ! -name "certd-$before"
}

# What is half deleted must not pass for a version.
drop_trees() {
  mkdir -p /opt/.certd-old
  find /opt -maxdepth 1 -name 'certd-[0-9]*' "$@" -exec mv -t /opt/.certd-old {} +
  rm -rf /opt/.certd-old
}

unpack() {
  mkdir -p "$part"; room /opt 200
  tar -xJf "$file" -C "$part" --strip-components=1 -o || { room /opt 1; fail 65 'the package is damaged'; }
  "$part/bin/certd" --version >/dev/null || fail 71 'the program does not run here'
  # A power cut must not leave empty files.
  sync -f /opt
  mv "$part" "$new"
}

# Judged where it will be, for conf.d is beside it.
put_config() {
  ! same "$config" "$conf" || return 0; put_file "$config" "$conf.new"
  certd check-config --config "$conf.new" >/dev/null || { rm "$conf.new"; fail 78 'the configuration is bad'; }
  mv "$conf.new" "$conf"
}

# shellcheck disable=SC2086
start() {
  certd check-config --drop-in >"$tmp/drop-in" || fail 78 "$conf is bad"
  if [ -s "$tmp/drop-in" ]; then put_file "$tmp/drop-in" "$drop_in"; else rm -f "$drop_in"; fi
  how=reload unable=''
  [ "$(property NeedDaemonReload)" = no ] || { systemctl daemon-reload; how=restart; }
  [ "$kind" != tar.xz ] || [ "$(readlink "/proc/$(property MainPID)/exe")" = "$new/lib/certd/node" ] || how=restart
  units=$(certd check-config --units)
  case $units in *$socket*) [ -n "$CERTD_NO_START" ] || hold_port ;; *) leave_port ;; esac
  systemctl enable -q $units || unable=1
  [ -z "$CERTD_NO_START" ] || return 0
  [ "$(property ActiveState)" != active ] || bounded "$how" certd
  bounded start $units
  [ -z "$unable" ] || fail 1 'a unit could not be enabled or disabled (see above)'
}

# systemd opens it only while the service does not run.
hold_port() {
  ! systemctl is-active -q $socket || return 0
  state=$(property ActiveState)
  case $state in active | *ing) bounded stop certd ;; *) state='' ;; esac
  systemctl start $socket && return
  [ -z "$state" ] || systemctl start --no-block certd
  fail 78 'another program holds port 80 (see certd doctor), and there is no webroot'
}

# certd keeps what systemd gave it until it ends.
leave_port() {
  systemctl disable -q $socket || unable=1
  [ -n "$CERTD_NO_START" ] || ! systemctl is-active -q $socket || { systemctl stop $socket; how=restart; }
}

# Up to 45 s of this run, or 1; the rest goes on by itself.
bounded() {
  left=$((begun + 45 - $(uptime)))
  timeout $((left > 0 ? left : 1)) systemctl "$@" || [ "$?" = 124 ] || fail 1 "systemctl $1 failed (journalctl -u certd)"
}

remove_certd() {
  if [ "$purge$yes" = --purge ]; then
    [ -t 0 ] || fail 64 '--purge deletes keys: without a terminal it needs --yes'
    say 'type yes to delete all certificates' && read -r yes
    [ "$yes" = yes ] || fail 64 'the answer was not yes'
  fi
  lock_system
  after='running this again removes the rest'
  [ -z "$(installed deb)" ] || dpkg --force-remove-reinstreq "${purge:---remove}" certd </dev/null >&2 || fail 70 'dpkg failed'
  [ -z "$(installed rpm)" ] || rpm -e certd >&2 || fail 70 'rpm failed'
  [ -z "$(installed tar.xz)" ] || remove_tree
  rm -f "$drop_in"; systemctl daemon-reload
  [ -z "$purge" ] || rm -rf /etc/certd /var/lib/certd
}

# shellcheck disable=SC2086
remove_tree() {
  ours="certd-deploy.path certd-deploy.timer $socket certd"
  systemctl stop $ours certd-deploy || :; systemctl disable $ours || :
  for each in /opt/certd/lib/systemd/system/*; do rm -f "/etc/systemd/system/${each##*/}"; done
  rm -rf /etc/sysusers.d/certd.conf /etc/tmpfiles.d/certd.conf /usr/bin/certd
  drop_trees; rm -f /opt/certd
}

property() { systemctl show --value -p "$1" certd; }
uptime() { cut -d. -f1 /proc/uptime; }
say() { printf 'install.sh: %s\n' "$1" >&2; }
digest() { cat "$@" 2>/dev/null | sha256sum | cut -c1-8; }
same() { [ -e "$2" ] && [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ]; }

put_file() { # FROM TO
  ! same "$1" "$2" || return 0; mkdir -p "${2%/*}"
  { cat "$1" >"$2.part" && sync "$2.part" && mv "$2.part" "$2"; } || fail 73 "$2 cannot be written"
}

room() { # DIR MB
  free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$2" ] || fail 73 "$1 has $free MB left, and certd needs $2"
}

fail() {
  said=1; say "$2; $after" || :
  exit "$1"
}

finish() {
  [ -z "$tmp" ] || rm -rf "$tmp" "$part"
  [ "$1" = 0 ] || [ -n "$said" ] || fail 1 'a step failed'
}

main "$@"
