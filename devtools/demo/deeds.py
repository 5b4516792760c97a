"""What happened after an invoice was posted: payments, credits, blocks, agreements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from .clock import naive


def _pay(moves: Any, _at: datetime, share: float = 1.0) -> None:
    env = moves.with_context(active_model="account.move", active_ids=moves.ids).env
    amount = moves.currency_id.round(sum(moves.mapped("amount_residual")) * share)
    values = {"amount": amount, "payment_date": _today(moves)}
    env["account.payment.register"].create(values)._create_payments()


def _pay_part(moves: Any, at: datetime) -> None:
    _pay(moves, at, 0.4)


def _announce_payment(moves: Any, at: datetime) -> None:
    """A payment that the bank has not confirmed, as Odoo's Accounting app keeps it: without a
    journal entry, so that the invoice's own lines stay open."""
    with patch.object(type(moves), "_get_invoice_in_payment_state", lambda _moves: "in_payment"):
        _pay(moves, at)
        moves.env.flush_all()


def _credit(moves: Any, _at: datetime) -> None:
    """A credit note for all of it, matched with the invoice."""
    for move in moves:
        wizard = (
            move.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "journal_id": move.journal_id.id,
                    "reason": "Devolución",
                    "date": _today(moves),
                }
            )
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()


def _credit_apart(moves: Any, _at: datetime) -> None:
    """A credit that covers all of it and that nobody has matched with the invoice yet."""
    for move in moves:
        line = move.invoice_line_ids
        row = {
            "name": "Bonificación",
            "quantity": line.quantity,
            "price_unit": line.price_unit,
            "tax_ids": [(6, 0, line.tax_ids.ids)],
        }
        values = {
            "move_type": "out_refund",
            "company_id": move.company_id.id,
            "partner_id": move.partner_id.id,
            "invoice_date": _today(moves),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [(0, 0, row)],
        }
        move.env["account.move"].create(values).action_post()


def _block(moves: Any, _at: datetime) -> None:
    for move in moves:
        move.action_toggle_block_payment()


def _exclude(moves: Any, _at: datetime) -> None:
    moves.no_followup = True


def _blacklist(moves: Any, _at: datetime) -> None:
    for partner in moves.partner_id:
        moves.env["phone.blacklist"]._add([partner.phone_sanitized])


def _dispute(moves: Any, at: datetime) -> None:
    moves.env["dunning.hold"].create(
        {
            "company_id": moves.company_id.id,
            "partner_id": moves.commercial_partner_id.id,
            "reason": "dispute",
            "date_from": naive(at),
            "note": "Dice que la mercadería llegó incompleta.",
        }
    )


def _agree(moves: Any, at: datetime) -> None:
    """Three monthly payments, the first still to come."""
    _accept(moves, "plan", 3, at + timedelta(days=20), at)


def _agree_and_break(moves: Any, at: datetime) -> None:
    """A promise whose day will have passed without a payment."""
    _accept(moves, "promise", 1, at + timedelta(days=7), at)


def _accept(moves: Any, kind: str, count: int, first: datetime, at: datetime) -> None:
    agreement = moves.env["dunning.agreement"].create(
        {
            "company_id": moves.company_id.id,
            "partner_id": moves.commercial_partner_id.id,
            "currency_id": moves.currency_id.id,
            "move_ids": [(6, 0, moves.ids)],
            "kind": kind,
            "count": count,
            "first_date": first.date(),
        }
    )
    person = moves.commercial_partner_id.name
    agreement._accept({"how": "call", "person": person, "accepted_at": naive(at)})


def _today(moves: Any) -> date:
    return moves.env["account.move"]._fields["invoice_date"].today()


# deed: (days before the played instant, what is done with the invoices at that instant)
DEEDS: dict[str, tuple[int, Callable[[Any, datetime], None]]] = {
    "block": (18, _block),
    "exclude": (17, _exclude),
    "agree_and_break": (16, _agree_and_break),
    "dispute": (15, _dispute),
    "agree": (12, _agree),
    "blacklist": (10, _blacklist),
    "credit_apart": (7, _credit_apart),
    "credit": (6, _credit),
    "pay_part": (5, _pay_part),
    "pay": (3, _pay),
    "announce_payment": (1, _announce_payment),
}
