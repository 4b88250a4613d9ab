#!/usr/bin/env bash
# Becomes one daemon of Hadoop inside its container: daemon.sh namenode|datanode|resourcemanager|nodemanager
set -euo pipefail

# What the daemon listens on and tells others to find it by; the engine's DNS knows it.
STACKHOUSE_NODE_HOST=$(hostname)
export STACKHOUSE_NODE_HOST

# All DataNodes of a host share one volume, and all NodeManagers another. Each takes the first directory that no other
# one holds, so after `down` and `up`, or another --scale, blocks find their DataNodes again. The lock ends with the process.
claim_directory() {
  local number
  for number in $(seq 1 1000); do
    mkdir -p "$STACKHOUSE_HOME/$number"
    exec 9>"$STACKHOUSE_HOME/$number.claimed"
    if flock --nonblock 9; then
      export STACKHOUSE_HOME=$STACKHOUSE_HOME/$number
      return
    fi
  done
  echo "daemon.sh: 1000 $1s on one host" >&2
  exit 1
}

# A VERSION file alone proves nothing: an image must be there, not only its checksum, fsimage_N.md5.
format_empty_namespace() {
  local name=$STACKHOUSE_HOME/hdfs/namenode
  compgen -G "$name/current/fsimage_*[0-9]" | grep --quiet --invert-match '\.md5$' && return
  rm -rf "$name"
  java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive
}

case "$1" in
  namenode)
    format_empty_namespace
    class=org.apache.hadoop.hdfs.server.namenode.NameNode
    ;;
  datanode)
    claim_directory datanode
    class=org.apache.hadoop.hdfs.server.datanode.DataNode
    ;;
  resourcemanager) class=org.apache.hadoop.yarn.server.resourcemanager.ResourceManager ;;
  nodemanager)
    claim_directory nodemanager
    # The containers of the one before ended with it.
    rm -rf "${STACKHOUSE_HOME:?}"/*
    class=org.apache.hadoop.yarn.server.nodemanager.NodeManager
    ;;
  *)
    echo "daemon.sh: no daemon $1" >&2
    exit 2
    ;;
esac

mkdir -p "$STACKHOUSE_HOME/logs"
exec "$JAVA_HOME/bin/java" "-Dstackhouse.service=$1" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  "-Xmx${STACKHOUSE_HEAP_MB}m" "-Dhadoop.log.dir=$STACKHOUSE_HOME/logs" "-Dhadoop.home.dir=$STACKHOUSE_HOME" "$class"
