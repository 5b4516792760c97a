from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from ..core.whatsapp.receipts import Receipt
from ..tools import aware

# A receipt may overtake the answer of the send that it belongs to.
PATIENCE = timedelta(minutes=30)
FIRST_WAIT = timedelta(minutes=1)
# What we put into every message of ours, and WhatsApp gives back with its receipts.
OURS = "dun:"


class DunningEvent(models.Model):
    """Receipts: sent, delivered, read, failed, and the price that comes with them."""

    _inherit = "dunning.event"

    def _apply_status(self):
        """Move the messages that these receipts belong to, all of a message at once."""
        rows = {event: event.data for event in self}
        messages = self._messages_of(rows)
        told = defaultdict(list)
        for event, data in rows.items():
            if messages[event]:
                told[messages[event]].append((event, data))
        moved = self.env["dunning.message"]
        for message, receipts in told.items():
            for _event, data in receipts:
                if data.get("wamid") and not message.provider_ref:
                    message.provider_ref = data["wamid"]
            moved |= message._apply_receipts(
                [event._receipt(data, message) for event, data in receipts]
            )
        heard = self.env["dunning.message"].union(*told)
        heard._charge()
        moved._log_state()
        self._learn_recipients(told)
        self._close_receipts(messages, rows)

    def _messages_of(self, rows):
        """{event: message of the same account, or empty}, by WhatsApp's id or our reference."""
        Message = self.env["dunning.message"].sudo()
        wamids = {data["wamid"] for data in rows.values() if data.get("wamid")}
        opaques = {data["opaque"] for data in rows.values() if _is_ours(data.get("opaque"))}
        found = Message.search(
            [
                ("account_id", "in", self.account_id.ids),
                "|",
                ("provider_ref", "in", list(wamids)),
                ("reference", "in", list(opaques)),
            ]
        )
        found.line_ids.mapped("move_id")
        by_wamid = {(m.account_id, m.provider_ref): m for m in found if m.provider_ref}
        by_opaque = {(m.account_id, m.reference): m for m in found}
        return {
            event: by_wamid.get((event.account_id, data.get("wamid")))
            or by_opaque.get((event.account_id, data.get("opaque")))
            or Message
            for event, data in rows.items()
        }

    def _receipt(self, data, message):
        pricing = (data.get("raw") or {}).get("pricing")
        return Receipt(
            status=data.get("status") or "",
            at=aware(self._happened_at()),
            error_code=data.get("error_code") or 0,
            error_details=data.get("error_details") or "",
            pricing=pricing if isinstance(pricing, dict) else {},
            is_same_try=not data.get("wamid") or message.provider_ref == data["wamid"],
        )

    def _learn_recipients(self, told):
        """Remember under which ids WhatsApp knows the recipients of our messages."""
        self.env["dunning.whatsapp.identity"]._learn(
            [
                {
                    "account": event.account_id,
                    "point": message.contact_point_id,
                    "wa_id": data.get("recipient") or "",
                    "bsuid": data.get("recipient_user_id") or "",
                    "username": data.get("username") or "",
                    "at": event._happened_at(),
                }
                for message, receipts in told.items()
                for event, data in receipts
            ]
        )

    def _close_receipts(self, messages, rows):
        """Close receipts, each with its message. One whose message is not known yet is looked at
        again for a while, unless it carries somebody else's reference."""
        now = fields.Datetime.now()
        groups = defaultdict(self.browse)
        waiting = self.browse()
        for event in self:
            opaque = rows[event].get("opaque")
            is_foreign = bool(opaque) and not _is_ours(opaque)
            if messages[event] or is_foreign or now - event.received_at > PATIENCE:
                groups[messages[event]] += event
            else:
                waiting += event
        for message, events in groups.items():
            if message:
                events._finish("done", message)
            else:
                error = self.env._("No message of ours has this id.")
                events._finish("ignored", error=error)
        for event in waiting:
            event.retry_at = now + max(FIRST_WAIT, now - event.received_at)
        if waiting:
            self._cron()._trigger(min(waiting.mapped("retry_at")))


def _is_ours(opaque):
    return (opaque or "").startswith(OURS)
