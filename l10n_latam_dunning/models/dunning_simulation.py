from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.fields import Domain

from ..core.debt.simulation import Debt, Debtor, Planned, Simulation
from ..core.law.verdict import Verdict
from ..tools import aware, to_units
from .dunning_desk import Desk
from .dunning_gate import Candidate
from .dunning_message import PENDING
from .dunning_plan import SALE_TYPES


class DunningSimulation(models.AbstractModel):
    """A policy on paper: who would hear when, and what the law would delay or refuse. It asks the
    one gate, and leaves nothing behind: not even the contact points of new numbers."""

    _name = "dunning.simulation"
    _description = "Simulation of a dunning policy"

    @api.model
    def _forecast(self, policy, at, days):
        """Every message that a policy would lead to within so many days of a naive UTC instant,
        if nothing else happened: no payment, no new invoice, no answer."""
        simulation = self.with_company(policy.company_id)
        end = at + timedelta(days=days)
        plan = self.env["dunning.plan"].with_company(policy.company_id)
        ahead = max(0, -min(policy.level_ids.mapped("days"), default=0)) + 1
        lines = plan._open_lines(
            policy.company_id,
            simulation._debtors_domain(policy),
            horizon=end.date() + timedelta(days=ahead),
        )
        resting = plan._resting_moves(lines.move_id)
        rearms = simulation.env["dunning.agreement"]._rearms(lines.move_id)
        debts = {
            key: tuple(simulation._present_debt(line, resting, rearms) for line in group)
            for key, group in plan._group(lines).items()
        }
        with closing(self.env.cr.savepoint()):
            desk, debtors = simulation._set_up(policy, debts, at, end)
            simulation._add_pending(policy, debtors, at)
            instants = simulation._plan_instants(at, end)
            found = Simulation(list(debtors.values()), desk).run(instants, aware(end))
            return simulation._add_charges(found, desk)

    @api.model
    def _reasons(self, planned):
        """(verdict, checks) that say why a message on paper was delayed, refused or stopped; the
        checks that decided it, without those that a graver one made idle."""
        verdict = planned.verdict if planned.verdict.reasons else planned.first_verdict
        decisive = [check for check in verdict.reasons if check.outcome == verdict.outcome]
        return verdict, decisive or list(verdict.reasons)

    # === LEDGER ===

    @api.model
    def _debtors_domain(self, policy):
        """The debtors whom a policy is about, as if it were in use."""
        if policy.country_id:
            return Domain("partner_id.country_id", "=", policy.country_id.id)
        others = self.env["dunning.policy"]._by_country(policy.company_id)
        countries = [country.id for country in others if country]
        return Domain("partner_id.country_id", "not in", countries)

    @api.model
    def _present_debt(self, line, resting, rearms):
        claim = line.move_type in SALE_TYPES
        problem = resting.impediment(line) if claim else None
        until = problem.until.date() if problem and problem.until else date.max
        units = (
            to_units(line.currency_id, line.amount_residual_currency),
            to_units(line.company_id.currency_id, line.amount_residual),
        )
        return Debt(
            key=line.id,
            move=line.move_id.id,
            due=line.date_maturity or line.date,
            claim=claim,
            balance=((date.min, *units),),
            rests=((date.min, until, problem.code),) if problem else (),
            restarts=self._restarts(line, rearms),
        )

    @api.model
    def _restarts(self, line, rearms):
        """The days on which an instalment's ladder began anew, as the core wants them."""
        return tuple((rearm.start, rearm.due) for rearm in rearms.get(line.move_id.id, ()))

    # === CHARGES ===

    @api.model
    def _add_charges(self, found, desk):
        """Add interest, fine and fees to the messages on paper whose text speaks of them, as they
        will be, or were, on the day at which each leaves; a few queries for each such day."""
        by_day = defaultdict(list)
        for planned in found:
            if planned.outcome != "refused" and desk.demands(planned):
                by_day[planned.debtor.local_day(planned.at)].append(planned)
        Charge = self.env["dunning.charge"].sudo()
        for day, messages in by_day.items():
            ids = {debt.key for planned in messages for debt in planned.debts}
            lines = self.env["account.move.line"].sudo().browse(ids)
            charges = Charge._for_lines(lines, day)
            of_line = {line.id: (line.currency_id, charges[line].added) for line in lines}
            for planned in messages:
                planned.added = sum(
                    to_units(currency, float(added))
                    for currency, added in (of_line[debt.key] for debt in planned.debts)
                )
        return found

    # === DEBTORS AND DESK ===

    @api.model
    def _set_up(self, policy, debts, at, end, *, as_of=False):
        """(desk, {(partner, currency): debtor}) for debts by partner and currency."""
        partners = self.env["res.partner"].concat(*(partner for partner, _currency in debts))
        reached = {
            code: self.env["dunning.channel"]._of(code)._reach(partners)
            for code in {"whatsapp", *policy.level_ids.channel_ids.mapped("channel")}
        }
        lines = self.env["account.move.line"]
        candidates = {}
        for partner, currency in debts:
            candidates[partner, currency] = Candidate(
                policy.company_id,
                partner,
                currency,
                policy,
                lines,
            )
        pairs = {(partner, policy.company_id) for partner in partners}
        holds = self.env["dunning.hold"]._facts_within(pairs, at, end)
        unknown = {} if as_of else self._unknown_charges(policy, debts)
        desk = Desk(policy, candidates, reached, at, holds, unknown, as_of=as_of)
        return desk, self._debtors(policy, debts, at if as_of else None)

    @api.model
    def _unknown_charges(self, policy, debts):
        """{line id: (code, figures)} of instalments for which it cannot be said what is added."""
        if not policy._charges():
            return {}
        ids = [debt.key for owed in debts.values() for debt in owed if debt.claim]
        lines = self.env["account.move.line"].sudo().browse(ids)
        charges = self.env["dunning.charge"].sudo()._for_lines(lines)
        return {line.id: charges[line].unknown for line in lines if charges[line].unknown}

    @api.model
    def _debtors(self, policy, debts, before=None):
        """Debtors with the rungs that they have heard, up to an instant where one is given."""
        moves = self.env["account.move"].browse({d.move for owed in debts.values() for d in owed})
        used = defaultdict(set)
        for move, due, level in self._used_rungs(moves, before):
            used[move, due].add(level)
        company_currency = policy.company_id.currency_id
        rungs = policy.level_ids._rungs()
        manual = policy.level_ids.filtered(lambda level: level.mode == "approval")
        days = {}
        return {
            key: Debtor(
                key=key,
                debts=owed,
                rungs=rungs,
                local_day=self._calendar(key[0], days),
                manual=frozenset(manual.ids),
                minimum=to_units(company_currency, policy.minimum_amount),
                used={
                    (debt.move, self._ladder_due(debt, before), level)
                    for debt in owed
                    for level in used[debt.move, debt.due]
                },
            )
            for key, owed in debts.items()
        }

    @api.model
    def _ladder_due(self, debt, before):
        """The due day by which the rungs so far were climbed."""
        return debt.ladder_due(before.date() if before else date.max)

    @api.model
    def _used_rungs(self, moves, before=None):
        if not before:
            return self.env["dunning.plan"]._used_rungs(moves)
        rearms = self.env["dunning.agreement"]._rearms(moves)
        lines = self.env["dunning.message.line"].search_fetch(
            [
                ("move_id", "in", moves.ids),
                ("level_id", "!=", False),
                ("message_id.attempted_at", "<", before),
            ],
            ["move_id", "date_due", "level_id", "episode"],
        )
        episodes = {
            move: sum(rearm.start <= before.date() for rearm in found)
            for move, found in rearms.items()
        }
        return {
            (line.move_id.id, line.date_due, line.level_id.id)
            for line in lines
            if (line.episode or 0) == episodes.get(line.move_id.id, 0)
        }

    @api.model
    def _calendar(self, partner, days):
        """What day it is at a debtor; debtors of a zone share their answers."""
        gate = self.env["dunning.gate"]
        zones = self.env["dunning.jurisdiction"]._law_book().zones(*gate._place(partner))
        zone = zones[0] if zones else "UTC"
        if zone not in days:
            info = ZoneInfo(zone)
            days[zone] = cache(lambda at: at.astimezone(info).date())
        return days[zone]

    # === WHAT IS UNDER WAY ===

    @api.model
    def _add_pending(self, policy, debtors, at):
        """Put the messages that already wait in the outbox on paper too."""
        rungs = {rung.key: rung for rung in policy.level_ids._rungs()}
        domain = [
            ("state", "in", PENDING),
            ("company_id", "=", policy.company_id.id),
            ("policy_id", "=", policy.id),
            ("partner_id", "in", [partner.id for partner, _currency in debtors]),
        ]
        for message in self.env["dunning.message"].sudo().search(domain, order="id"):
            debtor = debtors.get((message.partner_id, message.currency_id))
            rung = rungs.get(message.level_id.id)
            if debtor and rung and message.verdict:
                debtor.pending.append(self._pending(message, debtor, rung, rungs, at))

    @api.model
    def _pending(self, message, debtor, rung, rungs, at):
        levels = {(row.move_id.id, row.date_due): row.level_id.id for row in message.line_ids}
        listed = [debt for debt in debtor.debts if (debt.move, debt.due) in levels]
        triggers = {debt.key: rungs.get(levels[debt.move, debt.due]) for debt in listed}
        verdict = Verdict.from_dict(message.verdict)
        leaves = max(aware(message.not_before or at), aware(at))
        return Planned(
            debtor=debtor,
            rung=rung,
            debts=tuple(listed),
            triggers={key: found for key, found in triggers.items() if found},
            planned_at=aware(message.create_date),
            at=leaves,
            verdict=verdict,
            first_verdict=verdict,
            outcome="approval" if message.state == "approval" else "waiting",
        )

    @api.model
    def _plan_instants(self, at, end):
        """When the plan runs from now on: now, and then as its scheduled action is set."""
        cron = self.env.ref("l10n_latam_dunning.ir_cron_plan").sudo()
        step = relativedelta(**{cron.interval_type: cron.interval_number})
        run = cron.nextcall
        while run - step > at:
            run -= step
        instants = [aware(at)]
        while run <= end:
            if run > at:
                instants.append(aware(run))
            run += step
        return instants
