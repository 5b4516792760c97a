from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.evidence.erased import TECHNICAL

BATCH = 500
# The personal content of these goes when its term has run out, in this order.
MODELS = (
    "dunning.message",
    "dunning.event",
    "dunning.trace",
    "dunning.page.answer",
    "dunning.consent",
)
MODE = "l10n_latam_dunning.retention"
# Days after which what repeats other evidence goes: the raw text of a webhook, files people sent.
RAW_DAYS, MEDIA_DAYS = "l10n_latam_dunning.raw_days", "l10n_latam_dunning.media_days"
DEFAULT_DAYS = {RAW_DAYS: 90, MEDIA_DAYS: 365}


class DunningRetentionRun(models.Model):
    """One look at what is kept longer than it must be: how much there is by country and kind, and,
    if it was no dry run, how much of it was erased. It holds figures only."""

    _name = "dunning.retention.run"
    _description = "Retention run"
    _order = "id desc"
    _rec_name = "started_at"

    started_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    ended_at = fields.Datetime(readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, default=lambda self: self.env.user
    )
    dry = fields.Boolean("Dry run", readonly=True, default=True)
    company_ids = fields.Many2many("res.company", string="Companies", readonly=True)
    line_ids = fields.One2many("dunning.retention.line", "run_id", readonly=True)
    past = fields.Integer("Past their term", compute="_compute_figures")
    erased = fields.Integer(compute="_compute_figures")

    @api.depends("line_ids.past", "line_ids.erased")
    def _compute_figures(self):
        for run in self:
            run.past = sum(run.line_ids.mapped("past"))
            run.erased = sum(run.line_ids.mapped("erased"))

    # === ACTIONS ===

    @api.model
    def action_dry_run(self):
        """Look at what would be erased today, and change nothing."""
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_privacy"):
            raise AccessError(self.env._("Only privacy officers look at what is to be erased."))
        run = self.sudo()._begin(self.env.companies, dry=True)
        run._count()
        run.ended_at = fields.Datetime.now()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": run.id,
            "view_mode": "form",
            "name": self.env._("What is past its term"),
        }

    # === CRON ===

    @api.model
    def _cron_retention(self):
        """Count what is past its term, once a week; erase it only where the system parameter
        ``l10n_latam_dunning.retention`` says ``erase``. The raw text of webhooks and the files of
        replies have a short term of their own, and go either way unless it says ``off``."""
        mode = self._parameter(MODE) or "dry"
        if mode == "off":
            return
        run = self._begin(self.env["res.company"].search(Domain.TRUE), dry=mode != "erase")
        commit = self.env["ir.cron"]._commit_progress
        run._count()
        commit(remaining=sum(run.line_ids.mapped("past")))
        for line in run.line_ids:
            if (line.is_technical or not run.dry) and not line._work(commit):
                return  # the time is up: what is left is counted anew, and gone on with
        if not run.dry:
            self.env["dunning.privacy.request"].sudo()._go_on()
        run.ended_at = fields.Datetime.now()
        commit(remaining=0)

    @api.model
    def _begin(self, companies, dry):
        return self.create({"dry": dry, "company_ids": [fields.Command.set(companies.ids)]})

    def _count(self):
        """A line for each country and kind of record, and one for each technical term."""
        retention = self.env["dunning.retention"].sudo()
        rows = []
        for country in self._countries():
            rule = retention._rule(country)
            for model in (*MODELS, "dunning.contact.point"):
                rows.append(self._prepare_line_vals(country, rule, model))
        rows += [self._prepare_technical_vals(name) for name in (RAW_DAYS, MEDIA_DAYS)]
        self.env["dunning.retention.line"].create(
            [row for row in rows if row["kept"] or row["past"]]
        )

    @api.model
    def _countries(self):
        """The countries of people of whom there is evidence, and one for those without."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT p.country_id FROM res_partner p
                 WHERE EXISTS (SELECT FROM dunning_consent c WHERE c.partner_id = p.id)
                    OR EXISTS (SELECT FROM dunning_message m WHERE m.partner_id = p.id)
                    OR EXISTS (SELECT FROM dunning_trace t WHERE t.partner_id = p.id)
                    OR EXISTS (SELECT FROM dunning_page_answer a WHERE a.partner_id = p.id)
                    OR EXISTS (SELECT FROM dunning_contact_link l WHERE l.partner_id = p.id)
                """
            )
        )
        Country = self.env["res.country"]
        known = Country.browse([id_ for (id_,) in rows if id_]).sorted("name")
        return [*known, *([Country] if any(not id_ for (id_,) in rows) else [])]

    def _prepare_line_vals(self, country, rule, model):
        retention = self.env["dunning.retention"].sudo()
        line = self.env["dunning.retention.line"]
        vals = {"run_id": self.id, "country_id": country.id, "model": model}
        total = line._living(model, country, self.company_ids)
        if not rule:
            why = self.env._("No rule is known for this country: everything is kept.")
            return {**vals, "kept": total, "past": 0, "what": why}
        before = retention._cutoff(rule)
        past = line._due(model, country, before, self.company_ids)
        return {
            **vals,
            "term": retention._in_words(rule),
            "before": before,
            "past": past,
            "kept": total - past,
            "what": self._words()[model],
        }

    @api.model
    def _words(self):
        return {
            "dunning.message": self.env._(
                "Text, subject and values are erased, also on the chatter; when, why, what "
                "came of it and the seal stay."
            ),
            "dunning.event": self.env._("What was written or received is erased, files with it."),
            "dunning.trace": self.env._("Free notes on holds and agreements are erased."),
            "dunning.page.answer": self.env._(
                "What was written on the debtor's page is erased, receipts with it; that and when "
                "it was answered stays."
            ),
            "dunning.consent": self.env._(
                "Wording, proof and document are erased; that and when it was given stays."
            ),
            "dunning.contact.point": self.env._(
                "The number or address becomes a keyed hash: whoever withdrew stays known."
            ),
        }

    def _prepare_technical_vals(self, name):
        days = self._days(name)
        before = fields.Datetime.now() - timedelta(days=days)
        domain = self.env["dunning.retention.line"]._technical_domain(name, before)
        Event = self.env["dunning.event"].sudo()
        past = Event.search_count(domain) if days else 0
        living = self.env["dunning.retention.line"]._technical_domain(name, False)
        words = {
            RAW_DAYS: self.env._("The raw text of webhooks goes; what was read from it stays."),
            MEDIA_DAYS: self.env._(
                "Files that people sent go, unless something is open with them."
            ),
        }
        return {
            "run_id": self.id,
            "model": "dunning.event",
            "technical": name,
            "before": before if days else False,
            "term": self.env._("%s days", days) if days else self.env._("Kept for good"),
            "past": past,
            "kept": Event.search_count(living) - past,
            "what": words[name],
        }

    @api.model
    def _days(self, name):
        text = self._parameter(name)
        return int(text) if text.isdecimal() else DEFAULT_DAYS[name]

    @api.model
    def _parameter(self, name):
        return self.env["ir.config_parameter"].sudo().get_param(name) or ""


class DunningRetentionLine(models.Model):
    _name = "dunning.retention.line"
    _description = "Retention of one kind of record"
    _order = "run_id desc, id"
    _rec_name = "model"

    run_id = fields.Many2one("dunning.retention.run", required=True, ondelete="cascade", index=True)
    country_id = fields.Many2one("res.country", readonly=True, ondelete="restrict")
    model = fields.Char(required=True, readonly=True)
    label = fields.Char("What", compute="_compute_label")
    technical = fields.Char(readonly=True)
    is_technical = fields.Boolean(compute="_compute_label")
    term = fields.Char("Kept for", readonly=True)
    before = fields.Datetime("Older than", readonly=True)
    past = fields.Integer("Past their term", readonly=True)
    kept = fields.Integer("Still kept", readonly=True)
    erased = fields.Integer(readonly=True)
    what = fields.Char("What happens", readonly=True)

    @api.depends("model", "technical")
    @api.depends_context("lang")
    def _compute_label(self):
        for line in self:
            line.is_technical = bool(line.technical)
            line.label = self.env["ir.model"]._get(line.model).name
            if line.technical == RAW_DAYS:
                line.label = self.env._("Raw text of webhooks")
            elif line.technical == MEDIA_DAYS:
                line.label = self.env._("Files of replies")

    # === COUNTING ===

    @api.model
    def _living(self, model, country, companies):
        """How many records of a country still have their content."""
        Model = self.env[model].sudo().with_context(active_test=False)
        if model == "dunning.contact.point":
            return Model.search_count([("link_ids.partner_id.country_id", "=", country.id)])
        domain = [("erased_at", "=", False), ("partner_id.country_id", "=", country.id)]
        if model != "dunning.consent":
            domain.append(("company_id", "in", companies.ids))
        return Model.search_count(domain)

    @api.model
    def _due(self, model, country, before, companies):
        """How many of them are past their term."""
        if model == "dunning.contact.point":
            return len(self._points_due(country, before))
        retention = self.env["dunning.retention"].sudo()
        Model = self.env[model].sudo().with_context(active_test=False)
        return Model.search_count(retention._past(model, country, before, companies))

    @api.model
    def _points_due(self, country, before):
        """Numbers of debtors with whom nothing happened since, not needed by anything else. What
        goes in the same run no longer needs them."""
        gone = self.env["res.partner"].browse(
            self.env["dunning.retention"].sudo()._gone(country, before)
        )
        points = self.env["dunning.contact.point"].sudo().search([("partner_ids", "in", gone.ids)])
        return points.filtered(lambda point: point.partner_ids <= gone)

    @api.model
    def _technical_domain(self, name, before):
        domain = [("state", "in", ("done", "ignored")), ("erased_at", "=", False)]
        if name == RAW_DAYS:
            domain.append(("raw_gone", "=", False))
        else:
            domain.append(("attachment_id", "!=", False))
        return [*domain, ("processed_at", "<", before)] if before else domain

    # === WORK ===

    def _work(self, commit):
        """Do what this line says, a batch and a commit at a time; whether there is time for more.
        What cannot go yet, because no seal holds it, is left for the next run."""
        self.ensure_one()
        last = 0
        while records := self._next(last):
            last = records[-1].id
            done = self._take(records)
            self.erased += done
            if not commit(len(records)):
                return False
        return True

    def _next(self, last):
        Model = self.env[self.model].sudo().with_context(active_test=False)
        if self.technical:
            domain = self._technical_domain(self.technical, self.before)
        elif not self.before:  # no rule is known: all of it is kept
            return Model.browse()
        elif self.model == "dunning.contact.point":
            ids = self._points_due(self.country_id, self.before).ids
            domain = [("id", "in", ids)]
        else:
            domain = self.env["dunning.retention"]._past(
                self.model, self.country_id, self.before, self.run_id.company_ids
            )
        return Model.search([("id", ">", last), *domain], order="id", limit=BATCH)

    def _take(self, records):
        """Erase a batch; returns how many of it went."""
        if self.technical == RAW_DAYS:
            return records._drop_raw()
        if self.technical == MEDIA_DAYS:
            return records._drop_files()
        reason = self.env._("Its term has run out: run %s", self.run_id.id)
        Erasure = self.env["dunning.erasure"]
        if self.model == "dunning.contact.point":
            retention = self.env["dunning.retention"]
            free = records & retention._points_to_erase(records.partner_ids)
            gone = Erasure._erase({}, reason=reason, law=self.term, points=free)
            return len(gone[self.model])
        return len(Erasure._erase({self.model: records}, reason=reason, law=self.term)[self.model])


class DunningEvent(models.Model):
    """The raw text of a webhook repeats what was read from it, and has a short term of its own."""

    _inherit = "dunning.event"

    raw_gone = fields.Boolean(readonly=True)

    def _drop_raw(self):
        """Take the raw text away, where a seal proves that there was one; returns how many."""
        Erasure = self.env["dunning.erasure"]
        sealed = Erasure._sealed(self)
        Erasure._close(sealed, TECHNICAL, fields.Datetime.now(), self.env._("Raw text"))
        for event in sealed:
            data = {name: value for name, value in (event.data or {}).items() if name != "raw"}
            event._overwrite({"data": data, "raw_gone": True})
        return len(sealed)

    def _drop_files(self):
        """Take the files away, unless something is still open with who sent them."""
        partners = self.partner_id | self.message_id.partner_id
        busy = self.env["dunning.retention"]._busy(partners)
        free = self.filtered(
            lambda event: not (event.partner_id | event.message_id.partner_id) & busy
        )
        free.attachment_id.unlink()
        return len(free)
