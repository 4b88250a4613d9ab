"""Asks HDFS and YARN by Hadoop's RPC, as whoever the environment says. Run as a program, since it starts Java.

rpc_client.py CLASS_PATH [OPTION ...]     prints JSON: "yes" or the name of the exception, by what was asked
"""

import json
import sys

import jpype

SECONDS = 20


def main() -> None:
    class_path, *options = sys.argv[1:]
    jpype.startJVM(*options, classpath=class_path.split(":"))
    hadoop = jpype.JPackage("org").apache.hadoop
    conf = hadoop.yarn.conf.YarnConfiguration(hadoop.hdfs.HdfsConfiguration())
    for name in ("ipc.client.connect.max.retries", "ipc.client.connect.max.retries.on.timeouts"):
        conf.setInt(name, 0)
    for name in (
        "dfs.client.failover.max.attempts",
        "dfs.client.retry.max.attempts",
        "yarn.client.failover-max-attempts",
    ):
        conf.setInt(name, 1)
    conf.setInt("yarn.resourcemanager.connect.max-wait.ms", SECONDS * 1000)
    conf.setInt("yarn.resourcemanager.connect.retry-interval.ms", 1000)
    asked = {
        "raw data": lambda: _hdfs(hadoop, conf).listStatus(hadoop.fs.Path("/stackhouse/raw")),
        "administration of HDFS": lambda: _hdfs(hadoop, conf).refreshNodes(),
        "applications": lambda: _yarn(hadoop, conf).getApplications(),
        "start a program": lambda: _submit(hadoop, conf),
        "administration of YARN": lambda: _refresh(hadoop, conf),
    }
    print(json.dumps({f"RPC: {name}": _answer(question) for name, question in asked.items()}))


def _answer(question):
    try:
        question()
    except jpype.JException as problem:
        cause = problem
        while cause.getCause() is not None and cause.getCause() is not cause:
            cause = cause.getCause()
        name = cause.getClassName() if hasattr(cause, "getClassName") else type(cause).__name__
        return str(name).rpartition(".")[2]
    return "yes"


def _hdfs(hadoop, conf):
    return hadoop.fs.FileSystem.newInstance(conf)


def _yarn(hadoop, conf):
    client = hadoop.yarn.client.api.YarnClient.createYarnClient()
    client.init(conf)
    client.start()
    return client


def _submit(hadoop, conf):
    client, records = _yarn(hadoop, conf), hadoop.yarn.api.records
    context = client.createApplication().getApplicationSubmissionContext()
    commands = jpype.java.util.List.of("true")
    context.setAMContainerSpec(records.ContainerLaunchContext.newInstance(None, None, commands, None, None, None))
    context.setQueue("spark")
    context.setResource(records.Resource.newInstance(128, 1))
    client.submitApplication(context)
    client.killApplication(context.getApplicationId())


def _refresh(hadoop, conf):
    protocol = hadoop.yarn.server.api.ResourceManagerAdministrationProtocol
    administration = hadoop.yarn.client.ClientRMProxy.createRMProxy(conf, protocol.class_)
    administration.refreshQueues(hadoop.yarn.server.api.protocolrecords.RefreshQueuesRequest.newInstance())


if __name__ == "__main__":
    main()
