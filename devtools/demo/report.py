"""What the demo tells: rows from Odoo's records, and the same as tables, text and JSON."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import ledger
from .clock import UTC, naive

NO_MESSAGE = "none"  # the state of a debtor who gets no message, in the JSON
LEFT = ("sent", "delivered", "read")
WIDEST, NARROWEST, USUAL = 190, 120, 160
HEADINGS = ("Debtor", "Phone", "Invoice", "Open", "Days", "Level", "Channel", "Verdict")


@dataclass
class Reason:
    """A rule that stood in the way: its code, its article, and what it says."""

    code: str
    legal_reference: str
    text: str


@dataclass
class Row:
    """A debtor and his message, or why he gets none."""

    debtor: str
    phone_masked: str
    invoices: list[str]
    amounts: list[str]
    days: list[int]
    level: str
    channel: str
    state: str
    not_before: datetime | None = None  # in the debtor's zone
    reasons: list[Reason] = field(default_factory=list)
    wamid: str = ""
    verdict: str = ""
    channel_label: str = ""
    notes: list[str] = field(default_factory=list)  # rules of time, told once below the table

    def to_json(self) -> dict[str, Any]:
        """The row as the JSON file has it."""
        return {
            "debtor": self.debtor,
            "phone_masked": self.phone_masked,
            "invoices": self.invoices,
            "level": self.level or None,
            "channel": self.channel or None,
            "state": self.state,
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "reasons": [
                {"code": reason.code, "legal_reference": reason.legal_reference}
                for reason in self.reasons
            ],
            "wamid": self.wamid or None,
        }


@dataclass
class Company:
    """A company's rows."""

    name: str
    country: str
    rows: list[Row]

    def to_json(self) -> dict[str, Any]:
        """The company as the JSON file has it."""
        messages = [row.to_json() for row in self.rows]
        return {"name": self.name, "country": self.country, "messages": messages}


# === READING === #


def read(env: Any, at: datetime) -> list[Company]:
    """Every company with a row for each message, and one for each debtor who has none."""
    return [
        Company(house.name, house.key, list(_rows(env, company, at)))
        for house, company in ledger.houses(env)
    ]


def _rows(env: Any, company: Any, at: datetime) -> Iterator[Row]:
    for debtor in ledger.debtors(env, company):
        messages = env["dunning.message"].search([("partner_id", "=", debtor.id)], order="id")
        if messages:
            # an older refusal says nothing that the newest answer does not
            told = messages.filtered(lambda m, last=messages[-1]: m.state != "refused" or m == last)
            yield from (row_of_message(message, at) for message in told)
        else:
            yield _row_of_silence(env, debtor, at)


def row_of_message(message: Any, at: datetime) -> Row:
    """A message as a row."""
    lines = message.line_ids.sorted(lambda line: (line.date_due, line.id))
    zone = message._zone()
    not_before = _there(message.not_before, zone)
    reasons = [_reason(message, check) for check in _told(message.verdict, message._reasons())]
    row = Row(
        debtor=message.partner_id.name,
        phone_masked=message.contact_point_id.masked or _masked(message.partner_id.phone),
        invoices=[line.move_id.name for line in lines],
        amounts=[message.currency_id.format(line.amount) for line in lines],
        days=[(at.astimezone(zone).date() - line.date_due).days for line in lines],
        level=message.level_id.display_name or message._occasion(),
        channel=message.channel,
        channel_label=_label(message, "channel"),
        state=message.state,
        not_before=not_before if message.state == "waiting" else None,
        reasons=reasons,
        wamid=message.provider_ref or "",
    )
    row.verdict = _verdict(message, row, zone)
    if message.state in ("waiting", "approval"):
        row.notes = [reason.text for reason in reasons]
    return row


def _row_of_silence(env: Any, debtor: Any, at: datetime) -> Row:
    """What the gate would say of a debtor for whom nothing is planned."""
    moves = env["account.move"].search(
        [("partner_id", "=", debtor.id), ("move_type", "=", "out_invoice")], order="invoice_date"
    )
    candidate, verdict = env["dunning.plan"]._preview(moves[:1], naive(at))[0]
    message = env["dunning.message"]
    reasons = [_reason(message, check) for check in _told(verdict.to_dict(), verdict.reasons)]
    zone = ZoneInfo(verdict.zones[0]) if verdict.zones else UTC
    today = at.astimezone(zone).date()
    return Row(
        debtor=debtor.name,
        phone_masked=candidate.point.masked if candidate.point else _masked(debtor.phone),
        invoices=moves.mapped("name"),
        amounts=[move.currency_id.format(move.amount_residual) for move in moves],
        days=[(today - move.invoice_date_due).days for move in moves],
        level="",
        channel="",
        state=NO_MESSAGE,
        reasons=reasons,
        verdict="no reminder: " + " ".join(reason.text for reason in reasons),
    )


def _told(verdict: dict[str, Any] | None, checks: Sequence[Any]) -> list[Any]:
    """What refuses, when something does: nobody waits for an hour that changes nothing."""
    if verdict and verdict.get("outcome") == "refuse":
        return [check for check in checks if check.outcome == "refuse"]
    return list(checks)


def _reason(message: Any, check: Any) -> Reason:
    return Reason(check.code, check.legal_reference, message._explain(check))


def _verdict(message: Any, row: Row, zone: Any) -> str:
    """The verdict in words, in the debtor's own time."""
    if message.state == "waiting":
        return f"waits until {when(row.not_before)}"
    if message.state == "refused":
        return f"not sent: {' '.join(reason.text for reason in row.reasons)}"
    if message.state == "approval":
        return "waits for a person's approval"
    if message.state in LEFT:
        sent = f"sent {_there(message.attempted_at, zone):%H:%M}"
        return sent if message.state == "sent" else f"{sent}, {message.state}"
    if message.state == "failed":
        return f"failed: {message.error_details} (WhatsApp's code {message.error_code})"
    if message.state == "queued" and message.retry_at:
        return f"queued, tried again from {when(_there(message.retry_at, zone))}"
    if message.state == "cancelled":
        return f"cancelled: {(message.history or [{}])[-1].get('note', '')}"
    return _label(message, "state").lower()


def when(instant: datetime | None) -> str:
    """`Mon 23 Nov 08:00 (Lima)`."""
    if instant is None:
        return "nobody knows when"
    return f"{instant:%a %d %b %H:%M} ({place(instant)})"


def place(instant: datetime) -> str:
    """The place whose time an instant is told in, or its offset from UTC."""
    key: str = getattr(instant.tzinfo, "key", "") or f"{instant:%Z}"
    return key.rpartition("/")[2].replace("_", " ")


def _there(stored: datetime | None, zone: Any) -> datetime | None:
    """An instant of Odoo's at the debtor's place."""
    return stored.replace(tzinfo=UTC).astimezone(zone) if stored else None


def _label(record: Any, name: str) -> str:
    return dict(record._fields[name]._description_selection(record.env)).get(record[name], "")


def _masked(phone: str) -> str:
    """What stands for a number that is none."""
    return "••• (invalid)" if phone else "none"


# === TABLES === #


def table(rows: Sequence[Row], width: int = 0) -> list[str]:
    """Rows as lines of text: an invoice a line, the verdict wrapped beside them, and below what
    several verdicts stand on."""
    width = width or min(WIDEST, max(NARROWEST, shutil.get_terminal_size((USUAL, 40)).columns))
    notes = dict.fromkeys(note for row in rows for note in row.notes)
    numbers = {note: number for number, note in enumerate(notes, 1)}
    cells = [_cells(row, numbers) for row in rows]
    columns = len(HEADINGS) - 1
    widths = [
        max([len(HEADINGS[n]), *(len(line) for row in cells for line in row[n])])
        for n in range(columns)
    ]
    rest = max(36, width - sum(widths) - 2 * columns)
    lines = ["  ".join([*(HEADINGS[n].ljust(widths[n]) for n in range(columns)), HEADINGS[-1]])]
    lines.append("  ".join([*("─" * widths[n] for n in range(columns)), "─" * rest]))
    for row in cells:
        verdict = textwrap.wrap(row[-1][0], rest) or [""]
        for number in range(max(len(verdict), *(len(cell) for cell in row[:-1]))):
            parts = [
                (cell[number] if number < len(cell) else "").rjust(widths[n])
                if HEADINGS[n] in ("Open", "Days")
                else (cell[number] if number < len(cell) else "").ljust(widths[n])
                for n, cell in enumerate(row[:-1])
            ]
            parts.append(verdict[number] if number < len(verdict) else "")
            lines.append("  ".join(parts).rstrip())
    for note, number in numbers.items():
        mark = f"  [{number}] "
        lines += textwrap.wrap(note, width, initial_indent=mark, subsequent_indent=" " * len(mark))
    return lines


def _cells(row: Row, numbers: Mapping[str, int]) -> list[list[str]]:
    marks = f" [{','.join(str(numbers[note]) for note in row.notes)}]" if row.notes else ""
    return [
        [row.debtor],
        [row.phone_masked],
        row.invoices,
        row.amounts,
        [f"{days:+d}" if days else "0" for days in row.days],
        [row.level],
        [row.channel_label],
        [row.verdict + marks],
    ]


def waiting_list(rows: Sequence[Row]) -> list[str]:
    """Who waits, and until when, in the order in which they may be reached."""
    ordered = sorted(rows, key=lambda row: (row.not_before, row.debtor))
    width = max(len(row.debtor) for row in rows)
    return [
        f"  {row.debtor:<{width}}  {when(row.not_before):<32}"
        f"  {', '.join(dict.fromkeys(reason.code for reason in row.reasons))}"
        for row in ordered
    ]


def summary(companies: Sequence[Company]) -> str:
    """All states with their counts, in one line."""
    counts = Counter(row.state for company in companies for row in company.rows)
    words = {
        "read": "read",
        "delivered": "delivered",
        "sent": "sent",
        "failed": "failed",
        "uncertain": "uncertain",
        "queued": "queued",
        "waiting": "waiting for a lawful hour",
        "approval": "waiting for approval",
        "refused": "not sent",
        "cancelled": "cancelled",
        NO_MESSAGE: "with nothing to remind",
    }
    return ", ".join(f"{counts[state]} {text}" for state, text in words.items() if counts[state])


def settled_by_receipt(env: Any) -> list[str]:
    """Messages of which nobody knew for a while whether they had arrived, as lines to tell."""
    lines = []
    for message in env["dunning.message"].search([("state", "in", LEFT)]):
        if any(entry["state"] == "uncertain" for entry in message.history or ()):
            lines.append(
                f"The answer to {message.partner_id.name}'s message was lost on the way: it stayed "
                "uncertain, was not sent again, and its receipt settled it."
            )
    return lines


def chatter(move: Any, zone: Any) -> list[str]:
    """An invoice's chatter as text, oldest first, in the debtor's time."""
    lines = []
    for message in move.message_ids.sorted(lambda note: (note.date, note.id)):
        paragraphs = paragraphs_of(message.body or "")
        if paragraphs:
            lines.append(f"  {_there(message.date, zone):%Y-%m-%d %H:%M}  {message.author_id.name}")
        for paragraph in paragraphs:
            lines += textwrap.wrap(paragraph, 100, initial_indent="    ", subsequent_indent="    ")
    return lines


def paragraphs_of(body: str) -> list[str]:
    """The paragraphs of a note's HTML as plain lines."""
    from lxml.html import fragment_fromstring

    whole = fragment_fromstring(body, create_parent="div")
    for line_break in whole.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    parts = [part.text_content() for part in whole.iter("p", "li")] or [whole.text_content()]
    return [line.strip() for part in parts for line in part.splitlines() if line.strip()]
