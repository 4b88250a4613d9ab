"""Who else can reach a stack: other accounts of the machine and, over a network, ports on every address."""

import contextlib
import os
import pwd
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import psutil

from hadoop.processes import processes
from warehouse.finding import Finding
from warehouse.settings import Settings

_FIRST_LOGIN_UID = 1000
"""Accounts below it are the system's own (login.defs(5), UID_MIN)."""

_NO_LOGIN = ("nologin", "false", "")


def other_accounts() -> list[str]:
    """Names of the accounts that can log in to this machine, without that of this process."""
    return sorted(
        account.pw_name
        for account in pwd.getpwall()
        if account.pw_uid >= _FIRST_LOGIN_UID
        and account.pw_uid != os.geteuid()
        and Path(account.pw_shell).name not in _NO_LOGIN
    )


def open_ports(settings: Settings) -> list[int]:
    """TCP ports of this stack's processes that listen on more than loopback."""
    found = set[int]()
    for process in processes(settings):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found |= {
                connection.laddr.port
                for connection in process.net_connections(kind="tcp")
                if connection.status == psutil.CONN_LISTEN and not _is_loopback(connection.laddr.ip)
            }
    return sorted(found)


def _is_loopback(address: str) -> bool:
    found = ip_address(address)
    # A socket of both families has its IPv4 address inside one of IPv6.
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (inner or found).is_loopback


def check_exposure(settings: Settings) -> list[Finding]:
    """Whether others can log in here, and whether the network reaches ports."""
    found = []
    if accounts := _unchecked_accounts(settings):
        problem = (
            f"{_listed(accounts)} can log in to this machine too: HDFS, YARN and the metastore believe whatever name a "
            "client gives, so each of them can read and change everything"
        )
        remedy = "./stackhouse down, then ./stackhouse up --secure; or a machine where nobody else can log in"
        found.append(Finding("exposure", problem, remedy, "warning"))
    if settings.profile.runs_here and (ports := open_ports(settings)):
        problem = f"the stack listens on all addresses at {_ports(ports)}, for which Tez has no setting"
        remedy = "close them with a firewall where others reach this machine over a network; they change at every start"
        found.append(Finding("exposure", problem, remedy, "warning"))
    return found


def exposure(settings: Settings) -> str:
    """The same in one line, empty when nobody else reaches the stack."""
    if settings.identity:
        return ""
    accounts, ports = other_accounts(), open_ports(settings) if settings.profile.runs_here else []
    ways = [
        *([f"other accounts of this machine ({_listed(accounts)})"] if accounts else []),
        *([f"whoever reaches {_ports(ports)} over a network"] if ports else []),
    ]
    return f"{' and '.join(ways)} can use HDFS and YARN under any name: ./stackhouse up --secure" if ways else ""


def _unchecked_accounts(settings: Settings) -> list[str]:
    return [] if settings.identity else other_accounts()


def _listed(accounts: list[str]) -> str:
    shown = 3
    more = f" and {len(accounts) - shown} more" if len(accounts) > shown else ""
    return ", ".join(accounts[:shown]) + more


def _ports(ports: list[int]) -> str:
    return f"port{'s' if len(ports) > 1 else ''} {', '.join(map(str, ports))}"
