import re
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from psycopg2.errors import UniqueViolation

from ..core.evidence.proof import sha256
from ..core.page.receipt import REASONS, BadReceipt, inspect
from .dunning_page import EMAIL

# Words of a debtor are kept whole up to here; nobody has to read a book.
LONGEST = 2000
HOLD_AFTER_WISH = timedelta(days=2)
# What anybody who has the link may say, whoever he is: he must be able to be left alone.
FREE = frozenset({"not_me", "withdraw", "language", "identity"})
# What may be done only by who may see what is owed.
OF_DEBT = frozenset({"ask", "accept"})


class Sorry(UserError):
    """An answer that cannot be taken, with the reason for the debtor; nothing of it stays."""


class DunningPage(models.AbstractModel):
    """What a debtor may do on his page. Each answer is a method ``_deed_<name>(visit, form)``; it
    records the answer first, as evidence, then does what follows from it. A form answers once."""

    _inherit = "dunning.page"

    # === DOOR ===

    @api.model
    def _do(self, visit, form, receipt=None):
        """Do what a form asks for. Returns (name of what was done, problem): one of them is
        empty. A form that is sent twice is done once and answered as the first time."""
        page = self._of(visit.partner, visit.company)
        name, mark = form.get("deed") or "", form.get("mark") or ""
        deed = getattr(page, f"_deed_{name}", None) if re.fullmatch("[a-z_]+", name) else None
        if not deed or not page._may(visit, name):
            return "", page.env._("This is not possible here. Please open the page again.")
        if not page._is_form_mark(visit, mark):
            return "", page.env._("The page was open for a long time. Please send it once more.")
        once = _once(form, receipt)
        if page.env["dunning.page.answer"]._answered(once):
            return name, ""
        try:
            with page.env.cr.savepoint():
                return deed(visit, {**form, "once": once, "receipt": receipt}) or name, ""
        except UniqueViolation:
            return name, ""
        except UserError as error:
            page.env.invalidate_all()
            return "", str(error)

    @api.model
    def _may(self, visit, name):
        if visit.is_disowned:
            return False
        if name in OF_DEBT:
            return visit.sees
        return name in FREE or visit.speaks

    # === WHO HE IS ===

    @api.model
    def _identify(self, visit, form):
        """Whether somebody knows what the debtor knows; a few tries a day, whoever tries. Every
        try is counted before it is looked at, so that many at once are as many."""
        page = self._of(visit.partner, visit.company)
        limit = page.env["dunning.page.limit"]
        if not visit.keys or not page._is_form_mark(visit, form.get("mark") or ""):
            return False, page.env._("The page was open for a long time. Please send it once more.")
        if not limit._hit("identity", visit.partner.id):
            return False, page.env._(
                "That was tried too often today. Please come back tomorrow, or answer the message."
            )
        if not page._knows(visit, (form.get("identity") or "")[:40]):
            return False, page.env._(
                "That is not what we have on file. Please check it and try again."
            )
        limit._forget("identity", visit.partner.id)
        once = _once(form)
        if not page.env["dunning.page.answer"]._answered(once):
            wording = page.env._("So that only you see this")
            page._answer(visit, {**form, "once": once}, "identity", wording)
        return True, ""

    # === MONEY ===

    @api.model
    def _deed_paid(self, visit, form):
        """Reminders rest while somebody looks for the money."""
        moves, note = self._moves(visit, form), _words(form, "note")
        receipt = self._receipt(form.get("receipt"))
        wording = self.env._("I have already paid")
        answer = self._answer(visit, form, "paid", wording, said=note, moves=moves, receipt=receipt)
        left, known = self._without_hold(visit, moves, "payment_reported")
        if left or not known:
            self.env["dunning.hold"]._report_payment(
                visit.company,
                visit.debtor,
                fields.Datetime.now(),
                left,
                note,
                answer.attachment_id,
            )

    @api.model
    def _deed_dispute(self, visit, form):
        """Reminders of these invoices rest until somebody has settled it with him."""
        moves, note = self._moves(visit, form), _words(form, "note")
        if not note:
            raise Sorry(self.env._("Please write in a few words what is not right."))
        wording = self.env._("I do not agree with an invoice")
        self._answer(visit, form, "dispute", wording, said=note, moves=moves)
        left, known = self._without_hold(visit, moves, "dispute")
        if left or not known:
            self._hold(visit, "dispute", left, note)
        self._call(visit, moves, self.env._("%s disputes", visit.debtor.name), note)

    @api.model
    def _deed_ask(self, visit, form):
        """The ways to pay that the policy approves beforehand; where there are none, a person."""
        moves = self._moves(visit, form)
        if not moves or len(moves.currency_id) > 1:
            raise Sorry(self.env._("Please choose invoices of one currency."))
        wording = self.env._("I would like to agree on how to pay")
        self._answer(visit, form, "ask", wording, moves=moves)
        if self.env["dunning.agreement"]._offer_for(moves):
            return "ask"
        self._rest_for_wish(visit, moves, wording)
        return "wish"

    @api.model
    def _deed_wish(self, visit, form):
        """Another way to pay: a person writes to him, and meanwhile reminders rest."""
        moves, note = self._moves(visit, form), _words(form, "note")
        if not note:
            raise Sorry(self.env._("Please write when, or how, you would like to pay."))
        wording = self.env._("I would like to pay in another way")
        self._answer(visit, form, "wish", wording, said=note, moves=moves)
        self._rest_for_wish(visit, moves, note)

    @api.model
    def _deed_accept(self, visit, form):
        """He takes one of the ways that are offered: it is in force."""
        _agreed, offers = self._agreements(visit)
        options = {str(option.id): option for offer in offers for option in offer["options"]}
        option = options.get(form.get("option"))
        if not option:
            raise Sorry(self.env._("Please choose one of the ways to pay."))
        wording = "\n".join([option.title, option.text, self._accept_words()])
        moves = option.agreement_id.move_ids
        answer = self._answer(visit, form, "accept", wording, said=option.title, moves=moves)
        agreed = self.env["dunning.agreement"]._accept_offer(
            option.token,
            {
                "how": "page",
                "person": visit.partner.name,
                "reference": answer._proof(),
                "accepted_at": fields.Datetime.now(),
                "wording": wording,
                "lang": self.env.lang,
            },
        )
        if not agreed:
            raise Sorry(self.env._("This offer has ended. Please ask for a new one."))

    @api.model
    def _accept_words(self):
        return self.env._("With “I accept” this is agreed. You see it on this page afterwards.")

    @api.model
    def _rest_for_wish(self, visit, moves, note):
        left, known = self._without_hold(visit, moves, "by_hand")
        if left or not known:
            self._hold(visit, "by_hand", left, note, HOLD_AFTER_WISH)
        summary = self.env._("%s would like to agree on how to pay", visit.debtor.name)
        self._call(visit, moves, summary, note)

    # === HOW HE IS REACHED ===

    @api.model
    def _deed_grant(self, visit, form):
        """He agrees to a channel; the words that stood there are the consent."""
        channel = self._chosen_channel(visit, form)
        answer = self._answer(visit, form, "grant", channel["grant"], channel=channel["code"])
        self.env["dunning.consent"].create(
            {
                "partner_id": visit.partner.id,
                "contact_point_id": self._point_on(visit, channel["code"]).id,
                "channel": channel["code"],
                "event": "granted",
                "kind": "express",
                "source": "web",
                "wording": channel["grant"],
                "lang": self.env.lang,
                "proof": answer._proof(),
            }
        )
        self._ask_gate_again(visit)

    @api.model
    def _deed_withdraw(self, visit, form):
        """He wants no reminders on a channel, or on none at all: at once."""
        channels = self._channels(visit)
        if form.get("channel") != "all":
            channels = [self._chosen_channel(visit, form)]
        wording = "\n".join(channel["withdraw"] for channel in channels)
        code = channels[0]["code"] if len(channels) == 1 else False
        answer = self._answer(visit, form, "withdraw", wording, channel=code)
        for channel in channels:
            point, proof = self._point_on(visit, channel["code"]), answer._proof()
            if point:
                point._stop(channel["code"], source="web", wording=channel["withdraw"], proof=proof)
            if not point or visit.partner not in point.partner_ids:
                self.env["dunning.consent"]._withdraw(
                    visit.partner,
                    channel=channel["code"],
                    source="web",
                    wording=channel["withdraw"],
                    proof=proof,
                )

    @api.model
    def _deed_preference(self, visit, form):
        """By which channel and when he would like to be reached: narrower than the law."""
        offered = {channel["code"]: channel["label"] for channel in self._channels(visit)}
        code, part = form.get("channel") or "", form.get("part") or ""
        parts = self._parts(visit)
        if (code and code not in offered) or (part and part not in parts):
            raise Sorry(self.env._("This choice is not possible. Please choose again."))
        said = "; ".join(
            [
                offered[code] if code else self.env._("Any channel that I agreed to"),
                self._part_words(part, parts[part])
                if part
                else self.env._("Any hour that the law allows"),
            ]
        )
        wording = self.env._("How I would like to be reached")
        hours = str(parts[part]) if part else False
        self._answer(visit, form, "preference", wording, said=said, channel=code, hours=hours)
        self._ask_gate_again(visit)

    @api.model
    def _deed_language(self, visit, form):
        """The language in which he is written to from now on."""
        installed = dict(self.env["res.lang"].get_installed())
        code = form.get("lang")
        if code not in installed:
            raise Sorry(self.env._("This choice is not possible. Please choose again."))
        if code != visit.partner.lang:
            wording = self.env._("Language")
            self._answer(visit, form, "language", wording, said=installed[code])
            visit.partner.lang = code

    @api.model
    def _deed_not_me(self, visit, form):
        """Whoever reads this is somebody else: nothing more is sent there, for nobody."""
        wording = self.env._("I am not this person")
        self._answer(visit, form, "not_me", wording)
        if visit.point:
            visit.point._disown(wording, visit.partner, visit.policy.user_id)
        else:
            summary = self.env._("Find the right address of %s", visit.partner.name)
            self._call(visit, None, summary, wording)

    # === HELPERS ===

    @api.model
    def _answer(self, visit, form, kind, wording, said="", moves=None, receipt=None, **values):
        """Keep an answer as evidence, and show it where it belongs."""
        moves = moves or self.env["account.move"]
        answer = self.env["dunning.page.answer"].create(
            {
                "company_id": visit.company.id,
                "partner_id": visit.partner.id,
                "contact_point_id": visit.point.id,
                "user_id": visit.user.id if visit.user else False,
                "kind": kind,
                "wording": wording,
                "said": said,
                "lang": self.env.lang,
                "move_ids": [Command.set(moves.ids)],
                "attachment_id": receipt.id if receipt else False,
                "address": visit.address,
                "agent": visit.agent,
                "once": form["once"],
                **values,
            }
        )
        if receipt:
            receipt.res_id = answer.id
        if kind != "identity":
            answer._note()
        return answer

    @api.model
    def _moves(self, visit, form):
        """Those of the debtor's open invoices that he chose; of one who does not see them none."""
        if not visit.sees:
            return self.env["account.move"]
        chosen = set(form.get("moves") or ())
        return self._owed(visit).filtered(lambda move: str(move.id) in chosen)

    @api.model
    def _receipt(self, upload):
        """(file name, content) as an attachment, by what it is."""
        if not upload or not (upload[0] or upload[1]):
            return None
        name, content = upload
        try:
            receipt = inspect(content, name)
        except BadReceipt as error:
            raise Sorry(self.env._(REASONS[error.reason])) from error
        return self.env["ir.attachment"].create(
            {
                "name": receipt.name,
                "raw": content,
                "mimetype": receipt.mime,
                "res_model": "dunning.page.answer",
            }
        )

    @api.model
    def _without_hold(self, visit, moves, reason):
        """Those of the invoices that do not rest for this reason yet, and whether any hold for
        it is in force: who says a thing twice has said it once."""
        Hold = self.env["dunning.hold"]
        mine = Domain("partner_id", "=", visit.debtor.id) & Domain("reason", "=", reason)
        mine &= Domain("company_id", "=", visit.company.id)
        holds = Hold.search(Hold._in_force_domain(fields.Datetime.now()) & mine)
        if "debtor" in holds.mapped("scope"):
            return moves.browse(), True
        return moves - holds.move_ids, bool(holds)

    @api.model
    def _hold(self, visit, reason, moves, note, span=None):
        now = fields.Datetime.now()
        self.env["dunning.hold"].create(
            {
                "company_id": visit.company.id,
                "partner_id": visit.debtor.id,
                "scope": "invoices" if moves else "debtor",
                "move_ids": [Command.set(moves.ids)],
                "reason": reason,
                "date_from": now,
                "date_to": now + span if span else False,
                "note": note,
            }
        )

    @api.model
    def _call(self, visit, moves, summary, text):
        """An activity for the responsible of the policy."""
        office = self.with_context(lang=visit.policy.user_id.lang or self.env.lang)
        record = moves[:1] if moves else visit.debtor
        office.env["dunning.event"]._call_person(record, visit.policy.user_id, summary, text)

    @api.model
    def _chosen_channel(self, visit, form):
        chosen = form.get("channel")
        found = [channel for channel in self._channels(visit) if channel["code"] == chosen]
        if not found:
            raise Sorry(self.env._("This choice is not possible. Please choose again."))
        return found[0]

    @api.model
    def _point_on(self, visit, code):
        """The link's contact point, where it is one of this channel."""
        of_email = visit.point.kind == EMAIL
        return visit.point if of_email == (code == EMAIL) else visit.point.browse()

    @api.model
    def _ask_gate_again(self, visit):
        """What waits is decided anew."""
        mine = Domain("partner_id", "=", visit.partner.id)
        mine &= Domain("company_id", "=", visit.company.id)
        self.env["dunning.message"]._ask_again(mine)


class DunningPageAnswer(models.Model):
    _inherit = "dunning.page.answer"

    def _note(self):
        """The answer on the chatter of the invoices that it is about, else of the debtor."""
        self.ensure_one()
        answer = self.with_context(lang=self.company_id.partner_id.lang)
        labels = dict(answer._fields["kind"]._description_selection(answer.env))
        title = answer.env._("On the debtor's page: %s", labels[answer.kind])
        body = Markup("<p><strong>%s</strong></p>") % title
        for text in filter(None, [answer.said, answer.attachment_id.name]):
            body += Markup("<p>%s</p>") % text
        records = answer.move_ids or answer.partner_id
        records._message_log_batch({record.id: body for record in records})


def _once(form, receipt=None):
    """A form with its content, so that the very same one is known again."""
    told = repr(sorted((name, value) for name, value in form.items())).encode()
    content = receipt[1] if receipt else b""
    return f"{form.get('mark')}:{sha256(told + content)[:24]}"


def _words(form, name):
    """Free text as it was written, without what no keyboard writes."""
    text = (form.get(name) or "").replace("\r\n", "\n").strip()[:LONGEST]
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
