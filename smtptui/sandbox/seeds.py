"""What the accounts hold at start: ``default``, ``empty``, or a number of records in each account of many."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import blue, digitanium, pipefy, sendmux
from .accounts import (
    Account,
    BlueCompany,
    DigitaniumTenant,
    PipefyOrganization,
    SendmuxTeam,
    index_by_name,
    seeded_uuid,
)
from .clock import Clock, stamp
from .hosts import HOSTS
from .logins import Logins
from .oauth import Tokens

TEAMS = (
    "billing",
    "support",
    "alerts",
    "newsletter",
    "careers",
    "events",
    "status",
    "orders",
    "onboarding",
    "legal",
)


def make_accounts(clock: Clock) -> dict[str, Account]:
    """The five accounts, empty, with login material that is new at every start."""

    def tokens(name: str) -> Tokens:
        return Tokens(
            f"{name}-{secrets.token_hex(4)}", secrets.token_urlsafe(24), secrets.token_urlsafe(32), clock
        )

    def company(name: str, slug: str, role: str) -> BlueCompany:
        company_id = "cm" + seeded_uuid("company", slug).replace("-", "")[:22]
        return BlueCompany(name, company_id, slug, secrets.token_hex(16), secrets.token_hex(24), role)

    return index_by_name(
        (
            company("acme-blue", "acme", "OWNER"),
            PipefyOrganization("acme-pipefy", "301274", tokens("pipefy")),
            SendmuxTeam("acme-sendmux", "smx_root_" + secrets.token_hex(20)),
            DigitaniumTenant("acme-idp", "acme", "idp.acme.example", tokens("idp")),
            company("globex-blue", "globex", "MEMBER"),
        )
    )


def seed_accounts(seed: str, accounts: dict[str, Account], logins: Logins, now: datetime) -> None:
    """Fill the accounts. Raises ValueError for a seed that is not default, empty or a whole number."""
    if seed == "empty":
        return
    seeder = Seeder(accounts, logins, now)
    if seed == "default":
        seeder.default()
    elif seed.isdecimal():
        seeder.many(int(seed))
    else:
        raise ValueError(f"unknown seed {seed!r}: use default, empty or a number of credentials per account")


@dataclass(frozen=True)
class SeedRow:
    """One seeded credential. ``days``: how long ago it was verified or tested (None: not, or failed);
    ``good``: whether the SMTP servers accept its login."""

    host: str
    port: int
    username: str
    name: str | None
    sender: str | None
    days: float | None = 1.0
    good: bool = True


# At most one bad login a host, over all accounts.
BLUE = (
    SeedRow("smtp.sendgrid.net", 587, "apikey", "Acme Billing", "billing@acme.example", 2),
    SeedRow(
        "email-smtp.eu-west-1.amazonaws.com",
        587,
        "AKIA4ACMEEUW1BILL",
        "Acme Orders",
        "orders@acme.example",
        5,
    ),
    SeedRow(
        "email-smtp.eu-west-1.amazonaws.com",
        465,
        "AKIA4ACMEEUW1ALRT",
        "Acme Alerts",
        "alerts@acme.example",
        95,
    ),
    SeedRow(
        "smtp.mailgun.org",
        587,
        "postmaster@mg.acme.example",
        "Acme News",
        "news@mg.acme.example",
        None,
        False,
    ),
    SeedRow("smtp.office365.com", 587, "support@acme.example", "Acme Support", "support@acme.example", 0.2),
    SeedRow("smtp.postmarkapp.com", 2525, "5f1c2a7e-acme-status", "Acme Status", "status@acme.example", 12),
    SeedRow("mail.acme.example", 465, "reports", "=1+1", "reports@acme.example", 40),
    SeedRow("mail.acme.example", 587, "events", "[b]Events[/b] [/]", "events@acme.example", 7),
    SeedRow(
        "mail2.acme.example", 587, "careers", "Caf\x1b[31mé\x1b[0m Careers\x07", "careers@acme.example", 3
    ),
    SeedRow("smtp.resend.com", 465, "resend", "Acme Labs", "labs@acme.example", None, False),
    SeedRow("smtp.fastmail.com", 465, "office@acme.example", "Acme Büro – 東京", "office@acme.example", 61),
    SeedRow("bulk.acme.example", 2525, "bulk-01", None, None, 1),
)
GLOBEX = (
    SeedRow("mail.globex.example", 587, "noreply", "Globex", "noreply@globex.example", 4),
    SeedRow("mail.globex.example", 465, "invoices", "Globex Invoices", "invoices@globex.example", 120),
    SeedRow("news.globex.example", 587, "news", "Globex News", "news@globex.example", None, False),
    SeedRow("smtp.sparkpostmail.com", 587, "SMTP_Injection", "Globex Offers", "offers@globex.example", 9),
    SeedRow("smtp.zoho.eu", 465, "hr@globex.example", "Globex HR", "hr@globex.example", 33),
)
PIPEFY = (
    SeedRow("smtp.sendgrid.net", 587, "apikey", "Acme Billing", "billing@acme.example"),
    SeedRow("smtp.office365.com", 587, "requests@acme.example", "Acme Requests", "requests@acme.example"),
    SeedRow(
        "smtp.gmail.com",
        587,
        "purchasing@acme.example",
        "Acme Purchasing",
        "purchasing@acme.example",
        1,
        False,
    ),
    SeedRow(
        "email-smtp.us-east-1.amazonaws.com", 465, "AKIA4ACMEUSE1PIPE", "Acme Pipes", "pipes@acme.example"
    ),
    SeedRow("smtp-relay.brevo.com", 587, "pipefy@acme.example", None, None),
    SeedRow("in-v3.mailjet.com", 587, "a1b2c3d4acmemailjet", "Acme Intake", "intake@acme.example"),
    SeedRow("mail.acme.example", 587, "pipefy", "Acme Approvals", "approvals@acme.example"),
    SeedRow("mail2.acme.example", 465, "travel", None, None),
)
PIPEFY_DEFAULT = "smtp.office365.com"
RELAY_HOST = "relay.acme.example"
SENDMUX = (
    SeedRow("smtp.mailgun.org", 587, "mux@mg.acme.example", "Acme Mux", "mux@mg.acme.example", 1),
    SeedRow("smtp.eu.mailgun.org", 465, "eu@mg.acme.example", "Acme EU", "eu@mg.acme.example", 80),
    SeedRow(
        "smtp.postmarkapp.com",
        587,
        "77aa-acme-transactional",
        "Acme Receipts",
        "receipts@acme.example",
        6,
        False,
    ),
    SeedRow(
        "email-smtp.eu-west-1.amazonaws.com", 587, "AKIA4ACMEEUW1MUXX", "Acme Bulk", "bulk@acme.example", None
    ),
    SeedRow("smtp.sendgrid.net", 2525, "apikey-mux", "Acme Digest", "digest@acme.example", 20),
    SeedRow("smtp-relay.brevo.com", 587, "mux@acme.example", "Acme Surveys", "surveys@acme.example", None),
    SeedRow("smtp.migadu.com", 465, "hello@acme.example", "Acme Hello", "hello@acme.example", 2),
    SeedRow("in-v3.mailjet.com", 587, "mux-mailjet-acme", "Acme Promo", "promo@acme.example", 45),
    SeedRow("bulk.acme.example", 587, "mux", "Acme Machines", "machines@acme.example", None),
    SeedRow("mail.acme.example", 587, "mux", "Acme Warmup", "warmup@acme.example", 15),
)


class Seeder:
    def __init__(self, accounts: dict[str, Account], logins: Logins, now: datetime) -> None:
        self.now = now
        self.logins = logins
        self.random = random.Random(20)
        self.blue = accounts["acme-blue"]
        self.globex = accounts["globex-blue"]
        self.pipefy = accounts["acme-pipefy"]
        self.sendmux = accounts["acme-sendmux"]
        self.idp = accounts["acme-idp"]

    def ago(self, days: float) -> str:
        return stamp(self.now - timedelta(days=days))

    def password(self, row: SeedRow) -> str:
        """The same for the same login everywhere; the SMTP servers accept it when the row is good."""
        password = "pw-" + seeded_uuid("password", row.host, row.username).replace("-", "")[:20]
        accepted = password if row.good else "pw-" + seeded_uuid("other", row.host, row.username)[:18]
        self.logins.set(row.host, row.username, accepted)
        return password

    def default(self) -> None:
        for company, rows in ((self.blue, BLUE), (self.globex, GLOBEX)):
            assert isinstance(company, BlueCompany)
            for number, row in enumerate(rows):
                self.blue_record(company, number, row)
        self.pipefy_default()
        self.sendmux_default()
        assert isinstance(self.idp, DigitaniumTenant)
        row = SeedRow("mail.acme.example", 587, "idp", "Acme Login", "login@acme.example")
        self.idp.record = digitanium.parse_record(
            {
                "host": row.host,
                "from": row.sender,
                "port": str(row.port),
                "starttls": "true",
                "ssl": "false",
                "user": row.username,
                "password": self.password(row),
                "fromDisplayName": row.name,
                "replyTo": "helpdesk@acme.example",
                "replyToDisplayName": "Acme Helpdesk",
                "envelopeFrom": "bounces@acme.example",
            }
        )

    def blue_record(self, company: BlueCompany, number: int, row: SeedRow) -> None:
        verified = row.days is not None and row.good
        created = self.ago(200 + number % 400)
        id = "cm" + seeded_uuid(company.name, number).replace("-", "")[:22]
        record = blue.new_record(
            created,
            {
                "host": row.host,
                "port": row.port,
                "username": row.username,
                "password": self.password(row),
                "senderName": row.name,
                "senderEmail": row.sender,
            },
            id,
        )
        record["uid"] = seeded_uuid(company.name, "uid", number).replace("-", "")
        record["verifiedAt"] = self.ago(row.days) if verified and row.days is not None else None
        record["updatedAt"] = record["verifiedAt"] or self.ago(1 + number % 90)
        company.records.add(record)

    def pipefy_record(self, number: int, row: SeedRow, **more: Any) -> None:
        assert isinstance(self.pipefy, PipefyOrganization)
        fields: dict[str, Any] = {"host": row.host, "port": row.port, **more}
        if not more.get("ipRelayAuth"):
            fields |= {"username": row.username, "password": self.password(row)}
        id = seeded_uuid("acme-pipefy", number)
        self.pipefy.records.add(pipefy.new_record(self.pipefy.organization_id, fields, id))
        if row.sender:
            sender_id = seeded_uuid("acme-pipefy", "sender", number)
            self.pipefy.senders[sender_id] = {
                "id": sender_id,
                "emailAddress": row.sender,
                "senderName": row.name,
                "smtpConfigurationId": id,
            }

    def pipefy_default(self) -> None:
        for number, row in enumerate(PIPEFY):
            self.pipefy_record(number, row, defaultSmtp=row.host == PIPEFY_DEFAULT)
        self.pipefy_record(len(PIPEFY), SeedRow(RELAY_HOST, 25, "", None, None), ipRelayAuth=True)

    def sendmux_record(self, number: int, row: SeedRow, **more: Any) -> None:
        assert isinstance(self.sendmux, SendmuxTeam)
        tested = None if row.days is None else self.ago(row.days)
        failed = tested is not None and not row.good
        fields = {
            "name": f"{row.name} {number:02d}",
            "smtp_host": row.host,
            "smtp_port": row.port,
            "smtp_protocol": "ssl" if row.port == 465 else "starttls",
            "smtp_username": row.username,
            "smtp_password": self.password(row) if row.username else None,
            "from_name": row.name,
            "from_email": row.sender,
            "status": "error" if failed else "active",
            "status_reason": "535 5.7.8 Authentication credentials invalid" if failed else None,
            "last_tested_at": tested,
            "last_used_at": self.ago(0.1 + number % 7),
            "updated_at": tested or self.ago(30 + number % 60),
            **more,
        }
        id = "dprov_" + seeded_uuid("acme-sendmux", number).replace("-", "")[:24]
        self.sendmux.records.add(sendmux.new_record(self.ago(150 + number % 300), fields, id))

    def sendmux_default(self) -> None:
        details: dict[int, dict[str, Any]] = {
            0: {"quotas": {"per_second": 5, "per_day": {"min": 1000, "max": 50000}}, "percentage": 60},
            1: {"smtp_protocol": "tls", "tracking_domain": "click.acme.example"},
            3: {"status": "pending"},
            4: {"status": "inactive", "is_active": False, "percentage": 0},
            6: {"variables": {"brand": "Acme", "footer": "Acme GmbH, Example Street 1"}},
            7: {"reply_to_email": "promo-replies@acme.example", "reply_to_name": "Acme Promo Desk"},
        }
        for number, row in enumerate(SENDMUX):
            self.sendmux_record(number, row, **details.get(number, {}))
        bare = {"smtp_host": None, "smtp_port": None, "smtp_protocol": None, "smtp_username": None}
        count = len(SENDMUX)
        ses = SeedRow("", 0, "", "Shared SES", "acme@shared.sendmux.example", None)
        self.sendmux_record(count, ses, **bare, type="amazon_ses", is_shared=True, smtp_password=None)
        gmail = SeedRow("", 0, "", "Acme Gmail", "team@acme.example", None)
        oauth = {"type": "gmail_api", "oauth_email": "team@acme.example", "has_refresh_token": True}
        self.sendmux_record(count + 1, gmail, **bare, **oauth, smtp_password=None)

    def many(self, count: int) -> None:
        """Believable records in bulk; one bad login a host and account at the most."""
        assert isinstance(self.blue, BlueCompany)
        assert isinstance(self.globex, BlueCompany)
        for number in range(count):
            self.blue_record(self.blue, number, self.row("blue", number, "acme"))
            self.blue_record(self.globex, number, self.row("globex", number, "globex"))
            self.pipefy_record(number, self.row("pipefy", number, "acme"), defaultSmtp=number == 0)
            self.sendmux_record(number, self.row("sendmux", number, "acme"))

    def row(self, account: str, number: int, company: str) -> SeedRow:
        team = TEAMS[number % len(TEAMS)]
        username = f"{team}-{number:05d}@{account}.{company}.example"
        return SeedRow(
            HOSTS[number % len(HOSTS)],
            465 if self.random.random() < 0.3 else 587,
            username,
            f"{company.capitalize()} {team.capitalize()} {number}",
            f"{team}+{account}{number}@{company}.example",
            self.random.uniform(0.01, 120),
        )
