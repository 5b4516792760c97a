from odoo import api, models


class DunningDossier(models.AbstractModel):
    """What a debtor answered on his own page stands among his replies."""

    _inherit = "dunning.dossier"

    @api.model
    def _gather(self, scope):
        own = [("company_id", "=", scope.company.id), ("partner_id", "in", scope.persons.ids)]
        answers = self._search("dunning.page.answer", own, "id")
        return {**super()._gather(scope), "dunning.page.answer": answers}

    @api.model
    def _tell_answers(self, scope, answers, zone):
        return [
            {
                "ref": f"{answer._name}/{answer.id}",
                "when": self._when(answer.create_date, zone),
                "from": self._number(scope, answer.contact_point_id) or answer.user_id.name or "",
                "text": self._answer_words(answer),
                "button": "",
                "about": "",
                "provider_ref": answer._proof(),
            }
            for answer in answers
        ]

    @api.model
    def _answer_words(self, answer):
        """What he did on the page, what stood there and what he wrote."""
        title = self.env._("On the debtor's page: %s", self._label(answer, "kind"))
        invoices = ", ".join(answer.move_ids.mapped("name"))
        parts = [title, answer.wording, invoices, answer.said, answer.attachment_id.name]
        return "\n".join(filter(None, parts))
