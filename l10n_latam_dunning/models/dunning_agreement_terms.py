from datetime import timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, format_time

from ..core.debt import instalments
from ..core.debt.instalments import Part
from ..core.debt.interest import COMPONENTS
from ..core.law.calendar import is_day_off
from ..tools import aware, proof_in_words, to_amount, to_units
from .dunning_agreement import LIVE, OPEN
from .dunning_agreement_charges import WAIVED_BY
from .dunning_agreement_offer import TITLE_SIZE

PAYLOAD = "DUN:offer:"
# What an interactive message of WhatsApp holds.
MOST_CHOICES = 3
BODY_SIZE = 1024
LISTED_INVOICES = 3
# More payments than this are told in one sentence.
LISTED_PAYMENTS = 6


class DunningAgreement(models.Model):
    """What is agreed: amounts and days, the words for it, and how the debtor says yes."""

    _inherit = "dunning.agreement"

    # === TERMS ===

    def _units(self, amount):
        """An amount as integer in the smallest unit of the currency."""
        return to_units(self.currency_id, amount)

    def _in_order(self):
        """The payments as the core sorts them."""
        return self.instalment_ids.sorted("date_due")

    def _parts(self):
        return [Part(part.date_due, self._units(part.amount)) for part in self._in_order()]

    def _is_day_off(self):
        """Whether a day is a weekend or a holiday at the debtor, as a function of the day."""
        gate, law = self.env["dunning.gate"], self.env["dunning.jurisdiction"]._law_book()
        country, state = gate._place(self.partner_id)
        return lambda day: is_day_off(law.in_force(country, state, day), state, day)

    def _to_pay(self):
        """Units that the debtor pays: a promise may be of a part, what is waived is not paid."""
        if self.kind == "promise" and self.amount:
            return self._units(self.amount)
        return self._units(self.amount_open) - self._units(self.amount_waived)

    def _schedule(self):
        """The parts by the terms; refuses terms that leave a part with nothing."""
        try:
            return instalments.schedule(
                self._to_pay(),
                self.count,
                self.first_date,
                self.every,
                self.unit,
                self._units(self.down_payment) if self.kind == "plan" else 0,
                self._is_day_off(),
            )
        except ValueError as error:
            raise UserError(
                self.env._(
                    "So little is open that a payment would be of nothing: change the terms."
                )
            ) from error

    def _prepare_instalment_vals(self):
        return [
            {"date_due": part.due, "amount": to_amount(self.currency_id, part.units)}
            for part in self._schedule()
        ]

    def _fill_instalments(self):
        if not self.instalment_ids:
            rows = self._prepare_instalment_vals()
            self.instalment_ids = [fields.Command.create(vals) for vals in rows]

    def _check_total(self):
        """The payments are what is open less what is waived; of a promise, what is promised."""
        currency = self.currency_id
        if not self.amount_open:
            raise UserError(self.env._("Nothing is open on these invoices."))
        part = self.amount if self.kind == "promise" else 0.0
        whole = self.amount_open - self.amount_waived
        wrong = currency.compare_amounts(self.amount_agreed, part or whole)
        too_much = part and currency.compare_amounts(part, whole) > 0
        if wrong or too_much or (part and self.amount_waived):
            raise UserError(
                self.env._(
                    "The payments agreed are %(agreed)s, the invoices are open for %(open)s, of"
                    " which %(waived)s is waived: make them equal.",
                    agreed=currency.format(self.amount_agreed),
                    open=currency.format(self.amount_open),
                    waived=currency.format(self.amount_waived),
                )
            )

    # === WORDS ===

    def _for_debtor(self):
        """This agreement in the debtor's language, else the company's."""
        installed = dict(self.env["res.lang"].get_installed())
        own = (self.partner_id.lang, self.company_id.partner_id.lang)
        return self.with_context(lang=next((lang for lang in own if lang in installed), "en_US"))

    def _terms(self):
        """The payments agreed in words."""
        return self._parts_in_words(self._parts())

    def _parts_in_words(self, parts):
        def told(part):
            amount = self.currency_id.format(to_amount(self.currency_id, part.units))
            return f"{format_date(self.env, part.due)}: {amount}".replace("\xa0", " ")

        if len(parts) <= LISTED_PAYMENTS:
            return "; ".join(told(part) for part in parts)
        return self.env._(
            "%(count)s payments; %(first)s; %(second)s; then each at its turn until %(last)s",
            count=len(parts),
            first=told(parts[0]),
            second=told(parts[1]),
            last=told(parts[-1]),
        )

    def _invoices_in_words(self):
        names = self.move_ids.mapped("name")
        more = len(names) - LISTED_INVOICES
        listed = ", ".join(names[:LISTED_INVOICES])
        return f"{listed} +{more}" if more > 0 else listed

    def _agreement_in_words(self, parts=None, waived=None, let_off=None):
        """The whole of what is agreed, as a debtor hears or reads it; ``let_off`` are the
        components of interest and fees that are given up, where not the agreement's own."""
        waived = self.amount_waived if waived is None else waived
        text = self.env._(
            "%(debtor)s pays %(company)s for %(invoices)s: %(terms)s.",
            debtor=self.partner_id.name,
            company=self.company_id.name,
            invoices=self._invoices_in_words(),
            terms=self._parts_in_words(parts or self._parts()),
        )
        off = waived and self.env._(
            "%s is waived when all of it is paid in time.",
            self.currency_id.format(waived).replace("\xa0", " "),
        )
        return " ".join(filter(None, [text, off, self._charges_in_words(let_off)]))

    # === OFFERS ===

    @api.model
    def _draft_for(self, moves):
        """A draft on invoices of one debtor and currency, to be offered or accepted."""
        return self.create(
            {
                "company_id": moves.company_id.id,
                "partner_id": moves.commercial_partner_id.id,
                "currency_id": moves.currency_id.id,
                "move_ids": [fields.Command.set(moves.ids)],
                "user_id": self._whose(moves).id,
                "first_date": fields.Date.context_today(self),
            }
        )

    @api.model
    def _whose(self, moves):
        """Who follows an agreement: the user who makes it; where the debtor made it himself, whom
        the policy names, or who sold."""
        policies = self.env["dunning.policy"].sudo()._by_country(moves.company_id)
        policy = self.env["dunning.plan"]._policy_of(policies, moves.commercial_partner_id)
        users = self.env.user, policy.user_id, *moves.sudo().invoice_user_id
        return next((one for one in users if one.active and not one.share), self.env["res.users"])

    @api.model
    def _offer_for(self, moves):
        """Propose the policy's ways to pay what is open on these invoices; returns the proposal,
        or nothing where something is agreed or proposed already or the policy approves nothing."""
        Agreement = self.sudo()
        moves = moves.filtered(lambda move: move.amount_residual > 0 and move.state == "posted")
        under_way = [("state", "in", ("proposed", LIVE)), ("move_ids", "in", moves.ids)]
        if not moves or Agreement.search_count(under_way, limit=1):
            return Agreement.browse()
        agreement = Agreement._draft_for(moves)
        choices = agreement._choices()
        if not choices:
            agreement.unlink()
            return Agreement.browse()
        agreement._propose(choices)
        return agreement

    def _choices(self):
        """Up to three ways to pay that the policy approves beforehand, with their exact text in
        the debtor's language; one that does not fit the amount is left out."""
        self.ensure_one()
        agreement = self._for_debtor()
        choices = []
        for offer in agreement._policy().offer_ids.sudo()[:MOST_CHOICES]:
            whole = agreement._units(agreement.amount_open)
            waived = instalments.discount(whole, offer.waived_percent)
            first = agreement._today() + timedelta(days=offer.days)
            try:
                parts = instalments.schedule(
                    whole - waived,
                    offer.count,
                    first,
                    offer.every,
                    offer.unit,
                    is_off=agreement._is_day_off(),
                )
            except ValueError:
                continue
            terms = {
                "kind": offer.kind,
                "every": offer.every,
                "unit": offer.unit,
                "waived": waived,
                "let_off": list(COMPONENTS) if offer.waive_charges else [],
                "parts": [[str(part.due), part.units] for part in parts],
            }
            choices.append(agreement._prepare_option_vals(offer._button_text(), terms, offer))
        return choices

    def _own_choice(self):
        """The terms of this draft as the one way that is offered."""
        self._check_ready()
        agreement = self._for_debtor()
        terms = {
            "kind": self.kind,
            "every": self.every,
            "unit": self.unit,
            "waived": self._units(self.amount_waived),
            "let_off": self._components_waived(),
            "parts": [[str(part.due), part.units] for part in self._parts()],
        }
        return [agreement._prepare_option_vals(agreement.env._("I agree"), terms)]

    def _prepare_option_vals(self, title, terms, offer=None):
        parts = [Part(fields.Date.to_date(day), units) for day, units in terms["parts"]]
        waived = to_amount(self.currency_id, terms["waived"])
        return {
            "offer_id": offer.id if offer else False,
            "title": title[:TITLE_SIZE],
            "text": self._agreement_in_words(parts, waived, terms["let_off"]),
            "terms": terms,
        }

    def _propose(self, choices=None):
        """Offer these choices, or the draft's own terms, to the debtor. What he reads is kept
        word for word; reminders of the invoices rest until the offer ends."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("Only a draft is proposed."))
        choices = choices or self._own_choice()
        agreement = self.sudo()
        policy = agreement._policy()
        until = fields.Datetime.now() + timedelta(days=policy.offer_days if policy else 3)
        commands = [fields.Command.create(vals) for vals in choices[:MOST_CHOICES]]
        agreement.write({"state": "proposed", "option_ids": commands, "valid_until": until})
        agreement.offer_text = agreement._interactive()["body"]
        agreement._hold_while_proposed()
        self.env.ref("l10n_latam_dunning.ir_cron_agreements").sudo()._trigger(until)
        agreement._log(agreement.env._("Payment agreement proposed: %s", agreement.offer_text))
        return agreement.option_ids

    def _hold_while_proposed(self):
        self.env["dunning.hold"].sudo().create(
            {
                "company_id": self.company_id.id,
                "scope": "invoices",
                "partner_id": self.partner_id.id,
                "move_ids": [fields.Command.set(self.move_ids.ids)],
                "reason": "agreement_pending",
                "date_to": self.valid_until,
                "note": self.name,
            }
        )

    def _interactive(self):
        """The offer as an interactive message of WhatsApp holds it: {"body": at most 1024
        letters, "buttons": at most three of {"id", "title"}}, in the debtor's language."""
        self.ensure_one()
        agreement = self.sudo()._for_debtor()
        env = agreement.env
        options = agreement.option_ids
        head = env._(
            "%(company)s offers for %(invoices)s, open for %(amount)s:",
            company=agreement.company_id.name,
            invoices=agreement._invoices_in_words(),
            amount=agreement.currency_id.format(agreement.amount_open).replace("\xa0", " "),
        )
        rows = [f"• {option.title}: {agreement._option_in_words(option)}" for option in options]
        foot = env._(
            "The offer holds until %s: tap what suits you, and with that it is agreed.",
            agreement._local_time(agreement.valid_until),
        )
        body = "\n".join([head, *rows, foot])
        if len(body) > BODY_SIZE:
            room = BODY_SIZE - len(head) - len(foot) - 2 - 2 * len(rows)
            rows = [row[: room // len(rows) - 1] + "…" for row in rows]
            body = "\n".join([head, *rows, foot])[:BODY_SIZE]
        buttons = [{"id": PAYLOAD + option.token, "title": option.title} for option in options]
        return {"body": body, "buttons": buttons}

    def _option_in_words(self, option):
        parts = [Part(fields.Date.to_date(day), units) for day, units in option.terms["parts"]]
        text = self._parts_in_words(parts)
        let_off = self._let_off(self._charges_of()[self], option.terms.get("let_off", ()))
        if not let_off:
            return text
        amount = self.currency_id.format(float(let_off)).replace("\xa0", " ")
        return self.env._(
            "%(payments)s (without %(amount)s of interest and fees)", payments=text, amount=amount
        )

    def _local_time(self, instant):
        zones = (
            self.env["dunning.jurisdiction"]
            ._law_book()
            .zones(*self.env["dunning.gate"]._place(self.partner_id))
        )
        zone = zones[0] if zones else "UTC"
        day = format_date(self.env, aware(instant).astimezone(ZoneInfo(zone)))
        return f"{day} {format_time(self.env, instant, tz=zone, time_format='short')}"

    # === ACCEPTANCE ===

    @api.model
    def _accept_offer(self, token, proof):
        """The debtor took the option of this token: its agreement is in force, exactly once.
        Returns it, or nothing when there is no such offer, it has ended or was taken already."""
        option = self.env["dunning.agreement.option"].sudo().search([("token", "=", token)])
        agreement = option.agreement_id
        if not agreement:
            return agreement
        self.env.cr.execute(
            SQL("SELECT id FROM dunning_agreement WHERE id = %s FOR UPDATE", agreement.id)
        )
        agreement.invalidate_recordset(["state"])
        if agreement.state != "proposed" or agreement.valid_until < fields.Datetime.now():
            return agreement.browse()
        agreement._take(option)
        agreement._accept({"wording": f"{agreement.offer_text}\n\n{option.title}", **proof})
        return agreement

    def _take(self, option):
        """Write an option's terms as the agreement's own."""
        terms = option.terms
        parts = [Part(fields.Date.to_date(day), units) for day, units in terms["parts"]]
        option.chosen = True
        self.instalment_ids.unlink()
        self.write(
            {
                "state": "proposed",
                "kind": terms["kind"],
                "count": len(parts),
                "every": terms["every"],
                "unit": terms["unit"],
                "first_date": parts[0].due,
                "amount_waived": to_amount(self.currency_id, terms["waived"]),
                **{name: part in terms.get("let_off", ()) for part, name in WAIVED_BY.items()},
                "instalment_ids": [
                    fields.Command.create(
                        {
                            "date_due": part.due,
                            "amount": to_amount(self.currency_id, part.units),
                        }
                    )
                    for part in parts
                ],
            }
        )

    def _accept(self, proof):
        """Put the agreement in force: reminders of its invoices rest from now on. ``proof`` says
        how the debtor agreed and who he was (``how``, ``person``), and as far as it is known
        ``accepted_at``, ``wording``, ``lang``, ``reference``, ``note``."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        if not self.instalment_ids:
            raise UserError(self.env._("Choose which of the offers the debtor accepted."))
        agreement = self.sudo().with_context(lang=self.company_id.partner_id.lang)
        agreement.move_ids.lock_for_update()
        agreement._check_not_live()
        agreement._check_charges()
        agreement._end_pending_hold(agreement.env._("The debtor accepted."))
        agreement.write(
            {
                "state": LIVE,
                "amount_at_start": agreement.amount_open,
                "charges": agreement._charges_of()[agreement].to_dict(),
                "accepted_at": proof.get("accepted_at") or fields.Datetime.now(),
                "line_ids": [fields.Command.create(row) for row in agreement._start_rows()],
                "acceptance_ids": [
                    fields.Command.create(agreement._prepare_acceptance_vals(proof))
                ],
            }
        )
        agreement._waive_charges()
        agreement.env["dunning.message"]._cancel_for_agreement(agreement)
        agreement._log(
            agreement.env._(
                "Payment agreement in force: %(terms)s %(how)s. Reminders rest while it holds.",
                terms=agreement._agreement_in_words(),
                how=agreement._acceptance_in_words(),
            )
        )
        agreement._confirm_if_wished()

    def _prepare_acceptance_vals(self, proof):
        debtor = self._for_debtor()
        return {
            "wording": debtor._agreement_in_words(),
            "lang": debtor.env.lang,
            "person": self.partner_id.name,
            "user_id": self.env.uid,
            **{name: value for name, value in proof.items() if value},
        }

    def _acceptance_in_words(self):
        acceptance = self.acceptance_ids[:1]
        labels = dict(acceptance._fields["how"]._description_selection(self.env))
        proof = proof_in_words(self.env, acceptance.reference)
        return self.env._(
            "Accepted by %(person)s on %(when)s (%(how)s), recorded by %(user)s",
            person=acceptance.person,
            when=self._local_time(acceptance.accepted_at),
            how=", ".join(filter(None, [labels[acceptance.how], proof])),
            user=acceptance.user_id.name,
        )

    def _check_not_live(self):
        """Name the invoice that is in an agreement already; the database has the last word."""
        lines = self.env["dunning.agreement.line"].search(
            [("move_id", "in", self.move_ids.ids), ("live", "=", True)], limit=1
        )
        if lines:
            raise UserError(
                self.env._(
                    "%s is already in an agreement that holds. Cancel that one first.",
                    lines.move_id.name,
                )
            )

    def _end_pending_hold(self, why):
        holds = self.env["dunning.hold"].search(
            [
                ("reason", "=", "agreement_pending"),
                ("ended_at", "=", False),
                ("move_ids", "in", self.move_ids.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )
        holds._end(why)

    def _cancel(self, why):
        """End an agreement before it is kept or broken."""
        was_live, was_open = self.state == LIVE, self.state in OPEN
        self._close("cancelled", why)
        if was_open:
            self._end_pending_hold(self.env._("The offer was taken back."))
        if was_live:
            self._log(
                self.env._("Payment agreement %s; reminders may start again.", why),
            )

    # === CHATTER ===

    def _log(self, text):
        """One note on each invoice of this agreement and on the agreement itself."""
        self.ensure_one()
        body = Markup("<p>%s</p>") % Markup("<br/>").join(text.splitlines())
        self.move_ids._message_log_batch({move.id: body for move in self.move_ids})
        self._message_log(body=body)
