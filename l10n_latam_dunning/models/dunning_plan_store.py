from odoo import api, models

STATE_OF_VERDICT = {"send": "queued", "wait": "waiting", "refuse": "refused"}


class DunningPlan(models.AbstractModel):
    """The plan's last step: decided candidates become messages."""

    _inherit = "dunning.plan"

    @api.model
    def _store(self, pairs, run=None, user=None):
        """Create the messages of decided candidates; a refusal that is already on record with
        the same reasons is not written again."""
        fresh = self._without_known_refusals(pairs)
        messages = (
            self.env["dunning.message"]
            .sudo()
            .create([self._prepare_message_vals(*pair, run, user) for pair in fresh])
        )
        self.env["dunning.message.line"]._insert(
            [
                (message, row)
                for message, (candidate, _verdict) in zip(messages, fresh, strict=True)
                for row in self._prepare_lines(candidate)
            ]
        )
        messages.filtered(lambda m: m.state in ("waiting", "refused", "approval"))._log_state()
        messages.filtered(lambda m: m.state in ("queued", "waiting"))._trigger_delivery()
        return messages

    @api.model
    def _without_known_refusals(self, pairs):
        refused = {
            (c.company.id, c.partner.id, c.currency.id)
            for c, verdict in pairs
            if verdict.outcome == "refuse"
        }
        known = {}
        if refused:
            for message in (
                self.env["dunning.message"]
                .sudo()
                .search_fetch(
                    [
                        ("state", "=", "refused"),
                        ("partner_id", "in", [partner for _c, partner, _x in refused]),
                    ],
                    [
                        *("company_id", "partner_id", "currency_id", "level_id", "reason_codes"),
                        "purpose",
                    ],
                    order="id",
                )
            ):
                known[_slot_of_message(message)] = (
                    message.level_id,
                    message.reason_codes,
                    message.line_ids.filtered("level_id").move_id,
                )
        return [
            (c, verdict)
            for c, verdict in pairs
            if verdict.outcome != "refuse"
            or known.get(_slot(c))
            != (
                c.level,
                self.env["dunning.message"]._decisive_codes(verdict),
                c.lines.filtered(lambda line, c=c: line.id in c.triggers).move_id,
            )
        ]

    @api.model
    def _prepare_message_vals(self, candidate, verdict, run=None, user=None):
        Message = self.env["dunning.message"]
        channel = self.env["dunning.channel"]._of(candidate.channel)
        state = STATE_OF_VERDICT[verdict.outcome]
        if state != "refused" and candidate.level.mode == "approval" and not user:
            state = "approval"
        return {
            **Message._prepare_verdict_vals(verdict),
            **(channel._content_vals(candidate) if candidate.text else {}),
            "state": state,
            "history": [
                Message._prepare_history_entry("proposed", self._passed_over_words(candidate)),
                Message._prepare_history_entry(state),
            ],
            "company_id": candidate.company.id,
            "partner_id": candidate.partner.id,
            "contact_point_id": candidate.point.id if candidate.point else False,
            "policy_id": candidate.policy.id,
            "level_id": candidate.level.id,
            "account_id": candidate.account.id,
            "run_id": run.id if run else False,
            "user_id": user.id if user else False,
            "channel": candidate.channel,
            "purpose": candidate.purpose,
            "instalment_id": candidate.instalment.id if candidate.instalment else False,
            "instalment_offset": candidate.offset,
            "thanks": candidate.thanks,
            "agreement_id": candidate.agreement.id if candidate.agreement else False,
            "hold_id": candidate.hold.id if candidate.hold else False,
            "own_words": candidate.own_words,
            "currency_id": candidate.currency.id,
            "amount_total": candidate.amount,
            "charges": candidate.charges.to_dict() if candidate.charges else False,
        }

    @api.model
    def _passed_over_words(self, candidate):
        """Which channels were tried on paper before this one, and why they cannot be used."""
        Message = self.env["dunning.message"]
        labels = dict(Message._fields["channel"]._description_selection(self.env))
        return " ".join(
            f"{labels[code]}: {' '.join(Message._explain(check) for check in verdict.reasons)}"
            for code, verdict in candidate.passed_over
        )

    @api.model
    def _prepare_lines(self, candidate):
        """The values of a line for each (invoice, due day); instalments of one day are one."""
        rows = {}
        for line in candidate.lines:
            rearmed = candidate.rearmed.get(line.move_id.id)
            row = rows.setdefault(
                (line.move_id.id, line.date_maturity),
                {
                    "move_id": line.move_id.id,
                    "date_due": line.date_maturity,
                    "amount": 0.0,
                    "level_id": None,
                    "thanks": candidate.thanks,
                    "episode": rearmed.episode if rearmed else 0,
                },
            )
            row["amount"] += line.amount_residual_currency
            if line.id in candidate.triggers:
                row["level_id"] = candidate.triggers[line.id].id
        for row in rows.values():
            row["amount"] = candidate.currency.round(row["amount"])
        return list(rows.values())


def _slot_of_message(message):
    """What a stored message is about, whatever its level."""
    place = (message.company_id, message.partner_id, message.currency_id)
    about = (message.instalment_id.id or 0, message.agreement_id.id or 0, message.hold_id.id or 0)
    return (*place, *about, message.thanks, message.purpose == "identity")


def _slot(candidate):
    """The same of a candidate."""
    place = (candidate.company, candidate.partner, candidate.currency)
    about = (candidate.instalment, candidate.agreement, candidate.hold)
    about = [record.id if record else 0 for record in about]
    return (*place, *about, candidate.thanks, candidate.purpose == "identity")
