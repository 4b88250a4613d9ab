#!/usr/bin/env bash
# Proves that the daemon of this container works: healthy.sh namenode|datanode|resourcemanager|nodemanager
set -euo pipefail

# Not by the proxy that docker gives to containers when the account that starts them has one.
ask() { curl --noproxy '*' --fail --silent --show-error --max-time 5 "$@"; }

namenode="http://$STACKHOUSE_NAMENODE_HOST:$STACKHOUSE_NAMENODE_HTTP_PORT"
resourcemanager="http://$STACKHOUSE_RESOURCEMANAGER_HOST:$STACKHOUSE_RESOURCEMANAGER_HTTP_PORT"

# Has its namespace. It leaves safe mode when the DataNodes, which wait for it, have told of their blocks.
namenode_works() {
  ask "$namenode/webhdfs/v1/?op=GETFILESTATUS" | grep --quiet '"type":"DIRECTORY"'
}

# A file written to this DataNode comes back from it. One copy: with more, the writers of all DataNodes would wait for one
# that has just died, and while they wait a DataNode answers no one.
datanode_works() {
  local path file options probe=alive-$RANDOM
  path="/webhdfs/v1/tmp/.healthy-$(hostname)"
  file="http://$(hostname):$STACKHOUSE_DATANODE_HTTP_PORT$path"
  options="user.name=$(id -un)&namenoderpcaddress=stackhouse"
  ask --request PUT --data "$probe" "$file?op=CREATE&overwrite=true&replication=1&$options"
  test "$(ask "$file?op=OPEN&offset=0&$options")" = "$probe"
  ask --output /dev/null --request DELETE "$namenode$path?op=DELETE&user.name=$(id -un)"
}

resourcemanager_works() {
  ask "$resourcemanager/ws/v1/cluster/info" | grep --quiet '"state":"STARTED"'
}

# Registered, and its disks are good.
nodemanager_works() {
  ask "$resourcemanager/ws/v1/cluster/nodes/$(hostname):$STACKHOUSE_NODEMANAGER_PORT" | grep --quiet '"state":"RUNNING"'
}

"${1}_works"
