#!/usr/bin/env bash
# Becomes one daemon of Hive inside its container, or makes the metastore's schema: daemon.sh metastore|hiveserver2|schema
set -euo pipefail

STACKHOUSE_NODE_HOST=$(hostname)
export STACKHOUSE_NODE_HOST

# From a file that only this container has, never from an argument or from docker-compose.yml.
read_password() {
  STACKHOUSE_METASTORE_DB_PASSWORD=$(cat "$STACKHOUSE_METASTORE_DB_PASSWORD_FILE")
  export STACKHOUSE_METASTORE_DB_PASSWORD
}

run_java() {
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC "-Xmx${STACKHOUSE_HEAP_MB}m" "-Dhadoop.log.dir=$STACKHOUSE_HOME/logs" \
    "-Dhadoop.home.dir=$STACKHOUSE_HOME" "-Dlog4j.configurationFile=$HIVE_CONF_DIR/hive-log4j2.properties" "$@"
}

# The owner's password for HiveServer2, once, where PasswordFiles and the commands inside find it.
make_password() {
  local password=$STACKHOUSE_HOME/users/$STACKHOUSE_OWNER.password
  [ -s "$password" ] && return
  (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$password.new")
  mv "$password.new" "$password"
}

mkdir -p "$STACKHOUSE_HOME/logs"
case "$1" in
  metastore)
    read_password
    run_java -Dstackhouse.service=metastore org.apache.hadoop.hive.metastore.HiveMetaStore
    ;;
  schema)
    read_password
    run_java org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool -dbType postgres -initOrUpgradeSchema
    ;;
  hiveserver2)
    make_password
    run_java -Dstackhouse.service=hiveserver2 org.apache.hive.service.server.HiveServer2
    ;;
  *)
    echo "daemon.sh: no daemon $1" >&2
    exit 2
    ;;
esac
