"""Debtors answer: one asks for silence, one says that he has paid; of those who were asked whose
their number is, some say that it is theirs, one that it is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from . import people as cast
from .clock import UTC
from .stage import PLAN, Stage, problem

STOP_REPLY = "BAJA por favor"
REPLY_AFTER = timedelta(minutes=7)


@dataclass
class Answers:
    """What came of the answers: lines to tell, and the message that was answered first."""

    message_id: int = 0
    lines: list[str] = field(default_factory=list)


def answer(stage: Stage) -> Answers:
    """Let them answer some minutes after they have read; without a reader nobody answers."""
    with stage.env() as env:
        read = env["dunning.message"].search(
            [("state", "=", "read"), ("level_id", "!=", False)], order="id"
        )
        people = read.filtered(
            lambda m: m.template_id.language != "pt_BR" and not m.partner_id.is_company
        )
        stops, pays = people[:1], people[1:].filtered(_paid_button)[:1]
        if not stops:
            return Answers()
        stage.clock.move_to(datetime.now(UTC) + REPLY_AFTER)
        _reply(stage, stops, text=STOP_REPLY)
        if pays:
            _reply(stage, pays, button=("DUN:paid", _paid_button(pays).text))
        asked = _answer_first_touch(stage, env)
        ids = stops.id, pays.id
    stage.take_in()
    stage.cron(PLAN)
    with stage.env() as env:
        stops, pays = (env["dunning.message"].browse(filter(None, [id_])) for id_ in ids)
        told = [_tell_first_touch(env["dunning.message"].browse(id_)) for id_ in asked]
        return Answers(stops.id, [_tell_withdrawal(stops), *_tell_hold(pays), *told])


def _answer_first_touch(stage: Stage, env: Any) -> list[int]:
    """Let those who were asked whose their number is tap what they tap; returns the questions."""
    asked = env["dunning.message"].search(
        [("purpose", "=", "identity"), ("state", "in", ("read", "delivered", "sent"))], order="id"
    )
    answered = []
    for question in asked:
        action = cast.UNVERIFIED.get(question.partner_id.ref)
        if action:
            label = _button(question, action).text
            _reply(stage, question, button=(f"DUN:{action}", label))
            answered.append(question.id)
    return answered


def _button(message: Any, action: str) -> Any:
    """The quick reply of a message that means something."""
    return message.template_id.button_ids.filtered(lambda button: button.action == action)


def _tell_first_touch(question: Any) -> str:
    """What came of an answer: the reminder, or a number that is written to no more."""
    partner, point = question.partner_id, question.contact_point_id
    label = _button(question, cast.UNVERIFIED[partner.ref]).text
    said = f"{partner.name} was asked whose {point.masked} is; the answer was “{label}”"
    if point.state == "not_theirs":
        return f"{said}: nothing more is sent there, and somebody looks for the right number."
    if point.state != "verified":
        raise problem(f"{said}, and the number is not verified.")
    reminder = question.env["dunning.message"].search(
        [("partner_id", "=", partner.id), ("level_id", "!=", False)], order="id desc", limit=1
    )
    if reminder.state == "waiting":
        return f"{said}: the reminder follows on {reminder._when(reminder.not_before)}."
    return f"{said}: the reminder is {reminder.state}."


def _paid_button(message: Any) -> Any:
    """The quick reply by which a debtor says that he has paid."""
    return _button(message, "paid")


def _reply(stage: Stage, message: Any, **content: Any) -> None:
    stage.sandbox.push_inbound(
        message.contact_point_id.value,
        context=message.provider_ref,
        profile_name=message.partner_id.name,
        phone_number_id=message.account_id.phone_number_id,
        **content,
    )


def _tell_withdrawal(message: Any) -> str:
    partner = message.partner_id
    if partner.dunning_consent_state != "withdrawn":
        raise problem(f"{partner.name} asked for silence, and the consent did not fall.")
    return f"{partner.name} answered “{STOP_REPLY}”: the consent for WhatsApp is withdrawn."


def _tell_hold(message: Any) -> list[str]:
    hold = message.env["dunning.hold"].search([("partner_id", "in", message.partner_id.ids)])[:1]
    if not hold:
        return []
    until = message._when(hold.date_to)
    label = _paid_button(message).text
    return [f"{message.partner_id.name} tapped “{label}”: reminders rest until {until}."]
