import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import consteq, format_date
from odoo.tools.misc import formatLang, hmac

from ..core import phones
from ..core.law.jurisdiction import binds
from ..core.page.hours import choices
from .dunning_plan import SALE_TYPES
from .dunning_week import together

FORM_SCOPE = "l10n_latam_dunning.page.form"
PASS_SCOPE = "l10n_latam_dunning.page.pass"
# A form may lie open while somebody looks for the receipt.
FORM_AGE = timedelta(hours=24)
PASS_AGE = timedelta(hours=1)
KEY_LENGTH = 4
EMAIL = "email"


@dataclass(slots=True)
class Visit:
    """Somebody on a debtor's page: whose page, of which company, over which contact point or
    portal user, and from where. ``key`` is what the page's marks are bound to."""

    partner: Any
    company: Any
    point: Any
    key: str
    user: Any = None
    identified: bool = False
    address: str = ""
    agent: str = ""
    policy: Any = None
    keys: frozenset[str] = frozenset()
    asks: bool = False

    @property
    def debtor(self):
        return self.partner.commercial_partner_id

    @property
    def is_disowned(self):
        return self.point.state == "not_theirs"

    @property
    def sees(self):
        """Whether what is owed is shown."""
        return not self.is_disowned and (self.identified or not self.asks)

    @property
    def speaks(self):
        """Whether he may answer: also he whom nothing on file could identify."""
        return self.sees or (not self.is_disowned and not self.keys)


class DunningPage(models.AbstractModel):
    """What a debtor's own page shows, in his language. To look at it changes nothing."""

    _name = "dunning.page"
    _description = "The debtor's own page"

    # === WHO IS THERE ===

    @api.model
    def _visit(self, partner, company, point, key, **values):
        """Somebody who opened a page, and how much of it he may see."""
        page = self._of(partner, company)
        records = page.env["res.partner"].browse(partner.id)
        office = page.env["res.company"].browse(company.id)
        visit = Visit(records, office, page.env["dunning.contact.point"].browse(point.ids), key)
        for name, value in values.items():
            setattr(visit, name, value)
        policies = page.env["dunning.policy"]._by_country(office)
        visit.policy = page.env["dunning.plan"]._policy_of(policies, visit.debtor)
        visit.policy = visit.policy or page.env["dunning.policy"]
        visit.keys = page._keys(visit.debtor)
        visit.asks = not visit.user and page._asks(visit)
        return visit

    @api.model
    def _of(self, partner, company):
        """The page in the language that its debtor reads. What follows from his answers is done
        by the program, since nobody is logged in."""
        page = self.with_user(SUPERUSER_ID).with_company(company)
        lang = page.env["dunning.contact.point"]._page_lang(partner, company)
        return page.with_context(lang=lang, allowed_company_ids=company.ids)

    @api.model
    def _asks(self, visit):
        """Whether the page asks who opens it: where the law's pack or the policy wants it, and
        where nobody has confirmed that the link went to the debtor."""
        law = self._law(visit)
        wanted = visit.policy.page_check or (law and law.page_check)
        return bool(wanted) or visit.point.state != "verified"

    @api.model
    def _law(self, visit):
        """The pack in force at the debtor's country."""
        today = fields.Date.today()
        return self.env["dunning.jurisdiction"].search(
            [
                ("country_id", "=", visit.debtor.country_id.id),
                ("state_id", "=", False),
                ("date_from", "<=", today),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ],
            order="date_from desc",
            limit=1,
        )

    @api.model
    def _keys(self, debtor):
        """The ends of what is on file of a debtor that he will know and others hardly."""
        known = (_plain(debtor.vat), _plain(debtor.zip))
        return frozenset(key[-KEY_LENGTH:] for key in known if len(key) >= KEY_LENGTH)

    @api.model
    def _knows(self, visit, said):
        """Whether somebody wrote one of the keys: all of a number will do as well."""
        end = _plain(said)[-KEY_LENGTH:]
        if not end.isascii():
            return False
        # each is compared, whether one was right already or not
        return bool(sum(consteq(key, end) for key in visit.keys if key.isascii()))

    # === MARKS ===

    @api.model
    def _form_mark(self, visit):
        """A mark that makes a form answer once, and that only who saw the page can have."""
        stem = f"{int(fields.Datetime.now().timestamp()):x}.{secrets.token_urlsafe(9)}"
        return f"{stem}.{self._sign(FORM_SCOPE, visit, stem)}"

    @api.model
    def _is_form_mark(self, visit, mark):
        stem, _dot, signature = (mark or "").rpartition(".")
        if not mark.isascii() or not consteq(self._sign(FORM_SCOPE, visit, stem), signature):
            return False
        issued = int(stem.partition(".")[0], 16)
        return fields.Datetime.now().timestamp() - issued < FORM_AGE.total_seconds()

    @api.model
    def _pass(self, visit):
        """What shows for an hour that somebody said who he is."""
        until = f"{int((fields.Datetime.now() + PASS_AGE).timestamp()):x}"
        return f"{until}.{self._sign(PASS_SCOPE, visit, until)}"

    @api.model
    def _is_pass(self, visit, text):
        until, _dot, signature = (text or "").partition(".")
        if not text or not text.isascii():
            return False
        if not consteq(self._sign(PASS_SCOPE, visit, until), signature):
            return False
        return fields.Datetime.now().timestamp() < int(until, 16)

    @api.model
    def _sign(self, scope, visit, text):
        serial = visit.partner.dunning_page_serial
        return hmac(self.env(su=True), scope, f"{visit.key}:{serial}:{text}")[:32]

    # === WHAT IT SHOWS ===

    @api.model
    def _read(self, visit):
        """All that the page's template needs; of one that is not to see the debt, no word of it."""
        page = self._of(visit.partner, visit.company)
        shown = {
            "lang": page.env.lang,
            "html_lang": (page.env.lang or "").replace("_", "-"),
            "company": visit.company,
            "logo": bool(visit.company.logo_web and not visit.company.uses_default_logo),
            "masked": visit.point.masked or "",
            "disowned": visit.is_disowned,
            "sees": visit.sees,
            "speaks": visit.speaks,
            "asks": visit.asks and not visit.identified and bool(visit.keys),
            "unknown": visit.asks and not visit.keys,
            "link": bool(visit.point),
            "portal": bool(visit.user),
            "mark": page._form_mark(visit),
            # each by its own name alone: Spanish / Español
            "languages": [
                (code, name.rpartition(" / ")[2])
                for code, name in page.env["res.lang"].get_installed()
            ],
            "debts": [],
            "moves": [],
            "agreements": [],
            "offers": [],
            "rests": [],
            "channels": [],
        }
        if visit.is_disowned:
            return shown
        shown["channels"] = page._channels(visit)
        if visit.sees:
            shown.update(page._debts(visit))
            shown["agreements"], shown["offers"] = page._agreements(visit)
            shown["rests"] = page._rests(visit)
        if visit.speaks:
            shown["wish"] = page._wish(visit)
            parts = page._parts(visit)
            shown["parts"] = [(name, page._part_words(name, parts[name])) for name in parts]
            shown["wished_part"] = next(
                (name for name in parts if str(parts[name]) == shown["wish"].hours), ""
            )
        return shown

    @api.model
    def _open_lines(self, visit):
        """The debtor's open invoices, instalment by instalment, and his credits."""
        domain = fields.Domain("partner_id", "=", visit.debtor.id)
        return self.env["dunning.plan"]._open_lines(visit.company, domain)

    @api.model
    def _owed(self, visit):
        """The invoices that are open."""
        lines = self._open_lines(visit)
        return lines.filtered(
            lambda line: line.amount_residual_currency > 0 and line.move_type in SALE_TYPES
        ).move_id

    @api.model
    def _count(self, partner, companies):
        """How many open invoices a person has at companies."""
        debtor = partner.commercial_partner_id
        moves = self.sudo().env["account.move"]
        return moves.search_count(
            [
                ("commercial_partner_id", "=", debtor.id),
                ("company_id", "in", companies.ids),
                ("move_type", "in", SALE_TYPES),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )

    @api.model
    def _invoice(self, visit, what, move_id):
        """Where one of the debtor's open invoices is seen or paid, or the stream of its PDF;
        nothing for what he may not see or what there is not."""
        page = self._of(visit.partner, visit.company)
        if not visit.sees:
            return None
        move = page._owed(visit).filtered(lambda move: move.id == move_id)
        if what == "pdf" and move:
            pdf = move._dunning_pdfs().get(move.id)
            return page.env["ir.binary"]._get_stream_from(pdf) if pdf else None
        if what not in ("invoice", "pay") or not move:
            return None
        page.env["dunning.variable"]._ensure_token(move)
        payable = what == "pay" and hasattr(move, "_has_to_be_paid") and move._has_to_be_paid()
        link = move._get_portal_payment_link() if payable else move.get_portal_url()
        base = move.get_base_url()
        # Odoo writes two slashes behind its address
        return f"/{link.removeprefix(base).lstrip('/')}"

    @api.model
    def _debts(self, visit):
        """What is owed, a block for each currency, credits by name, with what is added to it."""
        lines = self._open_lines(visit)
        owed = lines.filtered(
            lambda line: line.amount_residual_currency > 0 and line.move_type in SALE_TYPES
        )
        moves = owed.move_id
        charges = self.env["dunning.charge"]._for_lines(owed) if owed else {}
        pdfs = moves._dunning_pdfs()
        today = self.env["dunning.gate"]._local_day(visit.debtor, fields.Datetime.now())
        debts = []
        for currency in lines.currency_id:
            mine = lines.filtered(lambda line, currency=currency: line.currency_id == currency)
            debts.append(self._debt(mine & owed, mine - owed, currency, charges, pdfs, today))
        return {"debts": debts, "moves": moves}

    @api.model
    def _debt(self, owed, given, currency, charges, pdfs, today):
        def money(amount):
            return formatLang(self.env, float(amount), currency_obj=currency).replace("\xa0", " ")

        Charge = self.env["dunning.charge"]
        total = Charge._sum([charges[line] for line in owed], today)
        credit = sum(given.mapped("amount_residual_currency"))
        return {
            "currency": currency.name,
            "rows": [
                {
                    "move": line.move_id,
                    "name": line.move_id.name,
                    "amount": money(line.amount_residual_currency),
                    "due": self._due_words(line.date_maturity, today),
                    "late": line.date_maturity < today,
                    "pdf": line.move_id.id in pdfs,
                }
                for line in owed
            ],
            "added": [(label, money(amount)) for _name, label, amount in Charge._amounts(total)],
            "principal": money(total.principal),
            "credit": money(credit) if credit else "",
            "total": money(float(total.total) + credit),
            "day": self.env._("As of %s.", format_date(self.env, total.computed_on)),
            "unknown": bool(total.unknown),
        }

    @api.model
    def _due_words(self, due, today):
        day = format_date(self.env, due)
        if due < today:
            return self.env._("fell due on %s", day)
        return self.env._("due today") if due == today else self.env._("due on %s", day)

    @api.model
    def _agreements(self, visit):
        """What is agreed, and the ways to pay that are offered at present."""
        found = self.env["dunning.agreement"].search(
            [
                ("partner_id", "=", visit.debtor.id),
                ("company_id", "=", visit.company.id),
                ("state", "in", ("active", "proposed")),
            ]
        )
        now = fields.Datetime.now()
        active = found.filtered(lambda one: one.state == "active")
        offered = found.filtered(lambda one: one.state == "proposed" and one.valid_until >= now)
        return (
            [
                {
                    "invoices": ", ".join(one.move_ids.mapped("name")),
                    "parts": [part._in_words() for part in one._in_order()],
                }
                for one in active
            ],
            [
                {
                    "about": self.env._(
                        "For %(invoices)s. You can choose until %(until)s.",
                        invoices=", ".join(one.move_ids.mapped("name")),
                        until=one._local_time(one.valid_until).rstrip("."),
                    ),
                    "options": one.option_ids,
                }
                for one in offered
            ],
        )

    @api.model
    def _rests(self, visit):
        """Why reminders rest at present, as far as the debtor himself said so."""
        Hold = self.env["dunning.hold"]
        holds = Hold.search(
            fields.Domain("partner_id", "=", visit.debtor.id)
            & fields.Domain("company_id", "=", visit.company.id)
            & fields.Domain("reason", "in", ("dispute", "payment_reported"))
            & Hold._in_force_domain(fields.Datetime.now())
        )
        words = {
            "dispute": self.env._("You do not agree"),
            "payment_reported": self.env._("You reported a payment"),
        }
        return [
            {
                "what": words[hold.reason],
                "invoices": ", ".join(hold.move_ids.mapped("name")),
                "since": format_date(self.env, hold.date_from),
            }
            for hold in holds
        ]

    # === HOW HE IS REACHED ===

    @api.model
    def _channels(self, visit):
        """The channels of reminders: where they go, whether he agreed, and the words with which
        he may do so."""
        Consent = self.env["dunning.consent"]
        labels = dict(Consent._fields["channel"]._description_selection(self.env))
        newest = self._consents(visit)
        channels = []
        for code in self.env["dunning.channel"]._offered():
            to_email = code == EMAIL
            address = visit.partner.email if to_email else visit.partner.phone
            if code not in labels or not address:
                continue
            masked = phones.mask_email(address) if to_email else phones.mask(address)
            state = newest.get(code, "none")
            channels.append(
                {
                    "code": code,
                    "label": labels[code],
                    "only": self.env._("Only by %s", labels[code]),
                    "masked": masked,
                    "state": state,
                    "grant": self._grant_words(visit, code, labels[code], masked),
                    "withdraw": self._withdraw_words(visit, labels[code]),
                }
            )
        return channels

    @api.model
    def _consents(self, visit):
        """{channel: the newest word of this person on it}."""
        facts = self.env["dunning.consent"].search_fetch(
            [
                ("partner_id", "=", visit.partner.id),
                ("event", "in", ("granted", "withdrawn")),
                ("kind", "!=", "other_hours"),
            ],
            ["channel", "event"],
            order="effective_at, id",
        )
        return {fact.channel: fact.event for fact in facts}

    @api.model
    def _grant_words(self, visit, code, label, masked):
        """What he agrees to, word for word."""
        hours = together(window.hours for window in self._windows(visit, code))
        return self.env._(
            "I agree that %(company)s reminds me of its invoices by %(channel)s (%(masked)s), only "
            "on the days and at the hours that the law allows (%(hours)s). I can withdraw this at "
            "any time on this page, or by answering a message.",
            company=visit.company.name,
            channel=label,
            masked=masked,
            hours=self.env["dunning.jurisdiction"]._hours_in_words(str(hours)) if hours else "–",
        )

    @api.model
    def _withdraw_words(self, visit, label):
        return self.env._(
            "I do not want reminders of %(company)s by %(channel)s any more.",
            company=visit.company.name,
            channel=label,
        )

    @api.model
    def _windows(self, visit, channel=None):
        """The windows of the law, and of the company, at the debtor's place."""
        gate, law = self.env["dunning.gate"], self.env["dunning.jurisdiction"]._law_book()
        now = fields.Datetime.now()
        country, state = gate._place(visit.debtor)
        found = law.in_force(country, state, gate._local_day(visit.debtor, now))
        windows = found.windows if found else ()
        windows = [w for w in windows if binds(w.channels, channel or "whatsapp")]
        if not channel:
            windows += gate._company_rules(visit.policy, visit.debtor, now)[0]
        return windows

    @api.model
    def _parts(self, visit):
        """{part of the day: its hours} that law and company leave open."""
        return choices(window.hours for window in self._windows(visit))

    @api.model
    def _part_words(self, name, hours):
        labels = {
            "morning": self.env._("In the morning"),
            "afternoon": self.env._("In the afternoon"),
            "evening": self.env._("In the evening"),
        }
        words = self.env["dunning.jurisdiction"]._hours_in_words(str(hours))
        return f"{labels[name]} ({words})"

    @api.model
    def _wish(self, visit):
        """What he said before of how he wants to be reached."""
        pairs = {(visit.partner, visit.company)}
        wishes = self.env["dunning.page.answer"]._wishes(pairs)
        return wishes[visit.partner.id, visit.company.id]


def _plain(text):
    """Letters and digits alone."""
    return "".join(char for char in (text or "").casefold() if char.isalnum())
