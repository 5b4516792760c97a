import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.whatsapp.client import ApiFailure
from ..core.whatsapp.errors import Action
from ..core.whatsapp.media import DEFAULT_LIMIT, safe_name

_logger = logging.getLogger(__name__)

# WhatsApp keeps what people send for seven days.
KEPT = timedelta(days=7)
WAIT = timedelta(minutes=2)
MAX_TRIES = 6
PARAMETER = "l10n_latam_dunning.media_limit_mb"


class DunningEvent(models.Model):
    """Files that people send: fetched by a scheduled action, never in the webhook, and shown with
    the reply they came with."""

    _inherit = "dunning.event"

    media_state = fields.Selection(
        [("waiting", "To be fetched"), ("done", "Fetched"), ("failed", "Not fetched")],
        "File",
        readonly=True,
    )
    media_error = fields.Char("Why it was not fetched", readonly=True)
    media_tries = fields.Integer(readonly=True, aggregator=False)
    media_at = fields.Datetime(readonly=True, help="When it is tried next.")
    attachment_id = fields.Many2one(
        "ir.attachment", "File sent", readonly=True, ondelete="set null"
    )

    _media_idx = models.Index("(media_at, id) WHERE media_state = 'waiting'")

    # === ACTIONS ===

    def action_fetch(self):
        """Try again to fetch a file that could not be had."""
        self._check_handler()
        self.sudo().filtered(lambda event: event.media_state == "failed").write(
            {
                "media_state": "waiting",
                "media_error": False,
                "media_tries": 0,
                "media_at": fields.Datetime.now(),
            }
        )
        self._wake_fetching()

    # === FETCHING ===

    @api.model
    def _ask_for_files(self, replies):
        """Let the scheduled action fetch what came with these replies."""
        events = self.browse().union(*(reply.event for reply in replies))
        events.write({"media_state": "waiting", "media_at": fields.Datetime.now()})
        if events:
            self._wake_fetching()

    @api.model
    def _wake_fetching(self, at=None):
        self.env.ref("l10n_latam_dunning.ir_cron_media").sudo()._trigger(at)

    @api.model
    def _cron_fetch(self):
        """Fetch files that wait, one by one. Commits after each: no lock is held while a file is
        on its way, as each is put off before it is asked for."""
        commit = self.env["ir.cron"]._commit_progress
        domain = [("media_state", "=", "waiting"), ("media_at", "<=", fields.Datetime.now())]
        commit(remaining=self.search_count(domain))
        while event := self.search(domain, order="media_at, id", limit=1).try_lock_for_update():
            event._put_off()
            commit(0)
            event._fetch()
            if not commit(1):
                break

    def _put_off(self):
        """Count a try, and set the next one for the case that this one never ends."""
        self.media_tries += 1
        self.media_at = fields.Datetime.now() + WAIT * 2**self.media_tries

    def _fetch(self):
        """Fetch one file and attach it; what cannot be had is said on the chatter."""
        office = self.with_company(self.company_id)
        office = office.with_context(lang=self.company_id.partner_id.lang)
        media = self.data["media"]
        if fields.Datetime.now() - self._happened_at() > KEPT:
            office._give_up(office.env._("WhatsApp keeps files for seven days only."))
            return
        try:
            with self.account_id._client() as client:
                file = client.download_media(media["media_id"], self._limit())
        except ApiFailure as failure:
            office._fail(failure.error)
        except (UserError, ValueError) as error:
            office._give_up(str(error))
        else:
            office._attach(file, media)

    @api.model
    def _limit(self):
        megabytes = self.env["ir.config_parameter"].sudo().get_param(PARAMETER, "")
        return int(megabytes) * 1024 * 1024 if megabytes.isdecimal() else DEFAULT_LIMIT

    def _fail(self, error):
        if error.code in (33, 100):
            self._give_up(self.env._("WhatsApp no longer has this file."))
        elif error.action is Action.FAIL or self.media_tries >= MAX_TRIES:
            self._give_up(error.details or self.env._(error.meaning))
        else:
            self._wake_fetching(self.media_at)

    def _give_up(self, why):
        self.write({"media_state": "failed", "media_error": why})
        self._note(
            self._shown_on(),
            self.env._("The file of this reply could not be fetched: %s", why),
        )

    def _attach(self, file, media):
        """Put a file on the chatter, with the reply that it came with."""
        records = self._shown_on()
        self.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": safe_name(media.get("filename") or "", file.mime, self._in_words()),
                    "raw": file.content,
                    "mimetype": file.mime,
                    "res_model": records._name if records else self._name,
                    "res_id": records[:1].id or self.id,
                }
            )
        )
        self.note_ids.sudo().attachment_ids += self.attachment_id
        self.media_state = "done"

    def _shown_on(self):
        """The invoices, or the debtor, on whose chatter the reply stands."""
        notes = self.note_ids.sudo()
        return self.env[notes[:1].model or "res.partner"].browse(notes.mapped("res_id"))
