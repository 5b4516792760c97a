{
    "name": "Latin America - Payment Reminders in Odoo's Privacy Lookup",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "Odoo's privacy lookup empties the evidence of reminders instead of deleting it",
    "author": "l10n_latam_dunning maintainers",
    "license": "LGPL-3",
    "depends": ["l10n_latam_dunning", "privacy_lookup"],
    "auto_install": True,
}
