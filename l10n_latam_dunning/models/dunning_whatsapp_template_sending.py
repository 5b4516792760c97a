from datetime import timedelta

from odoo import models

from ..core.law.gate import Impediment
from ..core.whatsapp.order import Item, boleto, order_details, reference_of
from ..core.whatsapp.payload import order_button, quick_reply, url_button
from ..core.whatsapp.template_rules import MAX_BODY, render, variables
from ..core.whatsapp.variables import base_language
from ..tools import aware
from .dunning_variable import LISTED_INVOICES

# How long a message rests while its document is brought to WhatsApp.
UPLOAD_PAUSE = timedelta(minutes=3)
TAX_NOTES = {
    "es": "Impuestos incluidos",
    "pt": "Impostos inclusos",
    "en": "Taxes included",
}


class DunningWhatsappTemplate(models.Model):
    """One debtor's message from a template: whether he can have it, and what the wire gets."""

    _inherit = "dunning.whatsapp.template"

    # === BEFORE ===

    def _variant(self, candidate):
        """The template for a candidate: where the oldest invoice has no PDF, the one without."""
        if self.header_kind != "document" or not self.without_document_id or not candidate.lines:
            return self
        move = candidate.lines[:1].move_id
        return self if move.dunning_document else self.without_document_id

    def _impediments(self, candidate, at):
        """Why this debtor cannot have this template now: Meta's state of it, a value that he has
        none for, a document that is missing or still on its way."""
        self.ensure_one()
        if not self.sendable:
            return [_impediment(self._unsendable_words())]
        if not candidate.lines:
            return []
        variable = self.env["dunning.variable"]
        lacking = variable._lacking(candidate, self._variables(), self.language)
        lacking += self._lacking_buttons(candidate)
        if lacking:
            return [_impediment(why) for why in dict.fromkeys(lacking)]
        return self._document_impediments(candidate, at)

    def _lacking_buttons(self, candidate):
        variable = self.env["dunning.variable"]
        for button in self.button_ids:
            if button.link == "payment" and not variable._is_payable(candidate):
                yield self.env._("the oldest invoice cannot be paid online")
            elif button.kind == "order" and not variable._pix(candidate):
                yield self.env._("the company's bank account has no PIX key for this amount")

    def _document_impediments(self, candidate, at):
        if self.header_kind != "document":
            return []
        move = candidate.lines[:1].move_id
        document = move.dunning_document
        if not document:
            return [_impediment(self.env._("%s has no PDF yet: print or send it once", move.name))]
        media = document["media"].get(str(candidate.account.id)) or {}
        if media.get("id"):
            return []
        if media.get("error"):
            return [_impediment(self.env._("WhatsApp did not take the PDF: %s", media["error"]))]
        why = self.env._("the PDF of %s is being brought to WhatsApp", move.name)
        return [_impediment(why, at + UPLOAD_PAUSE)]

    # === VALUES ===

    def _values_of(self, candidate):
        """The variables of a template, written for the debtor, and what goes beside the text.
        Of many invoices so many are listed as leave the text within WhatsApp's length."""
        variable = self.env["dunning.variable"]
        values = variable._values(candidate, self._variables(), self.language)
        listed = LISTED_INVOICES
        while "invoice_list" in values and listed > 1 and self._is_too_long(values):
            listed -= 1
            values["invoice_list"] = variable._list(candidate, self.language, listed)
        return {**values, **self._extras(candidate)}

    def _is_too_long(self, values):
        return len(render(self.body or "", values)) > MAX_BODY

    def _extras(self, candidate):
        """What goes beside the text, as the wire will need it: the header's document, the ends
        of the links, the ways to pay an order. Kept with the message's values."""
        if not candidate.lines:
            return {}
        extras = {}
        if self.header_kind == "document":
            document = candidate.lines[:1].move_id.dunning_document or {}
            media = (document.get("media") or {}).get(str(candidate.account.id)) or {}
            if media.get("id"):
                extras["_document"] = [media["id"], document["name"]]
        links = self._links(candidate)
        if links:
            extras["_links"] = links
        if "order" in self.button_ids.mapped("kind"):
            extras["_order"] = self._order_settings(candidate)
        return extras

    def _links(self, candidate):
        """{position: end of the address} of the links that each message fills in."""
        variable = self.env["dunning.variable"]
        links = {}
        for position, button in enumerate(self.button_ids):
            if button._is_filled():
                suffix = button._suffix(variable._link(candidate, button.link))
                if suffix:
                    links[str(position)] = suffix
        return links

    def _order_settings(self, candidate):
        variable = self.env["dunning.variable"]
        pix = variable._pix(candidate)
        line = variable._boleto_line(candidate.lines[:1].move_id)
        return [*([pix.as_json()] if pix else []), *([boleto(line)] if line else [])]

    # === WIRE ===

    def _payload_parts(self, message):
        """What :func:`template_message` needs of a message beside its recipient."""
        self.ensure_one()
        values = message.values or {}
        header = variables(self.header_text or "") if self.header_kind == "text" else ()
        return {
            "name": self.name,
            "language": self.language,
            "header_text": {name: values.get(name) or "" for name in header},
            "header_document": values.get("_document"),
            "body": {name: values.get(name) or "" for name in variables(self.body or "")},
            "buttons": list(self._button_values(message, values)),
        }

    def _button_values(self, message, values):
        links = values.get("_links") or {}
        for position, button in enumerate(self.button_ids):
            if button.kind == "reply":
                yield quick_reply(position, f"DUN:{button.action}")
            elif links.get(str(position)):
                yield url_button(position, links[str(position)])
            elif button.kind == "order" and values.get("_order"):
                order = self._order_of(message, values["_order"])
                if order:
                    yield order_button(position, order)

    def _order_of(self, message, settings):
        """The order of a message: one item for each instalment that is still open."""
        items = [
            Item(str(line.move_id.id), line.move_id.name, round(line.amount * 100))
            for line in message.line_ids
            if round(line.amount * 100) > 0
        ]
        total = round(message.amount_total * 100)
        if not items or total <= 0:
            return None
        if sum(item.cents for item in items) != total:
            # an agreed payment: a part of what is open on the invoices
            items = [items[0]._replace(cents=total)]
        # a try that WhatsApp refused may have used up its reference
        unique = f"{message.reference.removeprefix('dun:')[-12:]}{message.attempts}"
        reference = reference_of(items[0].name, unique)
        return order_details(reference, items, settings, TAX_NOTES[base_language(self.language)])


def _impediment(why, until=None):
    return Impediment("template", {"why": why.rstrip(".")}, until=until and aware(until))
