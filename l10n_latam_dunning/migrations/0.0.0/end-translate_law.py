from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Renew the translations with every upgrade: a changed law must not keep its old reading in
    another language. Odoo itself refreshes the English source only."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    languages = [code for code, _name in env["res.lang"].get_installed()]
    env["ir.module.module"]._load_module_terms(["l10n_latam_dunning"], languages, overwrite=True)
