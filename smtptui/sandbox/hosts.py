"""The believable hosts that the sandbox's records are stored under, and the ports they answer on."""

from __future__ import annotations

HOSTS = (
    "smtp.sendgrid.net",
    "email-smtp.eu-west-1.amazonaws.com",
    "email-smtp.us-east-1.amazonaws.com",
    "smtp.mailgun.org",
    "smtp.eu.mailgun.org",
    "smtp.office365.com",
    "smtp.gmail.com",
    "smtp.postmarkapp.com",
    "smtp.sparkpostmail.com",
    "smtp-relay.brevo.com",
    "in-v3.mailjet.com",
    "smtp.resend.com",
    "smtp.fastmail.com",
    "smtp.zoho.eu",
    "smtp.migadu.com",
    "mail.acme.example",
    "mail2.acme.example",
    "bulk.acme.example",
    "mail.globex.example",
    "news.globex.example",
)
RELAYS = ("relay.acme.example", "smtp-relay.gmail.com")

STARTTLS_PORTS = (587, 2525, 25)
TLS_PORT = 465


def resolve_entries(ports: dict[str, int]) -> dict[str, str]:
    """``host:port`` → loopback, for every host on every usual port. A relay's 25, 587 and 2525 need no login."""
    entries: dict[str, str] = {}
    for host in (*HOSTS, *RELAYS):
        plain = ports["relay" if host in RELAYS else "starttls"]
        entries |= {f"{host}:{port}": f"127.0.0.1:{plain}" for port in STARTTLS_PORTS}
        entries[f"{host}:{TLS_PORT}"] = f"127.0.0.1:{ports['tls']}"
    return entries
