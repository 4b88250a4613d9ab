#!/usr/bin/env bash
# Writes the locks in this directory: every package at its version in constraints.txt, with the SHA-256 of each of its
# files that the index has. Needs uv: pip install uv
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

lock() {
  local target=$1
  shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --constraints constraints.txt --output-file "$target" "$@"
}

# What builds the packages that come as source, and this one.
grep -E '^(setuptools|wheel)==' constraints.txt | lock requirements/build.lock -
# All of .venv.
lock requirements/all.lock --no-deps constraints.txt
# The images: the edge, and the health check of Hive.
lock requirements/edge.lock --extra client --extra stack pyproject.toml
printf '%s\n' 'pyhive[hive-pure-sasl]' thrift-sasl | lock requirements/health.lock -
