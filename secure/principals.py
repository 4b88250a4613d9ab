"""Who there is in the realm of a secured stack before the first user is added."""

from warehouse.identity import HOST, REALM

__all__ = ["HOST", "OWNER", "PRINCIPALS", "REALM", "RESERVED"]

PRINCIPALS = {
    # Its key encrypts every ticket to get tickets.
    "krbtgt": f"krbtgt/{REALM}",
    "namenode": f"nn/{HOST}",
    "datanode": f"dn/{HOST}",
    "resourcemanager": f"rm/{HOST}",
    "nodemanager": f"nm/{HOST}",
    "hive": f"hive/{HOST}",
    # Of all web pages and REST interfaces.
    "http": f"HTTP/{HOST}",
    # HDFS's superuser, who makes the directories that belong to others.
    "hdfs": "hdfs",
}
"""Principal without the realm, by the name of its keytab. The account of the stack comes with them as `owner`."""

OWNER = "owner"
"""Name of the keytab of the account that the stack belongs to."""

RESERVED = frozenset({"hdfs", "yarn", "hive", "datanode", "http", "krbtgt", "nobody"})
"""What services are called in HDFS and YARN: an account of that name would have their rights."""
