#!/bin/sh
# still-host.sh IMAGE DIR: shows a copy of a root file system in which nothing runs, as the root of its namespaces, until
# it is killed. To be run by `unshare --mount --pid --fork --kill-child`: what is written lies in memory, and is gone
# with it. DIR/files goes onto it first.
set -eu
image=$1
dir=$2
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$dir/disk"
mkdir "$dir/disk/changed" "$dir/disk/work" "$dir/disk/root"
mount -t overlay -o "lowerdir=$image,upperdir=$dir/disk/changed,workdir=$dir/disk/work" overlay "$dir/disk/root"
cp -a "$dir/files/." "$dir/disk/root"
cd "$dir/disk/root"
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mkdir old
# Programs that join these namespaces begin at their root.
pivot_root . old
mount -t proc proc proc
umount -l old
rmdir old
echo up >/run/still
exec sleep infinity
