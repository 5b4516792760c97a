from dataclasses import replace

from markupsafe import Markup
from odoo import api, models

from ..core import phones
from ..core.law.gate import Impediment

# The links by which a debtor can receive no more of these messages.
WAYS_OUT = frozenset({"unsubscribe_link", "page_link"})


class DunningChannel(models.AbstractModel):
    """The interface of a channel. Each channel is a model ``dunning.channel.<code>`` and is
    found by that name; to add one, add the model, and its code to the selections of
    ``dunning.message`` and ``dunning.level.channel``. Nothing else knows which channels exist."""

    _name = "dunning.channel"
    _description = "Channel of contact"

    # Whether delivery is reported, so that its absence after a while means something.
    _has_receipts = False
    # Whether the state *unreachable* of a contact point is what this channel has told.
    _is_told_unreachable = False
    # Whether it can ask whether a number is the person's, and take in the answer.
    _asks_whose = False
    # The kinds of text by which it asks for consent, of which there are none where it cannot.
    _asks_consent_by = ()
    # Whether a message is carried by a thread of its own, with plain data and no cursor.
    _is_threaded = False

    @api.model
    def _of(self, code):
        """The channel of a code; of one that was uninstalled only what every channel has."""
        name = f"dunning.channel.{code}"
        return self.env[name if name in self.env else "dunning.channel"]

    @api.model
    def _offered(self):
        """{code: channel} of every channel that is installed."""
        prefix = "dunning.channel."
        names = [name for name in self.env.registry if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.env[name] for name in sorted(names)}

    # === WHO ===

    @api.model
    def _reach(self, partners):
        """{partner: (contact point or None, impediment or None)}, set-based."""
        raise NotImplementedError

    @api.model
    def _problems(self, candidate, at):
        """The impediments of this channel against a candidate: its address, sender and text."""
        raise NotImplementedError

    # === WHAT ===

    @api.model
    def _find_text(self, candidate):
        """The text that the candidate's level has for him on this channel, or an empty value."""
        raise NotImplementedError

    @api.model
    def _wording(self, candidate):
        """The text before its values are filled in, for the law's rules of wording."""
        raise NotImplementedError

    @api.model
    def _carries(self, candidate):
        """What the text's own buttons and links let the debtor do, as codes."""
        return frozenset()

    @api.model
    def _category(self, text):
        """What the provider is going to charge a text as, or "" where it has no categories."""
        return ""

    @api.model
    def _content_vals(self, candidate):
        """Values of ``dunning.message`` for the text as this debtor reads it."""
        raise NotImplementedError

    @api.model
    def _requests(self, facts, company):
        """{fact of asking: the :class:`RequestText` that asks}, set-based."""
        raise NotImplementedError

    # === WIRE ===

    @api.model
    def _call(self, message, courier):
        """A call without arguments that delivers a message and gives a :class:`Delivery`. The
        only door to the outside; the message is in `sending` with a permit."""
        raise NotImplementedError

    @api.model
    def _pace(self, message):
        """(sender, messages a second that it may carry) for a message; (None, 0): no limit."""
        return None, 0

    @api.model
    def _rooms(self, messages, at):
        """{message: its sender} and {sender: how many people it may still write to now}, of the
        messages to which such a limit applies."""
        return {}, {}

    @api.model
    def _pair_waits(self, messages, at):
        """{message: seconds} of those whose recipient was written to so often just now that the
        next one has to wait."""
        return {}

    @api.model
    def _prepare_wire(self, message):
        """Put on record what must be known of a message before it leaves, such as the key of its
        receipts. Committed with the claim."""

    @api.model
    def _learn(self, message, delivery):
        """Keep what the provider told about the recipient with its acceptance."""

    @api.model
    def _learn_all(self, accepted):
        """The same for a handful of [(message, delivery)]."""
        for message, delivery in accepted:
            self._learn(message, delivery)

    @api.model
    def _learn_refusal(self, message, delivery):
        """Draw from a refusal what concerns more than this message: the sender, the text, the
        address."""

    @api.model
    def _learn_failure(self, message, code):
        """Draw from a failure that was reported later what concerns more than this message.
        Returns the seconds after which another try on this channel makes sense, or None."""

    @api.model
    def _failure_words(self, message):
        """Why a message failed, in words: a list of sentences."""
        return [message.error_details or ""]

    @api.model
    def _is_neutralized(self):
        """Whether this database is a copy that must not speak to anybody."""
        return bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"))

    @api.model
    def _tell_held(self, message, why):
        """An activity for the responsible, once, when a channel does not send at all."""
        office = message.company_id.partner_id.with_context(lang=message.company_id.partner_id.lang)
        user = message.policy_id.user_id
        labels = dict(message._fields["channel"]._description_selection(office.env))
        summary = office.env._("Reminders by %s do not leave", labels[message.channel])
        if user and summary not in office.activity_ids.mapped("summary"):
            office.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=summary,
                note=Markup("<p>%s</p>") % why,
            )

    # === DRAFTS ===

    @api.model
    def _usable(self, draft, company):
        """A draft, with what is missing where it must not be sent as it is."""
        if not draft:
            return draft
        if not WAYS_OUT & set(draft.names):
            words = self.env._(
                "%s does not say how to receive no more of these messages (unsubscribe_link or "
                "page_link)",
                draft.template.display_name,
            )
            return replace(draft, problem=words)
        if "company_phone" in draft.names and not company.phone:
            words = self.env._(
                "%s names the company's telephone number, which is not known",
                draft.template.display_name,
            )
            return replace(draft, problem=words)
        return draft

    @api.model
    def _values(self, candidate):
        """{name: value} for the draft of a candidate."""
        draft, point = candidate.text, candidate.point
        link = point._stop_link(candidate.channel, candidate.company) if point else ""
        own = {"unsubscribe_link": link, "company_phone": candidate.company.phone or ""}
        names = [name for name in draft.names if name not in own]
        shared = self.env["dunning.text"]._values(candidate, names, draft.language)
        return {**shared, **own}

    # === NUMBERS ===

    @api.model
    def _reach_numbers(self, partners):
        """{partner: (contact point, impediment)} of the debtors' own numbers."""
        numbers, result = {}, {}
        for partner in partners:
            raw = partner.phone or ""
            if not raw:
                result[partner] = (None, self._invalid(self.env._("there is no number")))
                continue
            try:
                numbers[partner] = phones.normalise(raw, partner.country_id.code or "")
            except phones.InvalidPhone as error:
                words = self.env._(phones.REASONS.get(error.reason, str(error)))
                result[partner] = (None, self._invalid(words))
        points = self.env["dunning.contact.point"]._for_numbers(list(numbers.values()))
        repairs = {}
        for partner, number in numbers.items():
            result[partner] = (points[number.e164], None)
            repairs[points[number.e164], partner] = number.changed
        self._link(result, repairs)
        return result

    @api.model
    def _link(self, reached, repairs=None):
        """Remember which partners each contact point belongs to, and how its number was read."""
        self.env["dunning.contact.point"]._link(
            {
                (point, partner)
                for partner, (point, _problem) in reached.items()
                if point and partner not in point.partner_ids
            },
            repairs=repairs,
        )

    @api.model
    def _point_problems(self, point):
        """What speaks against a contact point. A number that WhatsApp does not reach may well
        receive an SMS; an address that returns everything is of no use at all."""
        codes = {"not_theirs": "contact_quarantined"}
        if self._is_told_unreachable:
            codes["unreachable"] = "contact_unreachable"
        if point and point.state in codes:
            return [Impediment(codes[point.state])]
        return []

    @api.model
    def _invalid(self, why):
        return Impediment("contact_invalid", {"why": why.rstrip(".")})
