"""What an uninstallation must undo that Odoo does not know of by itself."""


def uninstall_hook(env):
    """Cancel the cron triggers of the addon's scheduled actions; Odoo removes the rest."""
    crons = (
        env["ir.cron"]
        .with_context(active_test=False)
        .search([("cron_name", "!=", False), ("model_id.model", "=like", "dunning.%")])
    )
    env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
