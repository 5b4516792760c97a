from odoo import http
from odoo.http import request


class DunningStop(http.Controller):
    """The page behind the signed link in each message, where a debtor ends a channel. Whoever has
    the link may; to look at it changes nothing, as mail programs open links by themselves."""

    @http.route(
        "/dunning/stop/<string:channel>/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=64 * 1024,
    )
    def stop(self, channel, token, **_form):
        point = request.env["dunning.contact.point"].sudo()._by_stop_token(channel, token)
        if not point:
            return self._page(request.env.lang, {"state": "unknown"}, 404)
        page = point._stop_page(channel)
        if request.httprequest.method == "POST":
            headers = request.httprequest.headers
            point._stop(
                channel,
                source="web",
                wording=page["question"],
                proof=f"{request.httprequest.remote_addr} · {headers.get('User-Agent', '')[:200]}",
            )
        state = "stopped" if point._is_stopped(channel) else "asked"
        return self._page(page["lang"], {**page, "state": state})

    def _page(self, lang, values, status=200):
        request.update_context(lang=lang)
        html = request.env["ir.qweb"]._render(
            "l10n_latam_dunning.stop_page", {**values, "html_lang": (lang or "").replace("_", "-")}
        )
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ]
        return request.make_response(f"<!DOCTYPE html>{html}", headers=headers, status=status)
