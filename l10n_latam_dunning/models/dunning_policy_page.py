from odoo import fields, models


class DunningPolicy(models.Model):
    """What a policy says of the debtor's own page."""

    _inherit = "dunning.policy"

    page_check = fields.Boolean(
        "The page always asks who one is",
        help="Before amounts are shown, the debtor's page asks for the end of his tax number or "
        "his postal code. Without this it asks only where nobody has confirmed the number or "
        "address that the link went to.",
    )


class DunningJurisdiction(models.Model):
    """What a law asks of the debtor's own page."""

    _inherit = "dunning.jurisdiction"

    page_check = fields.Boolean(
        "The page always asks who one is",
        help="Nobody but the debtor may learn of the debt: the page asks who opens it even where "
        "the number is confirmed.",
    )
