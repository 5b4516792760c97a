from urllib.parse import quote

from odoo import http
from odoo.http import request

# A receipt of five megabytes and the rest of the form.
MAX_BYTES = 6 * 1024 * 1024
PASS = "dunning_pass"
PASS_SECONDS = 60 * 60
# Nothing is run or loaded but the page's own style and the company's logo.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", POLICY),
]


class DunningPreferences(http.Controller):
    """A debtor's own page behind the signed link of a message. There is no session: who has the
    link may, and a form has to carry a signed mark that only the page itself gives, which is what
    stands against requests forged elsewhere. To look at the page changes nothing."""

    @http.route(
        "/dunning/p/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BYTES,
    )
    def page(self, token, **form):
        visit, refusal = self._open(token)
        if not visit:
            return refusal
        if request.httprequest.method != "POST":
            return self._show(visit, token, form.get("done"))
        if form.get("deed") == "identity":
            return self._identify(visit, token, form)
        done, problem = request.env["dunning.page"]._do(visit, answers(form), upload(form))
        if problem:
            return self._show(visit, token, problem=problem, status=422)
        return self._back(token, done)

    @http.route(
        "/dunning/p/<string:token>/<string:what>/<int:move_id>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def invoice(self, token, what, move_id):
        """See, pay or take away one of the debtor's own open invoices."""
        visit, refusal = self._open(token)
        if not visit:
            return refusal
        page = request.env["dunning.page"]
        found = page._invoice(visit, what, move_id)
        if not found:
            return self._unknown()
        if what == "pdf":
            return found.get_response(as_attachment=True)
        response = request.redirect(found, code=303)
        # the portal speaks the language of this cookie, else that of the browser or the website
        response.set_cookie("frontend_lang", page._of(visit.partner, visit.company).env.lang)
        return response

    # === HELPERS ===

    def _open(self, token):
        """Who is there: (visit, None), or (None, the one answer to every link that is not ours)."""
        limit = request.env["dunning.page.limit"].sudo()
        if not limit._hit("address", request.httprequest.remote_addr):
            return None, self._render("page_busy", status=429)
        found = request.env["res.partner"].sudo()._by_page_token(token)
        if not found:
            return None, self._unknown()
        if not limit._hit("link", token):
            return None, self._render("page_busy", status=429)
        page = request.env["dunning.page"]
        visit = page._visit(*found, token, **whence())
        visit.identified = page._is_pass(visit, request.httprequest.cookies.get(PASS))
        return visit, None

    def _identify(self, visit, token, form):
        known, problem = request.env["dunning.page"]._identify(visit, answers(form))
        if not known:
            return self._show(visit, token, problem=problem, status=422)
        response = self._back(token, "identity")
        response.set_cookie(
            PASS,
            request.env["dunning.page"]._pass(visit),
            max_age=PASS_SECONDS,
            path=f"/dunning/p/{token}",
            secure=request.httprequest.scheme == "https",
            httponly=True,
            samesite="Lax",
        )
        return response

    def _back(self, token, done):
        """To the page again by GET, so that reloading it sends nothing twice."""
        return request.redirect(f"/dunning/p/{quote(token)}?done={quote(done)}", code=303)

    def _show(self, visit, token, done=None, problem=None, status=200):
        page = request.env["dunning.page"]._read(visit)
        base = f"/dunning/p/{token}"
        values = {"page": page, "base": base, "action": base, "done": done, "problem": problem}
        return self._render("page_of_debtor", values, page["lang"], status)

    def _unknown(self):
        return self._render("page_unknown", status=404)

    def _render(self, template, values=None, lang=None, status=200):
        lang = lang or request.best_lang or request.env.lang
        request.update_context(lang=lang)
        html_lang = (lang or "").replace("_", "-")
        html = request.env["ir.qweb"]._render(
            f"l10n_latam_dunning.{template}", {**(values or {}), "html_lang": html_lang}
        )
        return request.make_response(f"<!DOCTYPE html>{html}", headers=HEADERS, status=status)


def whence():
    """Where a request comes from, as evidence keeps it."""
    headers = request.httprequest.headers
    return {
        "address": request.httprequest.remote_addr or "",
        "agent": headers.get("User-Agent", "")[:200],
    }


def answers(form):
    """The fields of a form as text; the invoices as a list, since several may be ticked."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return {**texts, "moves": request.httprequest.form.getlist("moves")}


def upload(form):
    """(name, content) of the file of a form, if it has one."""
    file = form.get("receipt")
    return (file.filename or "", file.read()) if file and not isinstance(file, str) else None
