#!/bin/sh
# Starts PostgreSQL. Its image takes whatever directory initdb began for a finished one, and after a kill in between never
# comes up. As long as no database is in it but those of initdb, whose numbers are small, nothing is lost by starting again.
set -eu
if [ -n "$(ls -A "$PGDATA" 2>/dev/null)" ] && ! ls -d "$PGDATA"/base/[1-9][0-9][0-9][0-9][0-9]* >/dev/null 2>&1; then
  echo "start-database: $PGDATA holds no database: it was begun and not finished, it is made again"
  find "$PGDATA" -mindepth 1 -delete
fi
exec docker-entrypoint.sh postgres
