"""What mail servers answer, and what comes back by e-mail."""

import smtplib
from email import message_from_string

import pytest

from core.delivery import Delivery
from core.mail.inbound import Bounce, message_id, own_words, read_bounce, references
from core.mail.refusal import enhanced_status, judge, unreachable
from core.whatsapp.errors import Action

REFERENCE = "dun:3f0c8b1e-6a44-4c0e-9f6b-0a8b6a1f2c3d"


def at_recipient(code, words):
    return smtplib.SMTPRecipientsRefused({"a@x.example": (code, words.encode())})


def at_sender(code, words):
    return smtplib.SMTPSenderRefused(code, words.encode(), "b@x.example")


def at_content(code, words):
    return smtplib.SMTPDataError(code, words.encode())


@pytest.mark.parametrize(
    ("error", "action", "code"),
    [
        (at_recipient(550, "5.1.1 User unknown"), Action.NUMBER, 550),
        (at_recipient(550, "No such user"), Action.NUMBER, 550),
        (at_recipient(552, "5.2.2 Mailbox full"), Action.FAIL, 552),
        (at_recipient(554, "5.7.1 Relay access denied"), Action.ACCOUNT, 554),
        (at_recipient(451, "4.7.1 Greylisted"), Action.RETRY, 451),
        (at_recipient(421, "Too many connections"), Action.RETRY, 421),
        (at_sender(553, "5.7.1 Not yours"), Action.ACCOUNT, 553),
        (at_sender(452, "4.3.1 Full"), Action.RETRY, 452),
        (at_content(554, "5.7.1 Spam"), Action.FAIL, 554),
        (at_content(552, "Too big"), Action.FAIL, 552),
        (at_content(550, "5.1.1 User unknown"), Action.NUMBER, 550),
        (at_content(451, "Try again"), Action.RETRY, 451),
        (smtplib.SMTPNotSupportedError("SMTPUTF8 not supported"), Action.NUMBER, None),
    ],
)
def test_what_a_server_said_no_to_did_not_leave(error, action, code):
    delivery = judge(error)
    assert (delivery.outcome, delivery.action, delivery.code) == ("refused", action, code)
    assert delivery.details


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
        TimeoutError("timed out"),
        ConnectionResetError(104, "reset"),
        smtplib.SMTPRecipientsRefused({}),
        ValueError("a bug"),
        None,
    ],
)
def test_whatever_no_server_said_no_to_may_have_left(error):
    assert judge(error) == Delivery("unknown", details=type(error).__name__)


def test_without_a_connection_nothing_left():
    delivery = unreachable(ConnectionRefusedError(111, "Connection refused"))
    assert (delivery.outcome, delivery.action) == ("refused", Action.ACCOUNT)
    assert "refused" in delivery.details
    assert unreachable(TimeoutError()).details == "TimeoutError"


def test_a_servers_words_are_kept_short_and_on_one_line():
    delivery = judge(at_content(554, "a\r\n b\xff" + "c" * 999))
    assert delivery.details.startswith("a b")
    assert len(delivery.details) == 300


@pytest.mark.parametrize(
    ("text", "status"),
    [("550 5.1.1 <a@b>: User", "5.1.1"), ("4.4.7", "4.4.7"), ("1.2.3 and 15.1.1.1", ""), ("", "")],
)
def test_the_enhanced_status_is_found_in_words(text, status):
    assert enhanced_status(text) == status


def test_a_message_id_leads_back_to_our_reference():
    mine = message_id(REFERENCE, "andina.example")
    assert mine == "<dun.3f0c8b1e-6a44-4c0e-9f6b-0a8b6a1f2c3d@andina.example>"
    assert references(f"<other@x.example>\r\n {mine.upper()} {mine}") == [REFERENCE, REFERENCE]
    assert references("<dun.nothing@x> dun.@x dun.3f0c8b1e@x") == []


def report(fields, headers="", body="cut"):
    return message_from_string(
        f"{headers}Content-Type: multipart/report; boundary={body}\n\n--{body}\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{fields}\n--{body}--\n"
    )


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "expected"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 No", Bounce(550, "550 5.1.1 No", True, True)),
        ("failed", "5.1.10", "smtp; 550 No one", Bounce(550, "550 No one", True, True)),
        ("failed", "5.2.2", "smtp; 552 Full", Bounce(552, "552 Full", True, False)),
        ("failed", "5.7.1", "smtp; 550 Blocked", Bounce(550, "550 Blocked", True, False)),
        ("failed", "4.4.7", "", Bounce(400, "4.4.7", True, False)),
        ("failed", "5.0.0", "", Bounce(500, "5.0.0", True, False)),
        ("delayed", "4.4.1", "smtp; 421 Later", Bounce(421, "421 Later", False, False)),
        ("delivered", "2.0.0", "", Bounce(200, "2.0.0", False, False)),
        ("FAILED", "", "smtp; 550 5.4.4 No host", Bounce(550, "550 5.4.4 No host", True, True)),
        ("", "5.1.1", "X-Postfix", Bounce(500, "X-Postfix", True, True)),
    ],
)
def test_a_report_is_read_by_its_fields(action, status, diagnostic, expected):
    fields = "Final-Recipient: rfc822; a@x.example\n"
    for name, value in [("Action", action), ("Status", status), ("Diagnostic-Code", diagnostic)]:
        fields += f"{name}: {value}\n" if value else ""
    assert read_bounce(report(fields)) == expected


def test_a_report_in_words_alone_is_judged_by_them():
    plain = "Content-Type: text/plain; charset=utf-8\n\n"
    words = "The following address failed:\n a@x.example: 550 5.1.1 no tal señor\n"
    bounce = read_bounce(message_from_string(plain + words))
    assert (bounce.code, bounce.is_final, bounce.is_hard) == (550, True, True)
    assert read_bounce(message_from_string(plain)).is_hard is False
    assert read_bounce(report("Reporting-MTA: dns; again")).is_final


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("BAJA", "BAJA"),
        ("Baja\n\nEl mié, 25 nov 2026 a las 10:00, Andina escribió:\n> Hola", "Baja"),
        ("Sair\n\nEm qua., 25 de nov. de 2026, Andina escreveu:\n> Olá", "Sair"),
        ("Stop\n\nOn Wed, Nov 25, 2026 at 10:00, Andina wrote:\n> Hello", "Stop"),
        ("Pago mañana\n-----Mensaje original-----\nDe: Andina", "Pago mañana"),
        ("Pago\n________________________________\nDe: Andina <a@b>", "Pago"),
        ("Pago\nDe: Andina <a@b.example>\nEnviado: hoy", "Pago"),
        ("De acuerdo con todo.\nEl viernes pago.", "De acuerdo con todo.\nEl viernes pago."),
        ("> solo cita", ""),
    ],
)
def test_an_answer_is_read_without_what_it_quotes(text, own):
    assert own_words(text) == own
