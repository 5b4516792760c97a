import logging

from odoo import SUPERUSER_ID, api, http
from odoo.http import request
from odoo.tools import consteq

from ..core.whatsapp.webhook import verify_signature

_logger = logging.getLogger(__name__)

# Meta batches up to 1,000 updates into 3 MB.
MAX_BYTES = 4 * 1024 * 1024
MAX_CHALLENGE = 100


class DunningWebhook(http.Controller):
    """The one way in from WhatsApp. It verifies, stores, wakes the cron, and answers. Nobody logs
    in here: the signature is the proof."""

    @http.route(
        "/dunning/whatsapp/<string:key>",
        type="http",
        auth="none",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        readonly=False,  # a route without a user would begin on a read-only cursor and start anew
        max_content_length=MAX_BYTES,
    )
    def webhook(self, key, **params):
        env = api.Environment(request.env.cr, SUPERUSER_ID, {})
        route = env["dunning.whatsapp.account"]._route_of(key)
        if request.httprequest.method != "POST":
            return self._handshake(env, route, params)
        raw = request.httprequest.get_data()
        signature = request.httprequest.headers.get("X-Hub-Signature-256")
        if not verify_signature(raw, signature, route.secrets if route else ()):
            _logger.warning("A webhook with a wrong signature or address was refused")
            return _answer("", 403)
        env["dunning.event"]._store_webhook(route, raw, signature)
        return _answer("")

    def _handshake(self, env, route, params):
        """Answer Meta's challenge when the verify token is ours."""
        account = env["dunning.whatsapp.account"].browse(route.account_id if route else None)
        token = account._secret("verify_token") if account else ""
        offered = params.get("hub.verify_token") or ""
        challenge = params.get("hub.challenge") or ""
        is_ours = bool(token) and consteq(token.encode(), offered.encode())
        if (
            not is_ours
            or params.get("hub.mode") != "subscribe"
            or not (challenge.isascii() and challenge.isalnum())
            or len(challenge) > MAX_CHALLENGE
        ):
            return _answer("", 403)
        return _answer(challenge)


def _answer(text, status=200):
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return request.make_response(text, headers=headers, status=status)
