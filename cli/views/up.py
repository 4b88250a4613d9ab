"""`up`: where the stack answers."""

from secure.access import access
from warehouse.settings import Settings


def print_addresses(settings: Settings) -> None:
    """Print where HiveServer2, WebHDFS and YARN are, and whether they want a ticket."""
    hosts, ports, scheme = settings.hosts, settings.ports, access(settings.identity).scheme
    by = "by Kerberos, as" if settings.profile.belongs_to_others else "secured by Kerberos and TLS, for"
    secured = f"; {by} {settings.user}" if settings.identity else ""
    print(
        f"up: HiveServer2 at {hosts.hiveserver2}:{ports.hiveserver2}, "
        f"WebHDFS at {scheme}://{hosts.namenode}:{ports.namenode_http}, "
        f"YARN at {scheme}://{hosts.resourcemanager}:{ports.resourcemanager_http}{secured}"
    )
