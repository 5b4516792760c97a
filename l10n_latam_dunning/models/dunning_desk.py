from ..core.law.gate import Contact, Impediment
from ..tools import aware, naive_utc, to_amount
from .dunning_gate import is_unusable

# What stands in the way of a message today and says nothing of another time.
OF_TODAY = frozenset({"account", "template", "bank_stale"})
# An answer may come any day: on paper every number is taken for confirmed.
ANSWERED = frozenset({"first_touch"})


class Desk:
    """The law gate as a simulation asks it. The facts are collected once; contacts on paper are
    added to them, and holds count on their own days. ``reached`` says for each channel how each
    debtor is reached on it.

    With ``as_of`` a consent counts from the instant at which it was said, contacts since are not
    known yet, and what only concerns today's set-up is left out. ``unknown`` says of which
    instalments it cannot be said what interest and fees add to them.
    """

    def __init__(self, policy, candidates, reached, at, holds, unknown, *, as_of=False):
        self.plan = policy.env["dunning.plan"]
        self.unknown = unknown
        self.demanding = {}
        self.gate = policy.env["dunning.gate"]
        self.channel = policy.env["dunning.channel"]
        self.price = policy.env["dunning.price"]
        self.levels = {level.id: level for level in policy.level_ids}
        self.candidates = candidates
        self.reached = reached
        self.holds = holds
        self.leave_out = ANSWERED | (OF_TODAY if as_of else frozenset())
        self.known = self.gate._known(list(candidates.values()), at)
        self.consents = {}
        if as_of:
            self.consents = dict(self.known.consents)
            self._forget_contacts_since(aware(at))
        self.texts = {}
        for candidate in candidates.values():
            candidate.point = next((point for point in self._points(candidate)), None)

    def ask(self, debtor, rung, debts, problems, at):
        """The one gate's verdict on a candidate on paper."""
        candidate = self.candidates[debtor.key]
        candidate.level = self.levels[rung.key]
        candidate.purpose = candidate.level._purpose()
        candidate.lines = candidate.lines.browse([debt.key for debt in debts])
        self._set_clock(candidate, at)
        own = [self._impediment(candidate, problem) for problem in problems]
        verdicts = []
        for level_channel in candidate.level.channel_ids or [candidate.level.channel_ids]:
            self._put_on(candidate, level_channel)
            candidate.problems = [*own, *self._unknown_charges(candidate)]
            verdict = self.gate._verdict(candidate, self.known, naive_utc(at), self.leave_out)
            verdicts.append(verdict)
            if verdict.outcome != "refuse":
                return verdict
            if not is_unusable(verdict):
                break
        return verdicts[0]

    def demands(self, planned):
        """Whether the text of a message on paper speaks of interest and fees."""
        return self.demanding.get((planned.debtor.key, planned.rung.key), False)

    def _unknown_charges(self, candidate):
        """What stands against a text that speaks of charges which nobody can calculate."""
        demands = self.plan._demands(candidate)
        self.demanding[(candidate.partner, candidate.currency), candidate.level.id] = demands
        found = [self.unknown[line.id] for line in candidate.lines if line.id in self.unknown]
        if not demands or not found:
            return []
        code, figures = found[0]
        return [Impediment("charges_unknown", {"variant": code, **figures})]

    def _put_on(self, candidate, level_channel):
        """Put a candidate on one channel of its level."""
        candidate.level_channel = level_channel
        candidate.channel = level_channel.channel or candidate.channel
        found = self.reached[candidate.channel][candidate.partner]
        candidate.point, candidate.unreachable = found
        candidate.text = self._text(candidate)

    def _points(self, candidate):
        """The contact points of a debtor, one for each channel that reaches him."""
        found = (reached[candidate.partner][0] for reached in self.reached.values())
        return [point for point in found if point]

    def sent(self, planned):
        """A contact on paper counts for the number as one in earnest does, and costs as much."""
        candidate = self.candidates[planned.debtor.key]
        planned.charge = self.price._charge(
            candidate.channel,
            self.channel._of(candidate.channel)._category(candidate.text),
            candidate.point,
            candidate.partner,
            planned.at.date(),
        )
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
        numbers = (point.sudo().value for point in self._points(candidate))
        for owner in {candidate.partner.id, *numbers} & set(self.consents):
            self.known.consents[owner] = [f for f in self.consents[owner] if f.at <= at]

    def _text(self, candidate):
        partner = candidate.partner
        key = (candidate.level_channel, partner.lang, partner.country_id)
        if key not in self.texts:
            self.texts[key] = self.channel._of(candidate.channel)._find_text(candidate)
        return self.texts[key]

    def _impediment(self, candidate, problem):
        company = candidate.company.currency_id
        currency, name = {
            "credit_covers": (candidate.currency, "credit"),
            "below_minimum": (company, "minimum"),
        }.get(problem.code, (None, ""))
        if not currency:
            return Impediment(problem.code)
        return Impediment(problem.code, {name: currency.format(to_amount(currency, problem.units))})
