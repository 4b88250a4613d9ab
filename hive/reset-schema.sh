#!/bin/sh
# Empties a database of the metastore that Hive's schema tool began and did not finish: it writes the version last, and
# begins with the first table as long as there is none, which then is in its way. A database with a version is left alone.
set -eu
export PGHOST=metastore-db PGUSER=metastore PGDATABASE=metastore
PGPASSWORD=$(cat /secrets/password)
export PGPASSWORD
ask() { psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --command "$1"; }

tables=$(ask "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
versions=0
if [ "$(ask "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'VERSION'")" = 1 ]; then
  versions=$(ask 'SELECT count(*) FROM public."VERSION"')
fi
if [ "$tables" -gt 0 ] && [ "$versions" = 0 ]; then
  echo "reset-schema: $tables tables and no version: the schema was begun and not finished, it is made again"
  ask 'DROP SCHEMA public CASCADE; CREATE SCHEMA public'
fi
