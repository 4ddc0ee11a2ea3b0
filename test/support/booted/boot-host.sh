#!/bin/sh
# boot-host.sh IMAGE DIR NAME: boots a copy of a root file system and keeps it across reboots, until SIGTERM, which cuts
# the power. To be run in a mount namespace of its own (`unshare --mount`): what is written lies in memory, below DIR,
# and is gone with it. DIR/files goes onto it first. A file DIR/again asks for another boot when somebody
# kills the child of this script, which is how the host loses its power. `systemctl reboot` inside boots again too.
set -eu
image=$1
dir=$2
name=$3
groups=/sys/fs/cgroup

main() {
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 tmpfs "$dir/disk"
  mkdir "$dir/disk/changed" "$dir/disk/work" "$dir/disk/root"
  mount -t overlay -o "lowerdir=$image,upperdir=$dir/disk/changed,workdir=$dir/disk/work" overlay "$dir/disk/root"
  cp -a "$dir/files/." "$dir/disk/root"
  rm -r "$dir/files"
  # Of its own, so that it looks the same whatever runs on this machine, and nothing is left there.
  mount -t tmpfs -o mode=755 tmpfs /run
  own_group
  trap stop TERM
  while again; do :; done
}

# systemd-nspawn gives the host the group that it runs in itself: two in one would be one for systemd.
own_group() {
  # Where the machine has groups of both versions: systemd-nspawn of 258 and newer refuses to see the first.
  [ ! -e "$groups/unified/cgroup.procs" ] || mount --bind "$groups/unified" "$groups"
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  group=${group%/}/$name
  mkdir "$groups$group"
  echo $$ >"$groups$group/cgroup.procs"
  trap leave_group EXIT
}

# The last processes of a host that lost its power may need a moment.
leave_group() {
  echo $$ >"$groups${group%/*}/cgroup.procs"
  while grep -q 'populated 1' "$groups$group/cgroup.events"; do sleep 0.02; done
  find "$groups$group" -depth -type d -exec rmdir {} +
}

# Boots, and says by its exit code whether to boot again.
again() {
  rm -f "$dir/again"
  code=0
  # By the loader and the libraries of the image, for this machine may have no systemd or another C library; and in a process
  # namespace, so that nothing of the host lives on without systemd-nspawn.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 unshare --pid --fork --kill-child --mount-proc \
    "$(loader)" --library-path "$(libraries)" "$image/usr/bin/systemd-nspawn" \
    --directory="$dir/disk/root" --boot --machine="$name" --register=no --keep-unit --console=pipe \
    --resolv-conf=off --timezone=off --capability=CAP_NET_ADMIN </dev/null &
  host=$!
  wait "$host" || code=$?
  # 133: it was told to reboot.
  [ "$code" = 133 ] || [ -e "$dir/again" ]
}

# Not the one that programs name: that is a link, and in some suites an absolute one, so out of the image.
loader() {
  find "$image"/usr/lib/*-linux-gnu -maxdepth 1 -name 'ld-linux-*.so.*'
}

# Before Debian 12 systemd had its own beside the directory of the machine's kind.
libraries() {
  find "$image/usr/lib" -maxdepth 1 -name '*-linux-gnu' -printf '%p:%p/systemd:%h/systemd'
}

stop() {
  kill -KILL "$host" || true
  wait "$host" || true
  exit 0
}

main
