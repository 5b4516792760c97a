from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL

from ..core import phones
from ..core.first_touch import read_answer
from ..core.optout import is_stop
from ..core.wish import is_wish_to_agree

# A reply without a mark of its own is about the last message, if that is not too long ago.
RECENT = timedelta(days=30)
ACTIVITY = "l10n_latam_dunning.mail_activity_type_reply"
# What a person sends without saying anything that somebody would have to answer.
QUIET = {"reaction", "request_welcome", "revoke", "system"}
# The payload of our own buttons: DUN:<action>, perhaps with more behind it.
OURS = "DUN:"


@dataclass(slots=True)
class Reply:
    """An inbound event, whose it may be and what it is about."""

    event: Any
    data: dict[str, Any]
    points: Any
    message: Any
    partner: Any = None

    @property
    def person(self):
        """The three ids under which WhatsApp may name the person to an account."""
        sender, bsuid = self.data.get("sender") or "", self.data.get("sender_user_id") or ""
        return self.event.account_id.id, sender, bsuid

    @property
    def moves(self):
        """The invoices that the answered message was about."""
        lines = self.message.line_ids
        return lines.filtered("level_id").move_id or lines.move_id or self.message.about_move_id

    @property
    def records(self):
        """Where the reply is shown: the invoices, else the debtor."""
        return self.moves or self.partner

    @property
    def action(self):
        """The name of the quick reply that was tapped, or of what the text asks for: a stop, or an
        answer to the question whose number it is."""
        payload = self.data.get("payload") or ""
        if payload.startswith(OURS):
            return payload.split(":")[1]
        text = self.data.get("text") or ""
        if is_stop(text):
            return "stop"
        if self.message.purpose == "identity":
            return read_answer(text)
        # a reaction, or the caption of a file, asks for nothing
        return "agree" if self.event.topic == "text" and is_wish_to_agree(text) else ""


class DunningEvent(models.Model):
    """Replies: whose they are, on which chatter they stand, and who has to see them."""

    _inherit = "dunning.event"

    partner_id = fields.Many2one(
        "res.partner", "Debtor", readonly=True, ondelete="set null", index="btree_not_null"
    )
    contact_point_id = fields.Many2one(
        "dunning.contact.point",
        "Number",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    note_ids = fields.Many2many("mail.message", readonly=True, help="Where the chatter shows it.")
    words = fields.Text("What came", compute="_compute_words")

    @api.depends("kind", "topic", "text")
    @api.depends_context("lang")
    def _compute_words(self):
        for event in self:
            event.words = event._in_words() if event.kind == "inbound" else False

    # === PROCESSING ===

    def _apply_inbound(self):
        """Show replies where they belong, call the person responsible, and do at once what a
        quick reply or a stop asks for."""
        replies = self._read_replies()
        self._greet(replies)
        mine = [reply for reply in replies if reply.partner]
        self._show(mine)
        self._ask_for_files([reply for reply in replies if reply.data.get("media")])
        for reply in replies:
            if not reply.data.get("group_id"):
                reply.event._act(reply)
        self._call_responsible(mine)
        self._close_replies(replies)

    def _read_replies(self):
        """Find the people and the messages of these events, set-based."""
        rows = {event: event.data for event in self}
        replies = [
            Reply(event, data, self.env["dunning.contact.point"], self.env["dunning.message"])
            for event, data in rows.items()
        ]
        points = self._points_of_people({reply.person for reply in replies})
        self.env["dunning.contact.point"].union(*points.values())._note_reached()
        answered = self._answered_messages(rows)
        for reply in replies:
            reply.points = points[reply.person]
            reply.message = answered.get(
                (reply.event.account_id, reply.data.get("context_wamid")), reply.message
            )
        last = self._last_messages(replies)
        for reply in replies:
            if not reply.message:
                candidates = [last.get((reply.event.account_id, point)) for point in reply.points]
                recent = [message for message in candidates if message]
                reply.message = max(recent, key=lambda m: m.attempted_at, default=reply.message)
            reply.points |= reply.message.contact_point_id
            partners = reply.message._addressee() or reply.points.partner_ids
            reply.partner = partners if len(partners) == 1 else partners.browse()
            if reply.data.get("group_id"):
                reply.partner = partners.browse()
        return replies

    @api.model
    def _points_of_people(self, people):
        """{person: contact points}: those that are known, else those of debtors who have this
        number and were never written to."""
        points = self.env["dunning.whatsapp.identity"]._points_of(people)
        unknown = {person[1] for person, found in points.items() if person[1] and not found}
        if unknown:
            reached = self._points_of_partners(unknown)
            for person in points:
                points[person] |= reached.get(person[1], points[person])
        return points

    @api.model
    def _points_of_partners(self, wa_ids):
        """{WhatsApp id: contact point} for partners with such a number, created and linked."""
        forms = {f"+{digits}": wa_id for wa_id in wa_ids for digits in phones.equivalents(wa_id)}
        partners = self.env["res.partner"].sudo().search([("phone_sanitized", "in", list(forms))])
        reached = self.env["dunning.channel.whatsapp"]._reach(partners)
        result = {}
        for partner, (point, _problem) in reached.items():
            if point:
                wa_id = forms[partner.phone_sanitized]
                result[wa_id] = result.get(wa_id, point) | point
        return result

    @api.model
    def _answered_messages(self, rows):
        """{(account, WhatsApp's id): message} of the messages that people pointed at."""
        wamids = {data["context_wamid"] for data in rows.values() if data.get("context_wamid")}
        found = self.env["dunning.message"].sudo().search([("provider_ref", "in", list(wamids))])
        return {(message.account_id, message.provider_ref): message for message in found}

    @api.model
    def _last_messages(self, replies):
        """{(account, contact point): the last message that went there, not too long ago}."""
        ids = {point.id for reply in replies for point in reply.points}
        if not ids:
            return {}
        self.env["dunning.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (account_id, contact_point_id) id
                  FROM dunning_message
                 WHERE contact_point_id IN %s AND attempted_at >= %s
              ORDER BY account_id, contact_point_id, attempted_at DESC, id DESC
                """,
                tuple(ids),
                fields.Datetime.now() - RECENT,
            )
        )
        messages = self.env["dunning.message"].sudo().browse([row[0] for row in rows])
        return {(message.account_id, message.contact_point_id): message for message in messages}

    @api.model
    def _greet(self, replies):
        """Remember the people who wrote, and that they may be answered freely for a day."""
        self.env["dunning.whatsapp.identity"]._learn(
            [
                {
                    "account": reply.event.account_id,
                    "point": reply.points if len(reply.points) == 1 else reply.points.browse(),
                    "wa_id": reply.person[1],
                    "bsuid": reply.person[2],
                    "username": reply.data.get("username"),
                    "name": reply.data.get("profile_name"),
                    "at": reply.event._happened_at(),
                    "wrote": not reply.data.get("group_id"),
                }
                for reply in replies
            ]
        )

    # === CHATTER ===

    @api.model
    def _show(self, replies):
        """Each reply as a note in the debtor's name."""
        title = self.env._("Reply on WhatsApp")
        notes = []
        for reply in replies:
            point = reply.message.contact_point_id or reply.points[:1]
            text = Markup("<strong>%s</strong> · %s<br/><em>%s</em>") % (
                title,
                point.masked or "",
                reply.event._in_words(),
            )
            notes.append((reply.records, text, reply.partner))
        for reply, made in zip(replies, self._notes(notes), strict=True):
            reply.event.note_ids = made

    @api.model
    def _note(self, records, text):
        """A note on each record; returns the notes."""
        return self._notes([(records, text, None)])[0]

    @api.model
    def _notes(self, notes):
        """Notes on chatters from (records, text, author or None); returns those of each. A
        record that has several gets them one after the other, all others in one go."""
        made = [self.env["mail.message"] for _note in notes]
        turns, used = defaultdict(dict), Counter()
        for index, (records, _text, _author) in enumerate(notes):
            for record in records:
                turns[record._name, used[record]][record.id] = index
                used[record] += 1
        for (model, _turn), rows in turns.items():
            bodies = {id_: Markup("<p>%s</p>") % notes[index][1] for id_, index in rows.items()}
            for message in self.env[model].sudo().browse(bodies)._message_log_batch(bodies):
                made[rows[message.res_id]] |= message
        for messages, (_records, _text, author) in zip(made, notes, strict=True):
            if messages and author:
                messages.write({"author_id": author.id, "email_from": author.email_formatted})
        return made

    def _in_words(self):
        """What the person sent, for people."""
        self.ensure_one()
        text = self.text or ""
        words = {
            "text": text,
            "button": text,
            "interactive": text,
            "reaction": self.env._("Reacted with %s", text)
            if text
            else self.env._("Took a reaction back"),
            "image": self.env._("Picture"),
            "audio": self.env._("Audio"),
            "video": self.env._("Video"),
            "document": self.env._("Document"),
            "sticker": self.env._("Sticker"),
            "location": self.env._("Location"),
            "contacts": self.env._("Contact"),
            "order": self.env._("Order from the catalogue"),
            "edit": self.env._("Changed a message"),
            "revoke": self.env._("Deleted a message"),
            "request_welcome": self.env._("Opened the chat"),
        }
        said = words.get(self.topic) or self.env._(
            "Something that WhatsApp does not pass on (%s)", self.topic
        )
        return f"{said}: {text}" if text and text not in said else said

    def _wamid(self):
        """WhatsApp's id of this message, to answer it by name; empty for no event."""
        return ((self.data or {}).get("wamid") or "") if self else ""

    def _proof(self):
        """Where the proof of what a person said here is: this event. WhatsApp's id of the message
        is in it, and has the person's number in itself; empty for no event."""
        return f"{self._name},{self.id}" if self else ""

    # === PEOPLE ===

    @api.model
    def _call_responsible(self, replies):
        """An activity on what each reply is about, one for all replies of a person."""
        for reply in replies:
            if reply.event.topic not in QUIET and not self._is_settled(reply):
                self._call_person(
                    reply.records[:1],
                    self._responsible(reply),
                    self.env._("Reply of %s", reply.partner.name),
                    reply.event._in_words(),
                )

    @api.model
    def _is_settled(self, reply):
        """Whether what was done at once is all that a reply asks for. Hook."""
        return False

    @api.model
    def _responsible(self, reply):
        """Who sent it by hand, whom the policy names, or who looks after the number."""
        message = reply.message
        candidates = message.user_id if message.purpose == "reply" else message.policy_id.user_id
        users = candidates, message.user_id, reply.event.account_id.user_id
        return next((user for user in users if user.active), self.env["res.users"])

    @api.model
    def _call_person(self, record, user, summary, text):
        """An open activity for a user on a record, in which all that comes is gathered."""
        if not user or not record:
            return
        activity_type = self.env.ref(ACTIVITY)
        note = Markup("<p>%s</p>") % text
        activity = record.sudo().activity_ids.filtered(
            lambda a: (a.activity_type_id, a.user_id, a.summary) == (activity_type, user, summary)
        )[:1]
        if activity:
            activity.note = Markup("%s%s") % (activity.note or "", note)
        else:
            record.sudo().activity_schedule(ACTIVITY, user_id=user.id, summary=summary, note=note)

    def action_assign(self):
        """Ask whose a reply is that belongs to nobody for certain."""
        self.ensure_one()
        self._check_handler()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_assign_action"
        )
        return {**action, "context": {"default_event_id": self.id}}

    def _assign(self, partner, user):
        """A person says whose this reply is: it is shown there, and a stop counts for him."""
        self.ensure_one()
        (reply,) = self._read_replies()
        reply.partner = partner
        self._show([reply])
        if reply.action == "stop":
            self.env["dunning.consent"]._withdraw(
                partner,
                channel="whatsapp",
                source="whatsapp",
                wording=self.text,
                proof=self._proof(),
                point=reply.points if len(reply.points) == 1 else None,
            )
        self.partner_id = partner
        self._finish("done", error=self.env._("Given to the debtor by %s.", user.name))
        self.activity_ids.action_feedback(feedback=partner.display_name)

    # === END ===

    @api.model
    def _close_replies(self, replies):
        """Close replies; one that belongs to nobody for certain waits for a person."""
        for reply in replies:
            event = reply.event
            vals = {
                "partner_id": reply.partner.id,
                "contact_point_id": reply.points.id if len(reply.points) == 1 else False,
            }
            vals["contact_point_id"] = reply.message.contact_point_id.id or vals["contact_point_id"]
            event.write({name: value for name, value in vals.items() if value})
            if reply.data.get("group_id"):
                event._finish("ignored", error=self.env._("It was written in a group."))
            elif reply.partner:
                event._finish("done", reply.message)
            elif len(reply.points.partner_ids) > 1:
                event._finish("unmatched", error=self.env._("Several debtors have this number."))
            else:
                event._finish(
                    "unmatched", error=self.env._("Nobody we know writes from this number.")
                )
