#!/usr/bin/env bash
# Runs one dataset as a job of cron: run-quarter.sh DATASET [QUARTER|due]
#
#   run-quarter.sh flights            ./stackhouse run flights
#   run-quarter.sh flights 2001Q2     ./stackhouse run flights --quarter 2001Q2
#   run-quarter.sh flights due        ./stackhouse schedule run flights
#
# Exit codes are the command's: 0 done, 1 the work failed, 2 wrong usage, 3 held by a quality check, 4 the stack is not
# up, 130 interrupted. 75: a job of this dataset is still at work, nothing was started. What does not succeed is one line
# on stderr; what does is silent.
#
# Environment, all of it optional; docs/schedule.md has examples:
#   STACKHOUSE_JOBS        directory of locks and logs, .stackhouse/jobs of this checkout
#   STACKHOUSE_JOB_LOGS    logs kept for a dataset, 30
#   STACKHOUSE_JOB_WAITS   seconds before each further attempt while the stack is not up, "60 300 900"; "" for none
#   STACKHOUSE_ON_FAILURE  program that is told of a job that did not succeed
#   STACKHOUSE_ON_SUCCESS  program that is told of one that did
# A program is told by arguments, DATASET OUTCOME CODE LOG, and by STACKHOUSE_JOB_DATASET, _QUARTER, _OUTCOME, _CODE and
# _LOG. OUTCOME is done, failed, refused, held, down or interrupted.
set -euo pipefail

STACK_DOWN=4
BUSY=75

# Cron may give neither a PATH nor a directory to work in.
export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}"
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)

complain() { echo "run-quarter: $*" >&2; }

fail() {
  complain "${*:2}"
  exit "$1"
}

read_arguments() {
  [ $# = 1 ] || [ $# = 2 ] || fail 2 "usage: run-quarter.sh DATASET [QUARTER|due]"
  dataset=$1 quarter=${2:-}
  [[ $dataset =~ ^[a-z][a-z0-9_]{0,62}$ ]] || fail 2 "'$dataset' is not the name of a dataset"
  case "$quarter" in
    "") command=(run "$dataset") ;;
    due) command=(schedule run "$dataset") ;;
    *)
      [[ $quarter =~ ^[0-9]{4}-?[Qq][1-4]$ ]] || fail 2 "'$quarter' is not a quarter; write it like 2001Q2"
      command=(run "$dataset" --quarter "$quarter")
      ;;
  esac
}

read_settings() {
  jobs=${STACKHOUSE_JOBS:-.stackhouse/jobs}
  [[ $jobs == /* ]] || jobs=$root/$jobs
  kept=${STACKHOUSE_JOB_LOGS:-30}
  [[ $kept =~ ^[1-9][0-9]{0,5}$ ]] || fail 2 "STACKHOUSE_JOB_LOGS is '$kept', expected a whole number above 0"
  read -ra waits <<<"${STACKHOUSE_JOB_WAITS-60 300 900}"
  local wait
  for wait in ${waits[@]+"${waits[@]}"}; do
    [[ $wait =~ ^[0-9]{1,6}$ ]] || fail 2 "STACKHOUSE_JOB_WAITS has '$wait', expected seconds like 60 300 900"
  done
  # From here on a relative path means one in the checkout, which is where ./stackhouse works.
  cd "$root"
  check_program STACKHOUSE_ON_FAILURE
  check_program STACKHOUSE_ON_SUCCESS
}

# Better known now than when there is a failure to tell.
check_program() {
  local program=${!1:-}
  [ -z "$program" ] || command -v -- "$program" >/dev/null || fail 2 "$1 is '$program', which is not a program"
}

take_lock() {
  command -v flock >/dev/null || fail 1 "flock is missing: install util-linux"
  { mkdir -p "$jobs/logs" && exec 9>"$jobs/$dataset.lock"; } 2>/dev/null || fail 1 "cannot write to $jobs"
  # The command inherits it, so it is held until that ends, whatever becomes of this script.
  flock --nonblock 9 || fail "$BUSY" "a job of $dataset is still at work: nothing was started"
}

begin_log() {
  # Only one job of a dataset is here at a time, so the second and the process make a name of their own.
  log=$jobs/logs/$dataset.$(date -u +%Y%m%dT%H%M%SZ).$$.log
  : >"$log" || fail 1 "cannot write to $log"
  local old
  # Names begin with the time. A dataset's name has no dot, so these are the logs of no other.
  find "$jobs/logs" -maxdepth 1 -type f -name "$dataset.*.log" | sort | head -n "-$kept" | while IFS= read -r old; do
    rm -f "$old"
  done
}

note() { echo "# $(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >>"$log"; }

attempt() {
  note "./stackhouse ${command[*]}"
  code=0
  ./stackhouse "${command[@]}" >>"$log" 2>&1 </dev/null || code=$?
  note "exit code $code"
}

# Only a stack that is not up may be so by chance: what failed, was wrong or is held stays so.
run() {
  local wait
  attempt
  for wait in ${waits[@]+"${waits[@]}"}; do
    [ "$code" = "$STACK_DOWN" ] || return 0
    note "again in $wait s"
    sleep "$wait"
    attempt
  done
}

outcome_of() {
  case "$1" in
    0) echo "done" ;;
    2) echo refused ;;
    3) echo held ;;
    "$STACK_DOWN") echo down ;;
    130 | 137 | 143) echo interrupted ;;
    *) echo failed ;;
  esac
}

tell() {
  local program=$1
  [ -n "$program" ] || return 0
  # What it prints belongs into the log whose name it gets.
  # shellcheck disable=SC2094
  STACKHOUSE_JOB_DATASET=$dataset STACKHOUSE_JOB_QUARTER=$quarter STACKHOUSE_JOB_OUTCOME=$outcome \
    STACKHOUSE_JOB_CODE=$code STACKHOUSE_JOB_LOG=$log \
    "$program" "$dataset" "$outcome" "$code" "$log" >>"$log" 2>&1 </dev/null ||
    complain "$dataset: $program could not be told: exit code $?, log: $log"
}

read_arguments "$@"
read_settings
take_lock
begin_log
run
outcome=$(outcome_of "$code")
# A program that hangs must not keep tomorrow's job from starting.
exec 9>&-
if [ "$code" = 0 ]; then
  tell "${STACKHOUSE_ON_SUCCESS:-}"
else
  complain "$dataset: $outcome, exit code $code: $(grep -v '^#' "$log" | tail -n 1 || true); log: $log"
  tell "${STACKHOUSE_ON_FAILURE:-}"
fi
exit "$code"
