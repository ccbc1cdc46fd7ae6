"""The SSRF guard: addresses that strangers typed may only lead to the public internet.

The name is resolved, every answer is checked and the connection is made to a checked address, so no second
resolution can lead elsewhere (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import allowed_gai_family, create_connection

LOCAL_SUFFIXES = (
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".onion",
    ".arpa",
)

EMBEDDING = tuple(ipaddress.IPv6Network(prefix) for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
"""IPv6 ranges whose last 32 bits are an IPv4 address that a gateway leads to (RFC 6052, RFC 8215, RFC 4291)."""


class ForbiddenHost(ValueError):
    """An address that we refuse to speak to; the text says why."""


def clean_host(typed: str) -> str:
    """The host in what a person typed ("https://Example.social/@ann", "@ann@example.social"), ready for DNS.

    Raises :class:`ForbiddenHost` for IP addresses, ports, single labels and local names.
    """
    value = typed.strip().lower()
    if "//" in value:
        value = value.split("//", 1)[1]
    value = value.split("/", 1)[0].rsplit("@", 1)[-1].rstrip(".")
    try:
        ascii_host = value.encode("idna").decode()
    except UnicodeError:
        raise ForbiddenHost("This is no server name.") from None
    if ":" in ascii_host or _is_ip(ascii_host):
        raise ForbiddenHost("Type the name of the server, without a port or an IP address.")
    labels = ascii_host.split(".")
    if len(labels) < 2 or not all(_is_label(label) for label in labels):
        raise ForbiddenHost("This is no server name. It looks like example.social.")
    if ascii_host.endswith(LOCAL_SUFFIXES) or labels[-1].isdigit():
        raise ForbiddenHost("This server is not on the public internet.")
    return ascii_host


def _is_label(label: str) -> bool:
    return 0 < len(label) < 64 and label.replace("-", "a").isalnum() and label[0] != "-" and label[-1] != "-"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet (mapped and tunnelled IPv4 is looked through)."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if any(ip in network for network in EMBEDDING):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def checked_addresses(host: str, port: int) -> list[str]:
    """Resolve ``host``; :class:`ForbiddenHost` unless every address is public."""
    infos = socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in infos]
    for address in addresses:
        if not is_public(address):
            raise ForbiddenHost(f"{host} leads into a private network.")
    return addresses


def check_url(url: str) -> None:
    """Refuse what is no plain https address of a named public host."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.username or parts.password:
        raise ForbiddenHost("Only plain https addresses are allowed.")
    if parts.port not in (None, 443):
        raise ForbiddenHost("Only the usual https port is allowed.")
    clean_host(parts.hostname or "")


def _connect_checked(connection: HTTPConnection) -> socket.socket:
    host = connection._dns_host  # urllib3's own name for the host it resolves
    problem = OSError(f"{host} has no address")
    for address in checked_addresses(host, connection.port):
        try:
            return create_connection(
                (address, connection.port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as failed:  # a host without IPv6 still reaches a server that has both
            problem = failed
    raise problem


class GuardedHTTPConnection(HTTPConnection):
    """Connects only to checked addresses."""

    def _new_conn(self) -> socket.socket:
        return _connect_checked(self)


class GuardedHTTPSConnection(HTTPSConnection):
    """Connects only to checked addresses; the certificate is still checked against the name."""

    def _new_conn(self) -> socket.socket:
        return _connect_checked(self)


class GuardedHTTPPool(HTTPConnectionPool):
    """A pool of guarded connections."""

    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    """A pool of guarded connections."""

    ConnectionCls = GuardedHTTPSConnection
