from odoo import api, models

# Answers of somebody who has shown on the page that he is the debtor.
PERSONAL = frozenset({"identity", "ask", "accept"})


class DunningPageAnswer(models.Model):
    """Who does on his page what only the debtor may do was reached where the link was sent."""

    _inherit = "dunning.page.answer"

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        for answer in answers:
            point = answer.contact_point_id
            if answer.kind in PERSONAL and point.kind == "phone":
                point._confirm(answer.partner_id, "page")
        return answers
