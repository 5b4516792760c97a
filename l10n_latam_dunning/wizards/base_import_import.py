from contextlib import suppress

from odoo import models
from odoo.addons.base_import.models.base_import import ImportValidationError


class BaseImportImport(models.TransientModel):
    """Odoo's importer ends at the first day that it cannot read. A file of consents is looked at
    as a whole: such a value stays as it is written, and is named with all else that is wrong."""

    _inherit = "base_import.import"

    def _parse_date_from_data(self, data, index, name, field_type, options):
        if self.res_model != "dunning.consent":
            return super()._parse_date_from_data(data, index, name, field_type, options)
        for line in data:
            with suppress(ImportValidationError):
                super()._parse_date_from_data([line], index, name, field_type, options)
        return None
