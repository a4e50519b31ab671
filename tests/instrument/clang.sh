#!/usr/bin/env bash
# The unannotated models by the other compiler: all of Heddle is built by clang++, beside the usual build.
# Usage: clang.sh SOURCE BUILD. Status 77: there is no clang++.
set -euo pipefail
clang=$(command -v clang++-14 || command -v clang++ || true)
if [ -z "$clang" ]; then
  echo "skipped: there is no clang++ here"
  exit 77
fi
cmake -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$clang" -DHEDDLE_TESTS=OFF
cmake --build "$2" --parallel 2 --target heddle_unannotated heddle_unannotated_debug
"$2/heddle_unannotated" check
"$2/heddle_unannotated_debug" check
