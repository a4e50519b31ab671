#!/usr/bin/env bash
# Installs Heddle somewhere, and uses it from there as others do: by find_package(heddle), and by
# `heddle check --target FILE.cpp`. Usage: installed.sh SOURCE BUILD CXX
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cmake --install "$2" --prefix "$place/heddle" >/dev/null
cmake -S "$1/tests/instrument/installed" -B "$place/build" -DCMAKE_CXX_COMPILER="$3" \
  -DCMAKE_PREFIX_PATH="$place/heddle"
cmake --build "$place/build"
"$place/build/bank" check
"$place/heddle/bin/heddle" check --target "$1/tests/instrument/installed/bank.cpp"
