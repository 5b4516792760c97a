from ..core.law.gate import Contact, Impediment
from ..tools import aware, naive_utc, to_amount

# What stands in the way of a message today and says nothing of another time.
OF_TODAY = frozenset({"account", "template", "bank_stale"})


class Desk:
    """The law gate as a simulation asks it. The facts are collected once; contacts on paper are
    added to them, and holds count on their own days.

    With ``as_of`` a consent counts from the instant at which it was said, contacts since are not
    known yet, and what only concerns today's set-up is left out.
    """

    def __init__(self, policy, candidates, at, holds, *, as_of=False):
        self.gate = policy.env["dunning.gate"]
        self.text = policy.env["dunning.text"]
        self.levels = {level.id: level for level in policy.level_ids}
        self.candidates = candidates
        self.numbers = {key: list(c.problems) for key, c in candidates.items()}
        self.holds = holds
        self.leave_out = OF_TODAY if as_of else frozenset()
        self.known = self.gate._known(list(candidates.values()), at)
        self.consents = {}
        if as_of:
            self.consents = dict(self.known.consents)
            self._forget_contacts_since(aware(at))
        self.templates = {}

    def ask(self, debtor, rung, debts, problems, at):
        """The one gate's verdict on a candidate on paper."""
        candidate = self.candidates[debtor.key]
        candidate.level = self.levels[rung.key]
        candidate.purpose = candidate.level._purpose()
        candidate.lines = candidate.lines.browse([debt.key for debt in debts])
        candidate.template = self._template(candidate)
        own = [self._impediment(candidate, problem) for problem in problems]
        candidate.problems = [*own, *self.numbers[debtor.key]]
        self._set_clock(candidate, at)
        return self.gate._verdict(candidate, self.known, naive_utc(at), self.leave_out)

    def sent(self, planned):
        """A contact on paper counts for the number as one in earnest does."""
        candidate = self.candidates[planned.debtor.key]
        purpose = self.levels[planned.rung.key]._purpose()
        contact = Contact(planned.at, candidate.channel, purpose, "sent")
        self.known.history[candidate.point.id].append(contact)

    def _forget_contacts_since(self, instant):
        for contacts in self.known.history.values():
            contacts[:] = [contact for contact in contacts if contact.at < instant]

    def _set_clock(self, candidate, at):
        """Let the gate see the holds, and with ``as_of`` the consents, of an instant."""
        key = (candidate.partner.id, candidate.company.id)
        self.known.holds[key] = [
            hold for start, end, hold in self.holds[key] if start <= at and (not end or at < end)
        ]
        number = candidate.point.value if candidate.point else ""
        for owner in {candidate.partner.id, number} & set(self.consents):
            self.known.consents[owner] = [f for f in self.consents[owner] if f.at <= at]

    def _template(self, candidate):
        partner = candidate.partner
        key = (candidate.level, partner.lang, partner.country_id)
        if key not in self.templates:
            self.templates[key] = self.text._template(candidate) if candidate.account else None
        return self.templates[key]

    def _impediment(self, candidate, problem):
        company = candidate.company.currency_id
        currency, name = {
            "credit_covers": (candidate.currency, "credit"),
            "below_minimum": (company, "minimum"),
        }.get(problem.code, (None, ""))
        if not currency:
            return Impediment(problem.code)
        return Impediment(problem.code, {name: currency.format(to_amount(currency, problem.units))})
