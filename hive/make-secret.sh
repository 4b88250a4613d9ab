#!/bin/sh
# Makes the password of the metastore's database unless it is there: in the volume of each of its users, for that user only.
set -eu
umask 077
password=/secrets/database/password
if [ ! -s "$password" ]; then
  head -c 24 /dev/urandom | base64 | tr -d '\n' >"$password.new"
  mv "$password.new" "$password"
fi
cp "$password" /secrets/metastore/password
chown postgres:postgres "$password" /secrets/database
# The account in the images, see hive/Dockerfile.
chown 10001:10001 /secrets/metastore/password /secrets/metastore
