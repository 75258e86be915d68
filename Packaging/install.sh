#!/bin/sh
# Installs what was built, or removes what was installed: Packaging/install.sh install BUILD-FOLDER | uninstall
# PREFIX (/usr/local) and DESTDIR (none) are taken from the environment, as make gives them.
#
# Every file that is installed is written down in PREFIX/share/fieldtune/installed; only what stands there is removed.
# Configuration and runs are nobody's but the user's: they stay.
set -eu

prefix=${PREFIX:-/usr/local}
destination=${DESTDIR:-}
source=$(cd "$(dirname "$0")/.." && pwd)
share=$prefix/share/fieldtune
list=$destination$share/installed

case $prefix in
  /*) ;;
  *) echo "PREFIX: found '$prefix', expected an absolute path" >&2; exit 64 ;;
esac

# put MODE SOURCE TARGET: copies a file and writes it down.
put() {
  install -D -m "$1" "$2" "$destination$3"
  echo "$3" >>"$list.new"
}

# put_edited SOURCE TARGET: the same, with the places of an installation under PREFIX.
put_edited() {
  edited=$(mktemp)
  sed "s|/usr/local/bin/|$prefix/bin/|" "$1" >"$edited"
  put 644 "$edited" "$2"
  rm -f "$edited"
}

# put_folder FOLDER: every file below it.
put_folder() {
  (cd "$source" && find "$1" -type f) | sort | while read -r file; do put 644 "$source/$file" "$share/$file"; done
}

# Removes the files that are read, and folders of ours that are empty then. Folders of the system stay.
remove_listed() {
  while read -r file; do
    rm -f "$destination$file"
    folder=$(dirname "$file")
    while [ "${folder#"$share"}" != "$folder" ]; do
      rmdir "$destination$folder" 2>/dev/null || break
      folder=$(dirname "$folder")
    done
  done
}

install_all() {
  build=$1
  for program in fieldtune fieldtuned; do
    [ -x "$build/$program" ] || { echo "$build/$program: found no such program: run 'make build' first" >&2; exit 66; }
  done
  mkdir -p "$destination$share"
  rm -f "$list.new"
  put 755 "$build/fieldtune" "$prefix/bin/fieldtune"
  put 755 "$build/fieldtuned" "$prefix/bin/fieldtuned"
  for folder in Firmware/boards Firmware/kernels Firmware/runtime Firmware/profiler Packaging/plans Tools/Demo; do
    put_folder "$folder"
  done
  put 644 "$source/Packaging/60-fieldtune.rules" "$share/Packaging/60-fieldtune.rules"
  put 644 "$source/Packaging/fieldtuned.toml" "$share/Packaging/fieldtuned.toml"
  for file in "$source"/Protocol/*.lua; do
    if [ -f "$file" ]; then put 644 "$file" "$share/Protocol/$(basename "$file")"; fi
  done
  put 644 "$source/Packaging/60-fieldtune.rules" "$prefix/lib/udev/rules.d/60-fieldtune.rules"
  put 644 "$source/Packaging/fieldtune.sysusers" "$prefix/lib/sysusers.d/fieldtune.conf"
  put_edited "$source/Packaging/fieldtuned.service" "$prefix/lib/systemd/system/fieldtuned.service"
  # What an earlier version installed and this one does not.
  if [ -f "$list" ]; then grep -vxFf "$list.new" "$list" | remove_listed || true; fi
  mv "$list.new" "$list"
}

uninstall_all() {
  [ -f "$list" ] || { echo "$list: found none: nothing of fieldtune is installed there" >&2; exit 66; }
  { cat "$list"; echo "$share/installed"; } >"$list.removed"
  remove_listed <"$list.removed"
  rm -f "$list.removed"
  rmdir "$destination$share" 2>/dev/null || true
}

case "${1:-} $#" in
  "install 2")
    install_all "$2"
    [ -n "$destination" ] || cat <<TEXT
installed under $prefix; as root, once:
  systemd-sysusers && systemctl daemon-reload
  udevadm control --reload && udevadm trigger --subsystem-match=tty --subsystem-match=usb
  systemctl enable --now fieldtuned
  usermod -aG fieldtune USER          # for each user who trains through the daemon; then log in again
TEXT
    ;;
  "uninstall 1") uninstall_all ;;
  *) echo "usage: $0 install BUILD-FOLDER | uninstall" >&2; exit 64 ;;
esac
