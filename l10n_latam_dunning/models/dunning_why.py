from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.debt.ladder import reached
from ..core.law.verdict import Verdict
from ..tools import cited, naive_utc
from .dunning_message import PENDING

# A debtor's page explains so many of his open invoices, the oldest first.
EXPLAINED = 8
MODELS = ("account.move", "res.partner", "dunning.message")


class DunningWhy(models.AbstractModel):
    """The *why* panel: what happens with the reminders of an invoice, a debtor or a message,
    in words. It asks the same preview and the same gate as everything else and leaves no trace."""

    _name = "dunning.why"
    _description = "Why a reminder is sent or not"

    # === PUBLIC ===

    @api.model
    def read_panel(self, model, res_id):
        """The panel's blocks for a record that the user may read, as plain JSON; texts are not
        markup. Refuses users without a dunning role."""
        if model not in MODELS:
            raise AccessError(self.env._("There are no reminders of this kind of record."))
        roles = ["user"] if model == "account.move" else ["user", "privacy"]
        if not any(self.env.user.has_group(f"l10n_latam_dunning.group_dunning_{r}") for r in roles):
            raise AccessError(self.env._("Only dunning users see why a reminder is sent or not."))
        record = self.env[model].browse(res_id)
        record.check_access("read")
        with closing(self.env.cr.savepoint()):
            if model == "account.move":
                return self._of_moves(record)
            if model == "res.partner":
                return self._of_partner(record)
            return [self._message_block(record)]

    # === BLOCKS ===

    @api.model
    def _of_partner(self, partner):
        """Blocks of a debtor's open invoices in the companies that the user has chosen."""
        domain = Domain(
            [
                ("company_id", "in", self.env.companies.ids),
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )
        moves = self.env["account.move"].sudo().search(domain, order="invoice_date_due, id")
        if not moves:
            return [self._plain_block(self.env._("This debtor has no open invoice."))]
        blocks = self._of_moves(moves[:EXPLAINED])
        if len(moves) > EXPLAINED:
            more = len(moves) - EXPLAINED
            blocks.append(self._plain_block(self.env._("%s more open invoices.", more)))
        return blocks

    @api.model
    def _of_moves(self, moves):
        """What waits for these invoices, then what a reminder asked for now would meet; invoices
        that meet the same share a block."""
        moves = moves.sudo()
        pending = self._pending(moves)
        blocks = [self._message_block(message) for message in pending]
        left = (moves - pending.line_ids.move_id).sorted("company_id")
        pairs = self.env["dunning.plan"].sudo()._preview(left, fields.Datetime.now())
        merged = {}
        for move, pair in zip(left, pairs, strict=True):
            block = self._preview_block(move, *pair)
            same = merged.setdefault(str({**block, "title": ""}), block)
            if same is not block:
                same["title"] += f", {block['title']}"
        return [*blocks, *merged.values()]

    @api.model
    def _pending(self, moves):
        domain = [("line_ids.move_id", "in", moves.ids), ("state", "in", PENDING)]
        return self.env["dunning.message"].sudo().search(domain)

    @api.model
    def _preview_block(self, move, candidate, verdict):
        words = {
            "send": self.env._("A reminder would leave now."),
            "wait": self.env._("A reminder would wait for its hour."),
            "refuse": self.env._("No reminder is sent now."),
        }
        return {
            **self._verdict_part(verdict),
            "title": move.name or "",
            "outcome": verdict.outcome,
            "headline": words[verdict.outcome],
            "notes": [note for note in self._preview_notes(candidate) if note],
            "next": self._next_rung(move, candidate),
            "level": candidate.level.name if candidate.level else "",
            "channel": self._channel_label(candidate.channel) if candidate.level else "",
            "number": candidate.point.masked if candidate.point else "",
        }

    @api.model
    def _preview_notes(self, candidate):
        """Which channels cannot be used, and whether a person has to approve."""
        plan = self.env["dunning.plan"]
        return [plan._passed_over_words(candidate), self._approval_note(candidate)]

    @api.model
    def _channel_label(self, code):
        Message = self.env["dunning.message"]
        return dict(Message._fields["channel"]._description_selection(self.env)).get(code, "")

    @api.model
    def _approval_note(self, candidate):
        if candidate.level and candidate.level.mode == "approval":
            return self.env._("The plan proposes it, and a person has to approve it.")
        return ""

    @api.model
    def _next_rung(self, move, candidate):
        """Which level an invoice reaches next, and on which day."""
        mine = candidate.lines.filtered(lambda line: line.move_id == move)
        rearm = candidate.rearmed.get(move.id)
        due = rearm.due if rearm else min(mine.mapped("date_maturity"), default=None)
        if not due or not candidate.policy:
            return ""
        today = self.env["dunning.gate"]._local_day(candidate.partner, fields.Datetime.now())
        rungs = candidate.policy.level_ids._rungs()
        now = reached(rungs, due, today)
        ahead = [level for level in candidate.policy.level_ids if level.days > (today - due).days]
        if not ahead or (now and now.key == ahead[0].id):
            return ""
        level = min(ahead, key=lambda level: level.days)
        return self.env._(
            "The next level, %(level)s, is reached on %(date)s.",
            level=level.name,
            date=format_date(self.env, fields.Date.add(due, days=level.days)),
        )

    @api.model
    def _message_block(self, message):
        """What happened to a message or will happen to it, from its own record."""
        labels = dict(message._fields["state"]._description_selection(self.env))
        verdict = Verdict.from_dict(message.verdict) if message.verdict else None
        rules = self._verdict_part(verdict, message.state)
        notes = []
        if message.state not in ("waiting", "refused", "approval", "sent"):
            told = message.explanation if rules["reasons"] else ""
            notes = [str(row) for row in message._note_rows() if row != told]
        if message.state == "sent":
            notes = [message._when(message.attempted_at)]
        return {
            **rules,
            "title": ", ".join(filter(None, message.sudo().line_ids.move_id.mapped("name"))),
            "outcome": _tone(message.state),
            "headline": labels[message.state],
            "notes": notes,
            "next": "",
            "level": message._occasion(),
            "channel": self._channel_label(message.channel),
            "number": message.contact_point_id.masked or "",
        }

    @api.model
    def _plain_block(self, headline):
        return {
            "title": "",
            "outcome": "none",
            "headline": headline,
            "notes": [],
            "next": "",
            "level": "",
            "channel": "",
            "number": "",
            "law": "",
            "until": "",
            "reasons": [],
            "passed": [],
        }

    # === RULES ===

    @api.model
    def _verdict_part(self, verdict, state="proposed"):
        """The rules of a verdict, split by how they went."""
        if not verdict:
            return {"law": "", "until": "", "reasons": [], "passed": []}
        until = ""
        if verdict.not_before and state in PENDING:
            shown = self.env["dunning.message"].new({"verdict": verdict.to_dict()})
            until = self.env._("Not before %s.", shown._when(naive_utc(verdict.not_before)))
        reasons = self.env["dunning.message"]._reasons_at(verdict, state)
        return {
            "law": verdict.jurisdiction,
            "until": until,
            "reasons": [self._rule(check, verdict) for check in _gravest_first(reasons)],
            "passed": [self._rule(c, verdict) for c in verdict.checks if c.outcome == "pass"],
        }

    @api.model
    def _rule(self, check, verdict):
        """One rule in words: what it says, where it is written, whose it is, what would help.
        Where the answer is no, what only delays needs no help."""
        Message = self.env["dunning.message"]
        layers = {"law": self.env._("Law"), "company": self.env._("Company's own rule")}
        url = check.source_url
        helps = check.outcome == verdict.outcome
        return {
            "code": check.code,
            "outcome": check.outcome,
            "text": Message._explain(check._replace(legal_reference="")),
            "reference": cited(self.env, check.legal_reference),
            "url": url if url.startswith(("https://", "http://")) else "",
            "layer": check.layer,
            "layer_label": layers[check.layer],
            "remedy": Message._remedy(check.code) if helps else "",
        }


def _gravest_first(checks):
    return sorted(checks, key=lambda check: check.outcome != "refuse")


def _tone(state):
    """How a message's state is shown: as the gate's three answers."""
    if state in ("waiting", "approval", "proposed", "uncertain"):
        return "wait"
    return "refuse" if state in ("refused", "cancelled", "failed") else "send"
