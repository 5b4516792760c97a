from functools import partial

from odoo import api, fields, models
from odoo.service.model import retrying

from ..core.law.verdict import Check


class DunningRun(models.Model):
    """One execution of the plan for a company, with its counts."""

    _name = "dunning.run"
    _description = "Dunning run"
    _order = "id desc"
    _rec_name = "started_at"

    company_id = fields.Many2one("res.company", required=True, index=True)
    started_at = fields.Datetime(required=True, readonly=True)
    message_ids = fields.One2many("dunning.message", "run_id", "Messages")
    queued = fields.Integer(readonly=True)
    waiting = fields.Integer(readonly=True)
    refused = fields.Integer("Not sent", readonly=True)
    to_approve = fields.Integer(readonly=True)
    note = fields.Text(
        "What is missing",
        readonly=True,
        help="Bank journals that are not up to date, and payments that wait to be allocated.",
    )

    @api.model
    def _cron_plan(self):
        """Plan every company that has a policy of its own; one commit each."""
        companies = (
            self.env["dunning.policy"]
            .sudo()
            ._read_group([("company_id", "!=", False)], ["company_id"])
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(companies))
        for (company,) in companies:
            # users write to the same debtors meanwhile; their work comes first
            retrying(partial(self._run, company), self.env)
            if not commit(1):
                break

    @api.model
    def _run(self, company):
        """Plan a company now and keep the counts."""
        at = fields.Datetime.now()
        run = self.sudo().create({"company_id": company.id, "started_at": at})
        messages = self.env["dunning.plan"].sudo()._propose(company, at, run=run)
        states = messages.mapped("state")
        run.write(
            {
                "queued": states.count("queued"),
                "waiting": states.count("waiting"),
                "refused": states.count("refused"),
                "to_approve": states.count("approval"),
                "note": run._missing(messages, at),
            }
        )
        return run

    def _missing(self, messages, at):
        """What the books lack, in the company's words: journals and payments by name."""
        Message = self.env["dunning.message"].with_context(lang=self.company_id.partner_id.lang)
        policies = (
            self.env["dunning.policy"].sudo().search([("company_id", "=", self.company_id.id)])
        )
        stale = self.env["dunning.bank"].with_context(lang=Message.env.lang)._stale(policies, at)
        checks = [
            Check(problem.code, "refuse", "company", figures=problem.figures)
            for problem in stale.values()
        ]
        rows = [Message._explain(check) for check in checks]
        for message in messages.filtered(lambda message: message.state == "refused"):
            rows += [
                f"{message.partner_id.name}: {Message._explain(check)}"
                for check in message._reasons()
                if check.code == "credit_covers"
            ]
        return "\n".join(dict.fromkeys(rows)) or False

    def action_open_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_message_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}
