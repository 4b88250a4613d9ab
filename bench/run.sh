#!/usr/bin/env bash
# Measures every promise about speed against its bar and writes docs/performance.md: see bench/run.py.
#
#   bench/run.sh --quick    at most 10 minutes
#   bench/run.sh            at most 60 minutes, with the growth series
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

# Makes .venv when it is missing.
./stackhouse --help >/dev/null
exec .venv/bin/python -m bench.run "$@"
