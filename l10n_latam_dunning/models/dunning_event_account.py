from odoo import models

from ..core import phones
from ..core.whatsapp.webhook import identity_change
from .dunning_event_reply import Reply


class DunningEvent(models.Model):
    """What WhatsApp tells beside receipts and replies: of people, templates and our number."""

    _inherit = "dunning.event"

    # === PEOPLE ===

    def _apply_identity(self):
        """A number that changed hands, or a person who changed his number: what was known is no
        longer sure, and what is new is remembered but not trusted."""
        for event in self:
            data = event.data
            reply = Reply(event, data, event.contact_point_id, event.message_id)
            points = self._points_of_people({reply.person})[reply.person]
            change = identity_change(data.get("raw") or {})
            event._learn_new_ids(change, points)
            points._distrust(event._change_in_words(change, points), event.account_id)
            event.contact_point_id = points[:1]
            event.partner_id = points.partner_ids if len(points.partner_ids) == 1 else False
            event._finish("done" if points else "ignored")

    def _learn_new_ids(self, change, points):
        """Keep the new number, unsure, with the people of the old one; and the new user id."""
        identity = self.env["dunning.whatsapp.identity"].sudo()
        known = identity.search(
            [("account_id", "=", self.account_id.id), ("bsuid", "=", change.old_user_id)]
        )
        if change.new_user_id and change.old_user_id:
            known.filtered("wa_id").active = False
            (known - known.filtered("wa_id")).bsuid = change.new_user_id
        if not change.new_wa_id:
            return
        try:
            number = phones.normalise(f"+{change.new_wa_id}", "")
        except phones.InvalidPhone:
            return
        fresh = points._for_numbers([number])[number.e164]
        links = {(fresh, partner) for partner in points.partner_ids - fresh.partner_ids}
        points._link(links, source="whatsapp")
        if links and fresh.state == "new":
            fresh.write(
                {"state": "unsure", "doubt": self.env._("Told by WhatsApp, not by the debtor.")}
            )

    def _change_in_words(self, change, points):
        if change.kind != "user_changed_number":
            return self.env._("WhatsApp says that somebody else may use this number now.")
        if not change.new_wa_id:
            return self.env._("WhatsApp says that this person has another number now.")
        return self.env._(
            "WhatsApp says that this person has another number now: %s.",
            phones.mask(f"+{change.new_wa_id}"),
        )

    def _apply_preference(self):
        """Marketing stopped or taken again, the newest word counts. Reminders go on."""
        for event in self:
            data = event.data
            reply = Reply(event, data, event.contact_point_id, event.message_id)
            points = self._points_of_people({reply.person})[reply.person]
            sighting = {
                "account": event.account_id,
                "point": points if len(points) == 1 else points.browse(),
                "wa_id": reply.person[1],
                "bsuid": reply.person[2],
                "at": event._happened_at(),
            }
            learned = self.env["dunning.whatsapp.identity"]._learn([sighting])
            for identity in learned.values():
                identity._prefer(data.get("value"), event._happened_at())
            event.contact_point_id = sighting["point"]
            event._finish("done" if learned else "ignored")

    # === TEMPLATES AND NUMBERS ===

    def _apply_template(self):
        """Hand what Meta now says of a template to the template."""
        for event in self:
            template = (
                self.env["dunning.whatsapp.template"]
                .sudo()
                ._apply_event(
                    event.topic,
                    event._value(),
                    account=event.account_id,
                    at=event._happened_at(),
                )
            )
            if template:
                event._finish("done")
            else:
                event._finish("ignored", error=self.env._("This template is not ours."))

    def _apply_account(self):
        """Hand what Meta says of a number, or of a whole account, to ours."""
        for event in self:
            account = event.account_id.sudo()
            account._apply_event(event.topic, event._value(), event._happened_at())
            event._finish("done")

    def _value(self):
        """The content of a change, word for word."""
        value = (self.data.get("raw") or {}).get("value")
        return value if isinstance(value, dict) else {}
