#!/bin/sh
# Starts a container as an engine does, out of the root file system that it is run in: what follows COMMAND becomes process 1, with
# its own mounts over a root that cannot be written. Run by `unshare --mount --pid --fork`.
# start-container.sh [--bind FROM:TO | --bind-read-only FROM:TO | --tmpfs OPTIONS:TO]… COMMAND…
set -eu
mount --make-rprivate /
box=/box
mkdir -p "$box"
mount --bind / "$box"
mount -o remount,bind,ro "$box"
mount --rbind /dev "$box/dev"
mount -t proc proc "$box/proc"
while :; do
  case $1 in
    --bind) mount --bind "${2%%:*}" "$box${2#*:}" ;;
    --bind-read-only)
      mount --bind "${2%%:*}" "$box${2#*:}"
      mount -o remount,bind,ro "$box${2#*:}" ;;
    --tmpfs) mount -t tmpfs -o "${2%%:*}" tmpfs "$box${2#*:}" ;;
    *) break ;;
  esac
  shift 2
done
exec chroot "$box" "$@"
