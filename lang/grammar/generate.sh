#!/usr/bin/env bash
# Regenerates src/ByteVm.Tarn/Generated from the grammars in this folder. Only who changes a grammar needs this: the
# output is committed. Wants java (11 or newer) and npm; the ANTLR tool comes from the npm package antlr4ng-cli, into a
# temporary folder, or from ANTLR_JAR if that is set.
#   generate.sh           writes the files
#   generate.sh --check   fails if the committed files are not what the grammars give
set -euo pipefail
grammar=$(cd "$(dirname "$0")" && pwd)
target=$grammar/../../src/ByteVm.Tarn/Generated
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "${ANTLR_JAR:-}" ]; then
  (cd "$work" && npm install --silent --no-fund --no-audit --ignore-scripts antlr4ng-cli@2.0.0 >/dev/null)
  ANTLR_JAR=$(ls "$work"/node_modules/antlr4ng-cli/antlr4-*-complete.jar)
fi

mkdir "$work/out"
cd "$grammar"
for name in TarnLexer TarnParser; do
  java -jar "$ANTLR_JAR" -Dlanguage=CSharp -no-visitor -no-listener -Xexact-output-dir -package ByteVm.Tarn.Generated \
    -lib "$work/out" -o "$work/out" $name.g4
done
rm -f "$work"/out/*.interp "$work"/out/*.tokens
# The parser is no part of the public surface.
sed -i 's/^public partial class/internal partial class/' "$work"/out/*.cs

if [ "${1:-}" = --check ]; then
  diff -r "$work/out" "$target" >/dev/null || { echo "src/ByteVm.Tarn/Generated is stale: run lang/grammar/generate.sh" >&2; exit 1; }
  echo "Generated parser is fresh."
else
  mkdir -p "$target"
  rm -f "$target"/*
  cp "$work"/out/*.cs "$target"
fi
