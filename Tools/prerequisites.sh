#!/usr/bin/env bash
# Installs the Debian packages that are missing for `make demo` or `make test`, by one printed command.
# Usage: Tools/prerequisites.sh demo|test
set -euo pipefail

required_swift=6.3
demo_packages=(make git libudev-dev libsqlite3-dev zlib1g-dev gcc-arm-none-eabi libnewlib-arm-none-eabi
  qemu-system-arm)
test_packages=("${demo_packages[@]}" gcc libc6-dev libunicorn-dev python3 python3-venv)

case "${1:-}" in
  demo) packages=("${demo_packages[@]}") ;;
  test) packages=("${test_packages[@]}") ;;
  *) echo "usage: $0 demo|test" >&2; exit 64 ;;
esac

if ! command -v swift >/dev/null; then
  echo "fieldtune: found no swift on the PATH, expected Swift $required_swift or later; see https://www.swift.org/install/linux" >&2
  exit 69
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n%s\n' "$required_swift" "$version" | sort -V | head -n 1)" != "$required_swift" ]; then
  echo "fieldtune: found Swift $version, expected $required_swift or later; see https://www.swift.org/install/linux" >&2
  exit 69
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

run=()
[ "$(id -u)" -eq 0 ] || run=(sudo)
install=("${run[@]}" apt-get install -y --no-install-recommends "${missing[@]}")
echo "${install[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${run[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${install[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "fieldtune: the packages above could not be installed; install them by hand and try again" >&2
  exit 69
fi
