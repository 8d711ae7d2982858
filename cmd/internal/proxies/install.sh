#!/usr/bin/env bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Installs what the tests of this package need, unless it is there already: the proxies,
# and the packages of the Python and the Java client in
# ${XDG_CACHE_HOME:-~/.cache}/statusmap. Needs Python and Maven.
set -euo pipefail
cd "$(dirname "$0")"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/statusmap

../../../internal/servertest/proxies/install.sh

# folder NAME COMMAND... runs a command with the path of a new folder, which is NAME only
# if the command succeeds.
folder() {
  local name=$1 new
  shift
  [ ! -d "$name" ] || return 0
  mkdir -p "$cache"
  new=$(mktemp -d "$name.XXXXXX")
  "$@" "$new"
  mv -T "$new" "$name" || rm -rf "$new"
}

python() {
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check -r python/requirements.txt
}

java() {
  mvn --batch-mode --quiet --no-transfer-progress -Dstyle.color=never -f java/pom.xml dependency:copy-dependencies -DoutputDirectory="$1"
}

read -r requirement <python/requirements.txt
folder "$cache/${requirement/==/-}" python
folder "$cache/grpc-java-$(sed -n 's:.*<grpc.version>\(.*\)</grpc.version>.*:\1:p' java/pom.xml)" java
