from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request

from .preferences import MAX_BYTES, answers, upload, whence


class DunningPortal(CustomerPortal):
    """The debtor's own page for customers who are logged in."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "dunning_count" in counters:
            partner = request.env.user.partner_id
            values["dunning_count"] = request.env["dunning.page"]._count(
                partner, self._dunning_companies()
            )
        return values

    @http.route(
        "/my/dunning",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        max_content_length=MAX_BYTES,
    )
    def my_dunning(self, company=None, done=None, **form):
        companies = self._dunning_companies()
        mine = companies.filtered(lambda one: str(one.id) == company) or companies[:1]
        page = request.env["dunning.page"]
        user = request.env.user
        visit = page._visit(
            user.partner_id,
            mine,
            request.env["dunning.contact.point"],
            f"user:{user.id}:{mine.id}",
            user=user,
            identified=True,
            **whence(),
        )
        problem = None
        if request.httprequest.method == "POST":
            done, problem = page._do(visit, answers(form), upload(form))
            if not problem:
                return request.redirect(f"/my/dunning?company={mine.id}&done={done}", code=303)
        values = {
            "page": page._read(visit),
            "base": "",
            "action": f"/my/dunning?company={mine.id}",
            "done": done,
            "problem": problem,
            "companies": companies,
            "page_name": "dunning",
        }
        return request.render("l10n_latam_dunning.portal_my_dunning", values)

    def _dunning_companies(self):
        """The companies with which a customer has to do, his own first."""
        user = request.env.user.sudo()
        return user.company_id | user.company_ids
