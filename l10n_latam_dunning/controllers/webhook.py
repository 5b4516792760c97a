import logging

from odoo import http
from odoo.http import request
from odoo.tools import consteq

from ..core.whatsapp.webhook import verify_signature

_logger = logging.getLogger(__name__)

# Meta batches up to 1,000 updates into 3 MB.
MAX_BYTES = 4 * 1024 * 1024


class DunningWebhook(http.Controller):
    """The one way in from WhatsApp. It verifies, stores, wakes the cron, and answers."""

    @http.route(
        "/dunning/whatsapp/<string:key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BYTES,
    )
    def webhook(self, key, **params):
        account = request.env["dunning.whatsapp.account"].sudo().search([("webhook_key", "=", key)])
        if request.httprequest.method == "GET":
            return self._handshake(account, params)
        raw = request.httprequest.get_data()
        signature = request.httprequest.headers.get("X-Hub-Signature-256")
        secrets = account._app_secrets() if account else []
        if not verify_signature(raw, signature, secrets):
            _logger.warning("A webhook with a wrong signature or address was refused")
            return request.make_response("", status=403)
        request.env["dunning.event"].sudo()._store_webhook(account, raw)
        return request.make_response("", headers=[("Content-Type", "text/plain")])

    def _handshake(self, account, params):
        """Answer Meta's challenge when the verify token is ours."""
        token = account._secret("verify_token") if account else ""
        offered = params.get("hub.verify_token") or ""
        challenge = params.get("hub.challenge") or ""
        if (
            params.get("hub.mode") != "subscribe"
            or not token
            or not consteq(token, offered)
            or not challenge.isalnum()
        ):
            return request.make_response("", status=403)
        return request.make_response(challenge, headers=[("Content-Type", "text/plain")])
